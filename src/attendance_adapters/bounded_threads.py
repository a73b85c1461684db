"""Threads for slow calls, and a bound on how many calls run or wait for one."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from attendance_adapters.give_way import give_way_until
from attendance_core.errors import Unavailable
from attendance_core.wrong_use import Closed

T = TypeVar("T")

NICENESS = 10  # over that of the process


def _be_nice() -> None:
    """Has this thread wait for others; only Linux knows the niceness of a single one."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        nicer = os.getpriority(os.PRIO_PROCESS, thread) + NICENESS
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, thread, nicer)


class BoundedThreads:
    """Runs at most ``threads`` calls at once, and refuses more than ``capacity``.

    The capacity is the sum of the weights of all calls that run or wait. Where processors are few,
    the event loop comes before these threads.
    """

    def __init__(self, name: str, *, threads: int, capacity: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name, initializer=_be_nice)
        self._free_capacity = capacity
        self._lock = threading.Lock()

    async def run(self, call: Callable[[], T], *, weight: int = 1) -> T:
        """Runs a call in a thread and returns what it returned; raises what it raised.

        The call goes on when the caller is cancelled, and takes up capacity until it is over.
        Raises Unavailable when there is not enough capacity, Closed after `close`.
        """
        if not self._reserve(weight):
            raise Unavailable
        try:
            future = self._pool.submit(call)
        except RuntimeError:  # closed
            self._release(weight)
            raise Closed("this service is closed: make another one") from None
        future.add_done_callback(lambda _: self._release(weight))
        result = asyncio.wrap_future(future)
        give_way_until(result)
        try:
            return await asyncio.shield(result)
        except asyncio.CancelledError:
            if future.cancelled():  # dropped by `close`; nobody cancelled the caller
                raise Unavailable from None
            raise

    def _reserve(self, weight: int) -> bool:
        """Takes capacity, and tells whether there was enough."""
        with self._lock:
            if weight > self._free_capacity:
                return False
            self._free_capacity -= weight
            return True

    def _release(self, weight: int) -> None:
        with self._lock:
            self._free_capacity += weight

    def close(self) -> None:
        """Drops the calls that wait and returns when those that run are over; idempotent."""
        self._pool.shutdown(wait=True, cancel_futures=True)
