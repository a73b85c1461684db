"""Pings all sockets of a server by one timer, and finds those that do not answer.

A task or two timers a socket cost more than the ping itself, and most sockets are idle.
"""

from __future__ import annotations

import asyncio
from itertools import takewhile
from typing import Final, Protocol
from weakref import WeakKeyDictionary

import uvicorn

from attendance_core.vocabulary import Seconds

TOGETHER_SECONDS: Final[Seconds] = 0.1  # who is due within them is pinged at their end


class Pinged(Protocol):
    """Stands for a socket that is pinged again and again."""

    def ping_again(self, now: Seconds) -> bool:
        """Pings it; where its last ping was not answered, ends it and answers False."""
        ...


class Pings:
    """Pings each socket every so many seconds, within which it answers."""

    def __init__(self, every: Seconds, loop: asyncio.AbstractEventLoop) -> None:
        self._every = every
        self._loop = loop
        self._due: dict[Pinged, Seconds] = {}  # the earliest first, by the clock of the loop
        self._timer: asyncio.TimerHandle | None = None

    def add(self, socket: Pinged) -> None:
        """Begins with one that is open: its first ping comes after a whole pause."""
        self._due[socket] = self._loop.time() + self._every
        if self._timer is None:
            self._timer = self._loop.call_later(self._every, self._ping)

    def remove(self, socket: Pinged) -> None:
        """Pings it no more; does nothing where it was not pinged."""
        self._due.pop(socket, None)

    def _ping(self) -> None:
        """Pings those that are due."""
        now = self._loop.time()
        for socket in list(takewhile(lambda each: self._due[each] <= now, self._due)):
            if self._due.pop(socket, None) is not None and socket.ping_again(now):
                self._due[socket] = now + self._every
        self._timer = None
        if self._due:
            earliest = next(iter(self._due.values()))
            self._timer = self._loop.call_at(max(earliest, now + TOGETHER_SECONDS), self._ping)


_pings_of: WeakKeyDictionary[uvicorn.Config, Pings] = WeakKeyDictionary()


def pings_of(config: uvicorn.Config, loop: asyncio.AbstractEventLoop) -> Pings | None:
    """Finds what pings the sockets of a server; None where it pings nobody."""
    if not config.ws_ping_interval:
        return None
    pings = _pings_of.get(config)
    if pings is None:
        pings = _pings_of[config] = Pings(config.ws_ping_interval, loop)
    return pings
