"""What the server of a socket can do that ASGI has no word for: goodbyes, floods, cuts, writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from attendance_web.live.text_frame import TextFrame

# Where in the extensions of a scope a server leaves its `Peer`
PEER_EXTENSION: Final = "attendance.peer"
FLOODED: Final = "attendance.flooded"  # in the event that stands for a frame too many


class Peer(Protocol):
    """Stands for the other end of a socket."""

    said_goodbye: bool

    def has_left(self) -> bool:
        """Tells whether nobody is there any more, as far as that can be told before a handshake."""
        ...

    def count_with(self, take: Callable[[], bool]) -> None:
        """Has frames that nobody is handed, such as pings, counted by this, too: False means that
        one was too many.
        """
        ...

    def write_now(self, frame: TextFrame) -> bool:
        """Writes a frame at once where the connection takes it; else tells that it was not."""
        ...

    def answer_goodbye(self) -> None:
        """Answers a goodbye, which is kept back until then; without one it does nothing."""
        ...

    def cut(self, code: int) -> None:
        """Ends the connection soon, whether or not anybody reads."""
        ...


class UnknownPeer:
    """Stands for the other end at a server that tells nothing of it: every end counts as a loss."""

    said_goodbye = False

    def has_left(self) -> bool:
        """See `Peer`: nobody knows."""
        return False

    def count_with(self, take: Callable[[], bool]) -> None:
        """See `Peer`; the server's own bounds have to do."""

    def write_now(self, _: TextFrame) -> bool:
        """See `Peer`: every frame goes the way of ASGI."""
        return False

    def answer_goodbye(self) -> None:
        """See `Peer`."""

    def cut(self, code: int) -> None:
        """See `Peer`; the server's own pings have to find out that nobody reads."""
