"""Bounds how many connections are open, so that nobody holds all that there may be.

Each is a file, of which the system lets a process open so many, and 9 KiB while it says nothing:
whoever opened them as fast as they could, kept everybody else out once the files were used up.
Contract: 1.24. Decision 0016.
"""

from __future__ import annotations

import logging
import math
import sys
import time
from collections.abc import Callable, Container
from typing import Final, Protocol
from weakref import WeakKeyDictionary

import uvicorn

from attendance_core.vocabulary import Seconds

logger = logging.getLogger(__name__)

MAX_CONNECTIONS: Final = 10_000  # Contract: 1.24; a hall of 1 600, with six connections each
SHARE_OF_FILES: Final = 0.75  # the others are for sockets, for the store, and for what is read
SILENT_SECONDS: Final[Seconds] = 2.0  # whoever has come to ask something does so sooner
NOBODY: Final[Container[str]] = ()


class CanBeCut(Protocol):
    """A connection, whether it was let in already or not."""

    @property
    def client(self) -> tuple[str, int] | None:
        """Whose it is: an address and a port; None where they are not known."""
        ...

    @property
    def network(self) -> str:
        """The network of that address; "" where it is not known."""
        ...

    def cut(self) -> None:
        """Ends it, whatever it waits for."""
        ...


class _Network:
    """Keeps the connections of one network; those that have been so for the longest come first."""

    __slots__ = ("asking", "resting")

    def __init__(self) -> None:
        self.resting: dict[CanBeCut, None] = {}  # on which nothing is asked now
        self.asking: dict[CanBeCut, None] = {}  # whose answer is not complete

    def __len__(self) -> int:
        return len(self.resting) + len(self.asking)


class OpenConnections:
    """Knows all that are open but sockets, and cuts one for another where they are too many.

    That is the one that has been silent since it came, for the longest, if that is long; else one
    of whichever network has most: that on which nothing has been asked for the longest, or asked
    the longest ago. Those of ``proxies`` are as many people's as there are, and do not count.
    """

    def __init__(
        self,
        most: int,
        proxies: Container[str] = NOBODY,
        stopwatch: Callable[[], Seconds] = time.monotonic,
    ) -> None:
        self._most = most
        self._proxies = proxies
        self._stopwatch = stopwatch
        self._networks: dict[str, _Network] = {}
        self._silent: dict[CanBeCut, Seconds] = {}  # since when; the first comes first
        self._count = 0

    @property
    def count(self) -> int:
        """How many are counted now."""
        return self._count

    def add(self, connection: CanBeCut) -> None:
        """Counts one that has come; another one may be cut for it."""
        if connection.client is None or connection.client[0] in self._proxies:
            return
        if self._count >= self._most:
            self._cut(self._longest_silent() or self._next_of_busiest())
        self._networks.setdefault(connection.network, _Network()).resting[connection] = None
        self._silent[connection] = self._stopwatch()
        self._count += 1

    def note_request(self, connection: CanBeCut) -> None:
        """Notes that something is asked on one from now on."""
        self._silent.pop(connection, None)
        network = self._networks.get(connection.network)
        if network is not None and connection in network.resting:
            del network.resting[connection]
            network.asking[connection] = None

    def note_answer(self, connection: CanBeCut) -> None:
        """Notes that this was answered."""
        network = self._networks.get(connection.network)
        if network is not None and connection in network.asking:
            del network.asking[connection]
            network.resting[connection] = None

    def remove(self, connection: CanBeCut) -> None:
        """Counts one no more that has ended, or is a socket now; idempotent."""
        self._silent.pop(connection, None)
        network = self._networks.get(connection.network)
        if network is None:
            return
        for connections in (network.resting, network.asking):
            if connection in connections:
                del connections[connection]
                self._count -= 1
        if not network:
            del self._networks[connection.network]

    def cut_silent(self, most: int) -> None:
        """Cuts so many at most that have been silent for long, since no more files may be open."""
        for _ in range(most):
            if (connection := self._longest_silent()) is None:
                return
            self._cut(connection)

    def _cut(self, connection: CanBeCut) -> None:
        logger.warning(
            "%d connections are open, and more have come: one of %s was cut",
            self._count,
            connection.network,
            extra={"kind": "a connection was cut"},
        )
        self.remove(connection)
        connection.cut()

    def _longest_silent(self) -> CanBeCut | None:
        for connection, since in self._silent.items():
            return connection if self._stopwatch() >= since + SILENT_SECONDS else None
        return None

    def _next_of_busiest(self) -> CanBeCut:
        busiest = max(self._networks.values(), key=len)
        return next(iter(busiest.resting or busiest.asking))


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
