"""What a server of sockets can do that ASGI has no word for: goodbyes, bounds, ends, writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from attendance_web.live.text_frame import TextFrame

# Where in the extensions of a scope a server leaves its `Peer`
PEER_EXTENSION: Final = "attendance.peer"
# Keys of the event that stands for a frame too many, or for one that is too large
TOO_MANY_FRAMES_KEY: Final = "attendance.too_many_frames"
TOO_LARGE_KEY: Final = "attendance.too_large"


class Peer(Protocol):
    """Stands for the other end of a socket."""

    said_goodbye: bool

    def has_left(self) -> bool:
        """Tells whether nobody is there any more, as far as that can be told before a handshake."""
        ...

    def count_control_frames_with(self, take: Callable[[], bool]) -> None:
        """Has frames that nobody is handed, such as pings, counted by this, too.

        Where it answers False, that frame was one too many.
        """
        ...

    def write_now(self, frame: TextFrame) -> bool:
        """Writes a frame at once where the connection takes it; else tells that it was not."""
        ...

    def answer_goodbye(self) -> None:
        """Answers a goodbye, which is kept back until then; without one it does nothing."""
        ...

    def end_soon(self, code: int) -> None:
        """Closes with ``code``, and soon ends the connection, whether or not anybody reads."""
        ...
