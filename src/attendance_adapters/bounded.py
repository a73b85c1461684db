"""Threads for calls that are slow, and only so many callers waiting for one."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from attendance_core.errors import Unavailable

T = TypeVar("T")


class BoundedThreads:
    """At most ``threads`` calls run and ``waiting`` wait; one more is refused at once."""

    def __init__(self, name: str, *, threads: int, waiting: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._room = threading.BoundedSemaphore(threads + waiting)

    async def run(self, call: Callable[[], T]) -> T:
        """What the call returned or raised; it goes on when the caller is cancelled.

        So a caller who has gone still takes up room until the call is over. Raises Unavailable
        when there is no room, or after `close`.
        """
        if not self._room.acquire(blocking=False):
            raise Unavailable
        try:
            future = self._pool.submit(call)
        except RuntimeError:  # closed
            self._room.release()
            raise Unavailable from None
        future.add_done_callback(lambda _: self._room.release())
        return await asyncio.shield(asyncio.wrap_future(future))

    def close(self) -> None:
        """Drops the calls that wait and returns when those that run are over; idempotent."""
        self._pool.shutdown(wait=True, cancel_futures=True)
