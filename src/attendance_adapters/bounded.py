"""Threads for calls that are slow, and only so many callers waiting for one."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from attendance_adapters.give_way import give_way_until
from attendance_core.errors import Unavailable

T = TypeVar("T")


class BoundedThreads:
    """At most ``threads`` calls run at once; those that run or wait weigh at most ``room``.

    One more is refused at once.
    """

    def __init__(self, name: str, *, threads: int, room: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._left = room
        self._lock = threading.Lock()

    async def run(self, call: Callable[[], T], *, weight: int = 1) -> T:
        """What the call returned or raised; it goes on when the caller is cancelled.

        So a caller who has gone still takes up room until the call is over. Raises Unavailable
        when there is no room, or after `close`.
        """
        if not self._take(weight):
            raise Unavailable
        try:
            future = self._pool.submit(call)
        except RuntimeError:  # closed
            self._take(-weight)
            raise Unavailable from None
        future.add_done_callback(lambda _: self._take(-weight))
        answer = asyncio.wrap_future(future)
        give_way_until(answer)
        try:
            return await asyncio.shield(answer)
        except asyncio.CancelledError:
            if future.cancelled():  # dropped by `close`; nobody cancelled the caller
                raise Unavailable from None
            raise

    def _take(self, weight: int) -> bool:
        with self._lock:
            if weight > self._left:
                return False
            self._left -= weight
            return True

    def close(self) -> None:
        """Drops the calls that wait and returns when those that run are over; idempotent."""
        self._pool.shutdown(wait=True, cancel_futures=True)
