"""A connection that was accepted, and that nothing reads yet."""

from __future__ import annotations

import socket
from typing import Any, Final

from attendance_web.serving.tcp_state import says_no_more
from attendance_web.wire.callers import network_of


class AcceptedConnection:
    """Waits to be let in."""

    __slots__ = ("client", "socket")

    def __init__(self, accepted: socket.socket, peer: Any) -> None:
        self.socket: Final = accepted
        self.client: Final[tuple[str, int] | None] = (peer[0], peer[1]) if peer else None

    @property
    def network(self) -> str:
        """The network that it comes from; "" where that is not known."""
        return network_of(self.client[0]) if self.client else ""

    def has_gone(self) -> bool:
        """Tells whether it was cut, or its client says no more."""
        return self.socket.fileno() < 0 or says_no_more(self.socket)

    def cut(self) -> None:
        """Closes it."""
        self.socket.close()
