"""An event and a queue as asyncio has them, in little memory: at most sockets nobody waits.

An `asyncio.Event` keeps a deque of 0.7 KiB for those who wait, an `asyncio.Queue` four of them.
"""

from __future__ import annotations

import asyncio
from typing import Generic, TypeVar

T = TypeVar("T")


class SmallEvent:
    """Is set, or waited for, within one event loop: does what an `asyncio.Event` does."""

    __slots__ = ("_is_set", "_waiters")

    def __init__(self, *, is_set: bool = False) -> None:
        self._is_set = is_set
        self._waiters: list[asyncio.Future[None]] | None = None  # None: nobody waits

    def is_set(self) -> bool:
        """Tells whether nobody need wait."""
        return self._is_set

    def set(self) -> None:
        """Lets everybody go on who waits, or will."""
        self._is_set = True
        waiters, self._waiters = self._waiters, None
        for waiter in waiters or ():
            if not waiter.done():
                waiter.set_result(None)

    def clear(self) -> None:
        """Has whoever comes from now on wait."""
        self._is_set = False

    async def wait(self) -> None:
        """Returns once it was set."""
        if self._is_set:
            return
        waiter = asyncio.get_running_loop().create_future()
        if self._waiters is None:
            self._waiters = []
        self._waiters.append(waiter)
        try:
            await waiter
        finally:
            if self._waiters is not None and waiter in self._waiters:
                self._waiters.remove(waiter)
                self._waiters = self._waiters or None


class SmallQueue(Generic[T]):
    """Hands out what was put in, in order, to the one task that takes: as an `asyncio.Queue`."""

    __slots__ = ("_filled", "_items")

    def __init__(self) -> None:
        self._items: list[T] = []
        self._filled = SmallEvent()

    def put_nowait(self, item: T) -> None:
        """Puts it behind the others."""
        self._items.append(item)
        self._filled.set()

    def empty(self) -> bool:
        """Tells whether whoever takes the next one has to wait."""
        return not self._items

    async def get(self) -> T:
        """Takes the next one, once there is one."""
        while not self._items:
            self._filled.clear()
            await self._filled.wait()
        return self._items.pop(0)
