"""uvicorn's sockets, with what it does not tell, and with a count of what a client sends.

What uvicorn 0.54 with websockets 17.4 leaves open is listed where it is mended: in `ws_closing` how
a socket ends, and here what is taken of a client and what is written. Each guard can go when they
mend it:

- Pings, pongs and fragments cost a client nothing, and all that one read brings are parsed at once.
  Here every frame is counted where its bytes arrive, before anything is made of it. Contract: 6.11.
- A message may have any number of fragments; empty ones have no size that could be too large.
- Text that is no UTF-8 is logged with a traceback.
- A pong goes the way of every frame. Here one that comes by itself, as most do, is known by its
  bytes.
- A socket keeps its handshake as long as it is open.
- A message is framed anew for each socket, by a coroutine that waits. Here one that is told to many
  is framed once, and written at once where nothing is in its way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from uvicorn._types import ASGIReceiveEvent, ASGISendEvent
from uvicorn.protocols.utils import ClientDisconnected
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State

from attendance_web.live.frame_limits import FRAMES_A_SECOND, MAX_FRAMES
from attendance_web.live.peer import PEER_EXTENSION, TOO_MANY_FRAMES_KEY
from attendance_web.live.text_frame import TextFrame
from attendance_web.serving.tcp_state import says_no_more
from attendance_web.serving.ws_closing import ClosingPeer
from attendance_web.wire.allowance import Allowance

# What the application is handed, and counts by itself; and the last one of a socket
COUNTED_ELSEWHERE: Final = frozenset({Opcode.TEXT, Opcode.BINARY, Opcode.CLOSE})
# Of messages that are not handed out yet: of one read all are made at once, some 250 KB, which may
# be four times as much as texts, and wait for minutes while their person sends too many
MAX_WAITING_BYTES: Final = 16 * 1024
MAX_FRAGMENTS: Final = 256  # of a message, which has 16 KiB at most
PONG: Final = bytes([0x80 | Opcode.PONG, 0x80])  # how the answer to a ping begins, before its mask
PONG_BYTES: Final = 6
UNREADABLE: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-length: 0\r\nconnection: close\r\n\r\n"
)


class PeerProtocol(ClosingPeer):
    """Reads one connection. Its `Peer` is in the extensions of the ASGI scope."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._allowance = Allowance(MAX_FRAMES, FRAMES_A_SECOND)
        self._waiting_bytes = 0
        self._take_of_person: Callable[[], bool] | None = None  # once it is known whose it is

    # What the client sends

    def data_received(self, data: bytes) -> None:
        """Counts the frames, and hands on those that are not too many."""
        if self._is_ending:
            self._search_for_close(data)
        elif self._is_open:
            if self._is_pong(data):
                self._pinged_at = None
                return
            within = self._bytes_within_limits(data)
            super().data_received(data[:within])
            if within < len(data):
                self._take_no_more()
        else:
            super().data_received(data)
            if self.conn.handshake_exc is not None and not self.handshake_complete:
                self._refuse(UNREADABLE)  # uvicorn would say nothing, and wait

    def _take_no_more(self) -> None:
        """Reads no more, and says that a frame too many has come."""
        if not (self._is_ending or self._has_too_many_frames):
            self._has_too_many_frames = True
            event: Any = {"type": "websocket.receive", TOO_MANY_FRAMES_KEY: True}
            self.queue.put_nowait(event)
            self._pause_or_resume()

    def _is_pong(self, data: bytes) -> bool:
        """Tells whether this is the answer to a ping of ours, all of it and nothing else."""
        return (
            self._pinged_at is not None
            and len(data) == PONG_BYTES
            and data.startswith(PONG)
            and self._finder.is_between_frames
        )

    def _bytes_within_limits(self, data: bytes) -> int:
        """Counts the frames; tells how many bytes come before the one that is too many."""
        for frame in self._finder.frames_in(data):
            if frame.opcode == Opcode.PONG and self._pinged_at is not None:
                self._pinged_at = None
            elif not (self._allowance.take() and self._take_permit_of_person(frame.opcode)):
                return frame.begins
        return len(data)

    def _take_permit_of_person(self, opcode: int) -> bool:
        """Counts a frame against all sockets of its person; False where it is one too many."""
        take = self._take_of_person
        return take is None or opcode in COUNTED_ELSEWHERE or take()

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
        """Hands over a whole message, unless too much waits, or it is text that cannot be read."""
        if self._waiting_bytes >= MAX_WAITING_BYTES:
            self.frames = []
            self._take_no_more()
            return
        if self.curr_msg_data_type == "text":
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:
                self._fail(CloseCode.INVALID_DATA)
                return
        self._waiting_bytes += sum(map(len, self.frames))
        super().send_receive_event_to_app()

    # What the application asks for

    async def receive(self) -> ASGIReceiveEvent:
        """Hands out the next event; with the last one that has come, reading goes on."""
        event = await self.queue.get()
        if self.queue.empty():
            self._waiting_bytes = 0
            if self.read_paused:
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

    def count_control_frames_with(self, take: Callable[[], bool]) -> None:
        """See `Peer`."""
        self._take_of_person = take

    def write_now(self, frame: TextFrame) -> bool:
        """See `Peer`; what `send` would find out, or wait for, is left to it."""
        is_free = self._is_open and self.writable.is_set() and not self.transport.is_closing()
        if not is_free or self.conn.state is not State.OPEN:
            return False
        if frame.framed is None:
            frame.framed = Frame(Opcode.TEXT, frame.payload).serialize(mask=False)
        self.transport.write(frame.framed)
        return True
