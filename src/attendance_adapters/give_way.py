"""Lets threads run while the event loop is busy.

A thread that comes back from the disk, or is given work, waits for the interpreter. CPython makes
the loop hand it over only when the loop has kept it for 5 ms in a row; a loop with work in every
step gives it up for a moment in each, to look for events, and has it again before the thread has
woken. Measured with steps of 50 us: 45 ms (median) and up to 0.5 s each time, however short the
switch interval, and 10 to 20 such times a transaction. So while a thread works for a loop that is
busy, the loop sleeps a moment in each of its steps: 0.1 ms each time, at a tenth of its speed.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any, Final
from weakref import WeakKeyDictionary

from attendance_core.vocabulary import Seconds

NAP_SECONDS: Final[Seconds] = 20e-6  # the system makes some 70 us of it; a thread wakes in as many
BUSY_STEP_SECONDS: Final[Seconds] = 30e-6  # a step that took longer had something else to do
# Until an idle loop is measured again; twice as long each time
FIRST_IDLE_INTERVAL_SECONDS: Final[Seconds] = 0.0002
MAX_IDLE_INTERVAL_SECONDS: Final[Seconds] = 0.005


def give_way_until(done: asyncio.Future[Any]) -> None:
    """Has the running loop give way to threads, where it is busy, until this future is done."""
    loop = asyncio.get_running_loop()
    yielder = _yielders.get(loop)
    if yielder is None:
        yielder = _yielders[loop] = _Yielder()
    yielder.begin(loop)
    done.add_done_callback(yielder.end)


class _Yielder:
    """Measures the steps of one loop while threads work for it, and sleeps in the busy ones."""

    def __init__(self) -> None:
        self._future_count = 0  # that threads work for
        self._is_measuring = False
        self._step_began: Seconds = 0.0
        self._idle_interval = FIRST_IDLE_INTERVAL_SECONDS

    def begin(self, loop: asyncio.AbstractEventLoop) -> None:
        self._future_count += 1
        if not self._is_measuring:
            self._is_measuring = True
            self._idle_interval = FIRST_IDLE_INTERVAL_SECONDS
            self._begin_step(loop)

    def end(self, _: asyncio.Future[Any]) -> None:
        self._future_count -= 1

    def _begin_step(self, loop: asyncio.AbstractEventLoop) -> None:
        self._step_began = time.perf_counter()
        loop.call_soon(self._end_step, loop)

    def _end_step(self, loop: asyncio.AbstractEventLoop) -> None:
        if not self._future_count:
            self._is_measuring = False
        elif time.perf_counter() - self._step_began > BUSY_STEP_SECONDS:
            time.sleep(NAP_SECONDS)
            self._idle_interval = FIRST_IDLE_INTERVAL_SECONDS
            self._begin_step(loop)
        else:
            loop.call_later(self._idle_interval, self._begin_step, loop)
            self._idle_interval = min(2 * self._idle_interval, MAX_IDLE_INTERVAL_SECONDS)


_yielders: WeakKeyDictionary[asyncio.AbstractEventLoop, _Yielder] = WeakKeyDictionary()
