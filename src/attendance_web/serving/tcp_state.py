"""Whether the other end of a connection still listens, asked of the system: nothing is read."""

from __future__ import annotations

import socket
import sys
from typing import Final, Protocol

TCP_INFO: Final[int | None] = getattr(socket, "TCP_INFO", None)  # which not every system has
ESTABLISHED: Final = 1  # the first byte of it, of Linux, as long as both ends may speak


class HasOptions(Protocol):
    """Stands for a socket, or what an event loop has in its place."""

    def getsockopt(self, level: int, option: int, size: int, /) -> bytes:
        """See `socket.socket.getsockopt`."""
        ...


def says_no_more(connection: HasOptions) -> bool:
    """Tells whether the other end has closed its half, or all: then no answer is made for it."""
    if TCP_INFO is None or not sys.platform.startswith("linux"):
        return False
    try:
        state = connection.getsockopt(socket.IPPROTO_TCP, TCP_INFO, 1)
    except OSError:  # it is no TCP
        return False
    return state[0] != ESTABLISHED
