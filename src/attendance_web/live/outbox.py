"""What one socket is still to be told, and the code it is to be closed with.

Bounded: a client that does not read is disconnected and slows nobody down. Contract: 6.12.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from attendance_core.errors import Language
from attendance_core.marking.connections import Connection
from attendance_web.live.close_codes import SLOW
from attendance_web.live.peer import Peer
from attendance_web.live.text_frame import TextFrame
from attendance_web.wire.signals import Signal

MAX_OUTBOX = 4096  # frames; a room of 2 000 people may change whole at once


class Outbox:
    """Frames go in without waiting; the socket's one writer takes them out.

    Where nothing waits and the writer has nothing in hand, a frame is written at once: a room of a
    thousand would wake a thousand tasks. After a close code nothing more goes in; the code comes
    out after the frames before it. A frame too many cuts the ``peer`` and ends it.
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
        self._code: int | None = None
        self._code_when_answered: int | None = None
        self._answering = False
        self._filled = Signal()
        self._writer_waits = False

    def put(self, frame: TextFrame) -> None:
        """Writes a frame, or puts it in line; never waits."""
        if self._code is not None:
            return
        if self._writer_waits and not self._frames and self._peer.write_now(frame):
            return
        if self._frames is not None and len(self._frames) >= MAX_OUTBOX:
            self._frames = None
            self.close(SLOW)
            self._peer.cut(SLOW)
        else:
            self._append(frame)
            self._filled.set()

    def close(self, code: int, frame: TextFrame | None = None) -> None:
        """Puts the last thing this socket is told in line; a second close changes nothing."""
        if self._code is None:
            if frame is not None:
                self._append(frame)
            self._code = code
            self._filled.set()

    def _append(self, frame: TextFrame) -> None:
        if self._frames is None:
            self._frames = deque()
        self._frames.append(frame)

    def close_when_answered(self, code: int) -> None:
        """Closes, but a command that is being carried out is answered before."""
        if self._answering:
            self._code_when_answered = code
        else:
            self.close(code)

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Keeps it open while a command of this socket is carried out."""
        self._answering = True
        try:
            yield
        finally:
            self._answering = False
            if self._code_when_answered is not None:
                self.close(self._code_when_answered)

    @property
    def is_closing(self) -> bool:
        """Whether the last thing was said."""
        return self._code is not None

    async def next(self) -> TextFrame | int:
        """Takes the next frame, or the code to close with once there is none."""
        while True:
            if self._frames:
                frame = self._frames.popleft()
                self._frames = self._frames or None  # an empty deque has 0.7 KiB
                return frame
            if self._code is not None:
                return self._code
            self._filled.clear()
            self._writer_waits = True
            try:
                await self._filled.wait()
            finally:
                self._writer_waits = False
