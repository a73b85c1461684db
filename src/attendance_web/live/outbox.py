"""What one socket is still to be told, and the code it is to be closed with.

Bounded: a client that does not read is disconnected and slows nobody down. Contract: 6.12.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from attendance_core.errors import Language
from attendance_core.marking.connections import Connection
from attendance_web.live.close_codes import SLOW
from attendance_web.live.peer import Peer
from attendance_web.live.text_frame import TextFrame

MAX_OUTBOX_FRAMES = 4096  # a room of 2 000 people may change whole at once


class Outbox:
    """Takes frames without waiting, and has them written from its start on.

    Where nothing waits and no writer is at work, a frame is written at once: a room of a thousand
    would wake a thousand tasks. A writer is begun for what is behind, and for the close; there is
    one at a time. After a close code nothing more goes in; the code comes out after the frames
    before it. A frame too many in line ends the ``peer`` soon.
    """

    def __init__(
        self,
        connection: Connection,
        language: Language,
        peer: Peer,
        *,
        hears_news: bool = False,
    ) -> None:
        self.connection = connection
        self.hears_news = hears_news  # Contract: 8.9
        self.language: Language = language
        self._peer = peer
        self._frames: deque[TextFrame] | None = None  # while any are in line
        self._close_code: int | None = None
        self._last_when_answered: tuple[int, TextFrame | None] | None = None  # to close with
        self._is_answering = False
        self._begin_writer: Callable[[], None] | None = None  # once it is started
        self._has_writer = False  # at work

    def start(self, begin_writer: Callable[[], None]) -> None:
        """Has frames written from now on.

        ``begin_writer`` begins one, which is to `take` until there is nothing left.
        """
        self._begin_writer = begin_writer
        while self._frames and self._peer.write_now(self._frames[0]):
            self._frames.popleft()
        self._frames = self._frames or None
        if self._frames or self._close_code is not None:
            self._ensure_writer()

    def put(self, frame: TextFrame) -> None:
        """Writes a frame, or puts it in line; never waits."""
        if self._close_code is not None:
            return
        is_free = self._begin_writer is not None and not self._has_writer
        if is_free and self._peer.write_now(frame):
            return
        if self._frames is not None and len(self._frames) >= MAX_OUTBOX_FRAMES:
            self._frames = None
            self.close(SLOW)
            self._peer.end_soon(SLOW)
        else:
            self._append(frame)
            self._ensure_writer()

    def close(self, code: int, frame: TextFrame | None = None) -> None:
        """Puts the last thing this socket is told in line; a second close changes nothing."""
        if self._close_code is None:
            if frame is not None:
                self._append(frame)
            self._close_code = code
            self._ensure_writer()

    def _append(self, frame: TextFrame) -> None:
        if self._frames is None:
            self._frames = deque()
        self._frames.append(frame)

    def close_when_answered(self, code: int, frame: TextFrame | None = None) -> None:
        """Closes as `close` does, but a command that is being carried out is answered before.

        What tells why comes instead of what tells nothing, as a restart.
        """
        last = self._last_when_answered
        if not self._is_answering:
            self.close(code, frame)
        elif last is None or (last[1] is None and frame is not None):
            self._last_when_answered = code, frame

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Keeps it open while a command of this socket is carried out."""
        self._is_answering = True
        try:
            yield
        finally:
            self._is_answering = False
            if self._last_when_answered is not None:
                self.close(*self._last_when_answered)

    @property
    def is_closing(self) -> bool:
        """Whether the last thing was said."""
        return self._close_code is not None

    def take(self) -> TextFrame | int | None:
        """Takes the next frame, or the code to close with; None where the writer is to end."""
        if self._frames:
            frame = self._frames.popleft()
            self._frames = self._frames or None  # an empty deque has 0.7 KiB
            return frame
        if self._close_code is None:
            self._has_writer = False
        return self._close_code

    def _ensure_writer(self) -> None:
        if self._begin_writer is not None and not self._has_writer:
            self._has_writer = True
            self._begin_writer()
