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

NAP: Final[Seconds] = 20e-6  # the system makes some 70 us of it; a thread wakes in as many
BUSY: Final[Seconds] = 30e-6  # a step that took longer had something else to do
LOOK_FIRST, LOOK_LATEST = 0.0002, 0.005  # seconds until an idle loop is looked at again


def give_way_until(done: asyncio.Future[Any]) -> None:
    """Has the running loop give way to threads, where it is busy, until this future is done."""
    loop = asyncio.get_running_loop()
    yielding = _LOOPS.get(loop)
    if yielding is None:
        yielding = _LOOPS[loop] = _GivingWay()
    yielding.begin(loop)
    done.add_done_callback(yielding.end)


class _GivingWay:
    """What one loop knows of the threads that work for it."""

    def __init__(self) -> None:
        self._working = 0
        self._is_looking = False
        self._step_began = 0.0
        self._pause = LOOK_FIRST

    def begin(self, loop: asyncio.AbstractEventLoop) -> None:
        self._working += 1
        if not self._is_looking:
            self._is_looking = True
            self._pause = LOOK_FIRST
            self._begin_step(loop)

    def end(self, _: asyncio.Future[Any]) -> None:
        self._working -= 1

    def _begin_step(self, loop: asyncio.AbstractEventLoop) -> None:
        self._step_began = time.perf_counter()
        loop.call_soon(self._end_step, loop)

    def _end_step(self, loop: asyncio.AbstractEventLoop) -> None:
        if not self._working:
            self._is_looking = False
        elif time.perf_counter() - self._step_began > BUSY:
            time.sleep(NAP)
            self._pause = LOOK_FIRST
            self._begin_step(loop)
        else:
            loop.call_later(self._pause, self._begin_step, loop)
            self._pause = min(2 * self._pause, LOOK_LATEST)


_LOOPS: WeakKeyDictionary[asyncio.AbstractEventLoop, _GivingWay] = WeakKeyDictionary()
