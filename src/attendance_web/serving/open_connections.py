"""Bounds how many connections are open, so that nobody holds all that there may be.

Each is a file, of which the system lets a process open so many, and 9 KiB while it says nothing:
whoever opened them as fast as they could, kept everybody else out once the files were used up.
Contract: 1.24. Decision 0016.
"""

from __future__ import annotations

import logging
import math
import sys
from collections.abc import Container
from typing import Final, Protocol
from weakref import WeakKeyDictionary

import uvicorn

from attendance_web.wire.callers import network_of

logger = logging.getLogger(__name__)

MAX_CONNECTIONS: Final = 10_000  # Contract: 1.24; a hall of 1 600, with six connections each
SHARE_OF_FILES: Final = 0.75  # the others are for sockets, for the store, and for what is read
NOBODY: Final[Container[str]] = ()


class CanBeCut(Protocol):
    """A connection, whether it was let in already or not."""

    @property
    def client(self) -> tuple[str, int] | None:
        """Whose it is: an address and a port; None where they are not known."""
        ...

    def cut(self) -> None:
        """Ends it, whatever it waits for."""
        ...


class OpenConnections:
    """Knows all that are open but sockets, and cuts one for another where they are too many.

    Of whichever network has most that one goes which has had no answer for the longest, and was
    open for as long. Those of ``proxies`` are as many people's as there are, and do not count.
    """

    def __init__(self, most: int, proxies: Container[str] = NOBODY) -> None:
        self._most = most
        self._proxies = proxies
        # By network; the one that has had no answer for the longest first
        self._open: dict[str, dict[CanBeCut, None]] = {}
        self._count = 0

    @property
    def count(self) -> int:
        """How many are counted now."""
        return self._count

    def add(self, connection: CanBeCut) -> None:
        """Counts one that has come; another one may be cut for it."""
        if connection.client is None or connection.client[0] in self._proxies:
            return
        self._open.setdefault(_network_of(connection), {})[connection] = None
        self._count += 1
        if self._count > self._most:
            self._cut_one()

    def note_answer(self, connection: CanBeCut) -> None:
        """Notes that one was answered just now."""
        line = self._open.get(_network_of(connection), {})
        if connection in line:
            del line[connection]
            line[connection] = None

    def remove(self, connection: CanBeCut) -> None:
        """Counts one no more that has ended, or is a socket now; idempotent."""
        line = self._open.get(_network_of(connection), {})
        if connection in line:
            del line[connection]
            self._count -= 1
            if not line:
                del self._open[_network_of(connection)]

    def _cut_one(self) -> None:
        busiest = max(self._open, key=lambda network: len(self._open[network]))
        connection = next(iter(self._open[busiest]))
        self.remove(connection)
        logger.warning(
            "more than %d connections are open: one of %s was cut",
            self._most,
            busiest,
            extra={"kind": "a connection was cut"},
        )
        connection.cut()


def _network_of(connection: CanBeCut) -> str:
    return network_of(connection.client[0]) if connection.client else ""


def most_connections() -> int:
    """Finds how many may be open, with as many files as this process may open."""
    return int(min(MAX_CONNECTIONS, _max_files() * SHARE_OF_FILES))


def _max_files() -> float:
    if sys.platform == "win32":
        return math.inf
    import resource

    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return math.inf if most == resource.RLIM_INFINITY else most


_open_of: WeakKeyDictionary[uvicorn.Config, OpenConnections] = WeakKeyDictionary()


def open_connections_of(config: uvicorn.Config) -> OpenConnections:
    """Finds what counts the connections to a server."""
    found = _open_of.get(config)
    if found is None:
        # What uvicorn believes of who forwards requests
        proxies = getattr(config.loaded_app, "trusted_hosts", NOBODY)
        found = _open_of[config] = OpenConnections(most_connections(), proxies)
    return found
