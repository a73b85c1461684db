"""Threads for slow jobs, and a bound on how many of these run or wait for one."""

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
from attendance_adapters.unheard import log_fault
from attendance_core.errors import Unavailable
from attendance_core.wrong_use import Closed

T = TypeVar("T")

ADDED_NICENESS = 10  # to that of the process; 19 is the most there is


def _be_nice() -> None:
    """Has this thread wait for others; only Linux knows the niceness of a single one."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        nicer = os.getpriority(os.PRIO_PROCESS, thread) + ADDED_NICENESS
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, thread, nicer)


class BoundedThreads:
    """Runs at most ``threads`` jobs at once, and refuses more than ``capacity`` that run or wait.

    Where processors are few, the event loop comes before these threads.
    """

    def __init__(self, name: str, *, threads: int, capacity: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name, initializer=_be_nice)
        self._free_capacity = capacity
        self._lock = threading.Lock()

    async def run(self, job: Callable[[], T]) -> T:
        """Runs a job in a thread and returns what it returned; raises what it raised.

        The job goes on when the caller is cancelled, and takes up capacity until it is over.
        Raises Unavailable when there is no capacity, or `close` comes before the job's turn;
        Closed after `close`.
        """
        if not self._reserve():
            raise Unavailable
        try:
            thread_future = self._pool.submit(job)
        except RuntimeError:  # closed
            self._release()
            raise Closed("this service is closed: make another one") from None
        thread_future.add_done_callback(lambda _: self._release())
        future = asyncio.wrap_future(thread_future)
        give_way_until(future)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            if thread_future.cancelled():  # dropped by `close`; nobody cancelled the caller
                raise Unavailable from None
            future.add_done_callback(log_fault)
            raise

    def _reserve(self) -> bool:
        """Takes capacity for one job, and tells whether there was any."""
        with self._lock:
            if self._free_capacity < 1:
                return False
            self._free_capacity -= 1
            return True

    def _release(self) -> None:
        with self._lock:
            self._free_capacity += 1

    def close(self) -> None:
        """Drops the jobs that wait and returns when those that run are over; idempotent."""
        self._pool.shutdown(wait=True, cancel_futures=True)
