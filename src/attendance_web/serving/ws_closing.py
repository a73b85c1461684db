"""How a socket ends: with a goodbye, with the server, or cut when nobody answers its pings.

What uvicorn 0.54 with websockets 17.4 leaves open, and is mended here:

- Reading goes on while a handshake is not answered, while nobody reads our answers to pings, and
  for 10 s after a close of ours. Here it pauses, and a closed socket is cut after a second.
- A handshake that has no answer when the server ends gets 500. Here it is 503: come again.
- Each socket has timers of its own for pings. Here one timer pings them all: see `pings`.
- A socket keeps 5 KiB of queues in which nothing waits.
"""

from __future__ import annotations

from typing import Any, Final

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame, Opcode

from attendance_core.vocabulary import Seconds
from attendance_web.serving.frame_finder import FrameFinder
from attendance_web.serving.pings import Pings, pings_of
from attendance_web.wire.small_asyncio import SmallEvent, SmallQueue

MAX_CLOSE_BYTES: Final = 4 * 1024  # searched, once we have closed, for the answer to that
PING: Final = bytes([0x80 | Opcode.PING, 0])  # without a payload: what answers it is any pong
COME_AGAIN: Final = (
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
)
LINGER_SECONDS: Final[Seconds] = 1.0  # for what was written to arrive before the connection is cut


class ClosingPeer(WebSocketsSansIOProtocol):
    """Ends one socket, and reads no more of it than can be carried out.

    A goodbye is a Close frame that the client began, unless its code is that of a browser whose
    page goes or is loaded anew (Contract: 6.6). uvicorn reports a reset and
    a Close frame without a code alike, and closes of its own as if the client had begun them.
    """

    said_goodbye = False
    _is_open = False  # the handshake is answered, and frames may come
    _has_too_many_frames = False  # a frame too many has come
    _is_ending = False  # we have closed, or refused
    _pinged_at: Seconds | None = None  # by the clock of the loop, while that is not answered
    _pings: Pings | None = None  # while it is pinged
    _close_bytes_left = MAX_CLOSE_BYTES

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._finder = FrameFinder()
        small: Any = SmallQueue(), SmallEvent(is_set=True)
        self.queue, self.writable = small

    # Goodbyes

    def handle_close(self, event: Frame) -> None:
        """Takes a Close frame: a goodbye, or the loss of a page that goes.

        `answer_goodbye` answers a goodbye: whoever sees the connection closed has been heard.
        """
        if self.close_sent or self.transport.is_closing() or self.conn.close_rcvd is None:
            super().handle_close(event)
            return
        if self.conn.close_rcvd.code == CloseCode.GOING_AWAY:
            super().handle_close(event)
            self.close_sent = True
            self._end()
            return
        self.said_goodbye = True
        self.stop_keepalive()
        code, reason = self.conn.close_rcvd.code, self.conn.close_rcvd.reason
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})

    def answer_goodbye(self) -> None:
        """See `Peer`."""
        if self.said_goodbye and not self.close_sent and not self.transport.is_closing():
            self.close_sent = True
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.transport.close()
            self._end()

    # Ends of ours

    def end_soon(self, code: int) -> None:
        """Sends a Close frame behind what was written already, and ends it soon, whoever reads."""
        if self.handshake_complete and not self.close_sent and not self.transport.is_closing():
            self.conn.send_close(code)
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.close_sent = True
        self._end()

    def shutdown(self) -> None:
        """Ends with the server."""
        if not self.handshake_complete and not self.transport.is_closing():
            self._refuse(COME_AGAIN)
        super().shutdown()

    def _refuse(self, answer: bytes) -> None:
        """Answers a handshake in the application's place, which hears that the client has gone."""
        self.handshake_complete = True
        self.close_sent = True
        self.transport.write(answer)
        self._end()

    def handle_parser_exception(self) -> None:
        """Closes on whoever broke the protocol, with the code that says how."""
        assert self.conn.close_sent is not None
        code, reason = self.conn.close_sent.code, self.conn.close_sent.reason
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self._end()

    def _fail(self, code: CloseCode) -> None:
        self.frames = []
        self.conn.fail(code)
        self.handle_parser_exception()

    def _end(self) -> None:
        """Reads no more than an answer to our close, and cuts the connection soon."""
        if self._is_ending:
            return
        self._is_ending = True
        self.stop_keepalive()
        if self.close_timer is not None:
            self.close_timer.cancel()
        self.close_timer = self.loop.call_later(LINGER_SECONDS, self.transport.abort)
        self._pause_or_resume()

    def _search_for_close(self, data: bytes) -> None:
        """Lets go at once whoever answers our close; of others not much is searched."""
        data = data[: self._close_bytes_left]
        self._close_bytes_left -= len(data)
        if any(frame.opcode == Opcode.CLOSE for frame in self._finder.frames_in(data)):
            self.transport.close()
        else:
            self._pause_or_resume()

    # Pings

    def start_keepalive(self) -> None:
        """Has it pinged from now on."""
        self._pings = pings_of(self.config, self.loop)
        if self._pings is not None:
            self._pings.add(self)

    def stop_keepalive(self) -> None:
        """Has it pinged no more; idempotent."""
        if self._pings is not None:
            self._pings.remove(self)
            self._pings = None

    def ping_again(self, now: Seconds) -> bool:
        """Pings, which the client answers for nothing; cuts who has not answered the last one.

        ``now`` is the same for all that are pinged, or some would be a whole round late.
        """
        if self.close_sent or self.transport.is_closing():
            return False
        if self._pinged_at is None:
            self._pinged_at = now
            self.transport.write(PING)
        elif self.ping_timeout is not None and now >= self._pinged_at + self.ping_timeout:
            self.keepalive_timeout()
            return False
        return True

    def keepalive_timeout(self) -> None:
        """Cuts, where nobody answers pings; what they do not read must not keep the connection."""
        super().keepalive_timeout()
        self._end()

    # When to read

    def pause_writing(self) -> None:
        """Stops reading who does not read, else answers to pings would pile up."""
        super().pause_writing()
        self._pause_or_resume()

    def resume_writing(self) -> None:
        """Goes on with who reads again."""
        super().resume_writing()
        self._pause_or_resume()

    def _pause_or_resume(self) -> None:
        """Reads only what can be carried out."""
        if self.transport.is_closing():
            return
        if self._is_ending:
            may_read = self._close_bytes_left > 0
        else:
            takes_more = not (self.read_paused or self._has_too_many_frames)
            may_read = self._is_open and takes_more and self.writable.is_set()
        if may_read:
            self.transport.resume_reading()
        else:
            self.transport.pause_reading()
