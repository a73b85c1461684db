"""uvicorn's sockets, with what it does not tell: who ended one, and a way to cut a stuck one.

What uvicorn 0.54 with websockets 17.4 leaves open, and what is done about it here; each guard can
go when they mend it:

- Pings, pongs and fragments cost a client nothing, and all that one read brings are parsed at once.
  Here every frame is counted where its bytes arrive, before anything is made of it. Contract: 6.11.
- Reading goes on while a handshake is not answered, while nobody reads our answers to pings, and
  for 10 s after a close of ours. Here it pauses, and a closed socket is cut after a second.
- A message may have any number of fragments; empty ones have no size that could be too large.
- Text that is no UTF-8 is logged with a traceback.
- A handshake that has no answer when the server ends gets 500. Here it is 503: come again.
- Each socket has timers of its own for pings, and a pong goes the way of every frame. Here one
  timer pings them all, and a pong that comes by itself, as most do, is known by its bytes.
- A socket keeps its handshake as long as it is open, and 5 KiB of queues in which nothing waits.
- A message is framed anew for each socket, by a coroutine that waits. Here one that is told to many
  is framed once, and written at once where nothing is in its way.
"""

from __future__ import annotations

from typing import Any, Final

from uvicorn._types import ASGIReceiveEvent, ASGISendEvent
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State

from attendance_core.vocabulary import Seconds
from attendance_web.live.peer import FLOODED, PEER_EXTENSION
from attendance_web.live.text_frame import TextFrame
from attendance_web.serving.frame_finder import FrameFinder
from attendance_web.serving.pings import Pings, pings_of
from attendance_web.serving.tcp_state import says_no_more
from attendance_web.wire.allowance import Allowance
from attendance_web.wire.signals import Signal, SmallQueue

MAX_FRAMES, FRAMES_A_SECOND = 60, 20  # Contract: 6.11
MAX_FRAGMENTS: Final = 256  # of a message, which has 16 KiB at most
MAX_CLOSE_BYTES: Final = 4 * 1024  # looked through, once we have closed, for the answer to that
PING: Final = bytes([0x80 | Opcode.PING, 0])  # without a payload: what answers it is any pong
PONG: Final = bytes([0x80 | Opcode.PONG, 0x80])  # how the answer begins, before its mask
PONG_BYTES: Final = 6
UNREADABLE: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-length: 0\r\nconnection: close\r\n\r\n"
)
COME_AGAIN: Final = (
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
)
LINGER_SECONDS: Final[Seconds] = 1.0  # for what was written to arrive before the connection is cut


class PeerProtocol(WebSocketsSansIOProtocol):
    """Reads one connection. Its `Peer` is in the extensions of the ASGI scope.

    A goodbye is a Close frame that the client began, unless its code is that of a browser whose
    page goes or is loaded anew (Contract: 6.6). uvicorn reports a reset and
    a Close frame without a code alike, and closes of its own as if the client had begun them.
    """

    said_goodbye = False
    _is_open = False  # the handshake is answered, and frames may come
    _is_flooded = False  # a frame too many has come
    _is_ending = False  # we have closed, or refused
    _pinged_at: Seconds | None = None  # by the clock of the loop, while that is not answered
    _pings: Pings | None = None  # while it is pinged
    _close_bytes_left = MAX_CLOSE_BYTES

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._allowance = Allowance(MAX_FRAMES, FRAMES_A_SECOND)
        self._finder = FrameFinder()
        small: Any = SmallQueue(), Signal(is_set=True)
        self.queue, self.writable = small

    # What the client sends

    def data_received(self, data: bytes) -> None:
        """Counts the frames, and hands on those that are not too many."""
        if self._is_ending:
            self._look_for_close(data)
        elif self._is_open:
            if self._is_pong(data):
                self._pinged_at = None
                return
            fit = self._counted(data)
            super().data_received(data[:fit])
            if fit < len(data) and not self._is_ending:
                self._is_flooded = True
                event: Any = {"type": "websocket.receive", FLOODED: True}
                self.queue.put_nowait(event)
                self._pause_or_resume()
        else:
            super().data_received(data)
            if self.conn.handshake_exc is not None and not self.handshake_complete:
                self._refuse(UNREADABLE)  # uvicorn would say nothing, and wait

    def _is_pong(self, data: bytes) -> bool:
        """Tells whether this is the answer to a ping of ours, all of it and nothing else."""
        return (
            self._pinged_at is not None
            and len(data) == PONG_BYTES
            and data.startswith(PONG)
            and self._finder.is_between_frames
        )

    def _counted(self, data: bytes) -> int:
        """Counts how many of these bytes come before the frame that is too many."""
        for frame in self._finder.frames_in(data):
            if frame.opcode == Opcode.PONG and self._pinged_at is not None:
                self._pinged_at = None
            elif not self._allowance.take():
                return frame.begins
        return len(data)

    def _look_for_close(self, data: bytes) -> None:
        """Lets go at once whoever answers our close; of others not much is looked through."""
        data = data[: self._close_bytes_left]
        self._close_bytes_left -= len(data)
        if any(frame.opcode == Opcode.CLOSE for frame in self._finder.frames_in(data)):
            self.transport.close()
        else:
            self._pause_or_resume()

    def handle_connect(self, event: Request) -> None:
        """Takes a handshake; the application's task begins after this step of the loop."""
        super().handle_connect(event)
        if self.response.status_code == 101:
            extensions: dict[str, Any] = self.scope["extensions"]
            extensions[PEER_EXTENSION] = self
            self._pause_or_resume()
        else:
            self._end()

    def handle_cont(self, event: Frame) -> None:
        """Takes another fragment of a message, unless it has too many."""
        if len(self.frames) < MAX_FRAGMENTS:
            super().handle_cont(event)
        else:
            self._fail(CloseCode.MESSAGE_TOO_BIG)

    def send_receive_event_to_app(self) -> None:
        """Hands over a whole message, unless it is text that cannot be read."""
        if self.curr_msg_data_type == "text":
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:
                self._fail(CloseCode.INVALID_DATA)
                return
        super().send_receive_event_to_app()

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

    # What the application asks for

    async def receive(self) -> ASGIReceiveEvent:
        """Hands out the next event; with the last one that has come, reading goes on."""
        event = await self.queue.get()
        if self.read_paused and self.queue.empty():
            self.read_paused = False
            self._pause_or_resume()
        return event

    async def send(self, message: ASGISendEvent) -> None:
        """Raises ClientDisconnected, an OSError, also where the connection ended meanwhile."""
        try:
            await super().send(message)
        except RuntimeError as error:
            if self.close_sent:
                raise ClientDisconnected from error
            raise
        if self.close_sent:
            self._end()
        elif message["type"] == "websocket.accept":
            self._is_open = True
            self._forget_handshake()
            self._pause_or_resume()

    def has_left(self) -> bool:
        """See `Peer`; before a handshake is answered nothing is read, so the system is asked."""
        if self.transport.is_closing():
            return True
        return says_no_more(self.transport.get_extra_info("socket"))

    def _forget_handshake(self) -> None:
        """Lets go of what was read and answered, of which the scope has all that matters.

        The parser of websockets keeps the request itself, in the frame of a generator.
        """
        self.request.headers.clear()
        del self.request, self.response

    def write_now(self, frame: TextFrame) -> bool:
        """See `Peer`; what `send` would find out, or wait for, is left to it."""
        is_free = self._is_open and self.writable.is_set() and not self.transport.is_closing()
        if not is_free or self.conn.state is not State.OPEN:
            return False
        if frame.framed is None:
            frame.framed = Frame(Opcode.TEXT, frame.payload).serialize(mask=False)
        self.transport.write(frame.framed)
        return True

    def answer_goodbye(self) -> None:
        """See `Peer`."""
        if self.said_goodbye and not self.close_sent and not self.transport.is_closing():
            self.close_sent = True
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.transport.close()
            self._end()

    def cut(self, code: int) -> None:
        """Sends a Close frame behind what was written already, and soon an end whoever reads."""
        if self.handshake_complete and not self.close_sent and not self.transport.is_closing():
            self.conn.send_close(code)
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.close_sent = True
        self._end()

    # Pings of ours, and ends

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
            is_idle = not (self.read_paused or self._is_flooded)
            may_read = self._is_open and is_idle and self.writable.is_set()
        if may_read:
            self.transport.resume_reading()
        else:
            self.transport.pause_reading()
