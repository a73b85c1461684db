"""Collects garbage of young age a little at a time, and of old age in quiet moments.

CPython counts how many objects were made and not freed, and looks at the young ones at 700. Where
many requests wait and as many are answered, what is made and what is freed are as many, and it
looks at tens of thousands, much later: for 45 ms with a thousand connections. So it is we who have
it look, as often as it takes a millisecond.

A full collection looks at all that lives: for 140 ms with a thousand connections. CPython begins
one whenever a quarter more lives than at the last, so just when many come. Decision 0021.
"""

from __future__ import annotations

import asyncio
import gc
import time
from typing import Final

from attendance_core.vocabulary import Seconds
from attendance_web.serving.freed_memory import give_back_free_pages, resident_bytes

# CPython begins a collection by itself only in a burst between two of ours, and never a full one
THRESHOLDS: Final = (50_000, 1_000, 1_000_000)
YOUNG: Final = 1  # the first two ages: what lives on is old
# Of one collection: less is what it takes to find next to nothing, after more they come more often
MIN_YOUNG_SECONDS, MAX_YOUNG_SECONDS = 0.0002, 0.001
MIN_PAUSE, MAX_PAUSE = 0.002, 0.05  # seconds, between two of them
MEASURE_EVERY: Final[Seconds] = 1.0
QUIET_SHARE: Final = 0.1  # of a core, from one measurement to the next
# Of young collections, since the last full one: in a second they look at ten million objects
WORTH_SECONDS: Final[Seconds] = 0.05  # in a quiet moment
MAX_WORTH_SECONDS: Final[Seconds] = 1.0  # also where no moment is quiet
# In memory beyond the least there was: it may be free, or in use by people who are there
WORTH_BYTES: Final = 8 * 1024 * 1024
GIVE_BACK_EVERY: Final[Seconds] = 15.0  # at most, or when garbage was collected


class Collections:
    """Has garbage collected while the event loop that runs has little else to do."""

    def __init__(self) -> None:
        """Begins; what lives by now is left out of every collection.

        Garbage is collected from now on, if it was not before.
        """
        self._loop = asyncio.get_running_loop()
        gc.collect()
        gc.freeze()
        gc.set_threshold(*THRESHOLDS)
        gc.enable()
        self._pause: Seconds = MAX_PAUSE
        self._taken: Seconds = 0.0  # by young collections, since the last full one
        self._least_bytes = resident_bytes()  # that this process has had in memory
        self._given_back_at: Seconds = -GIVE_BACK_EVERY  # when free pages were
        self._young_timer = self._loop.call_later(self._pause, self._collect_young)
        self._measure_from_now()

    def close(self) -> None:
        """Has no more of them happen; idempotent."""
        self._young_timer.cancel()
        self._quiet_timer.cancel()

    def _collect_young(self) -> None:
        began = time.perf_counter()
        gc.collect(YOUNG)
        took = time.perf_counter() - began
        if took > MIN_YOUNG_SECONDS:
            self._taken += took
        if took > MAX_YOUNG_SECONDS:
            self._pause = max(MIN_PAUSE, self._pause / 2)
        elif took < MAX_YOUNG_SECONDS / 2:
            self._pause = min(MAX_PAUSE, self._pause * 2)
        self._young_timer = self._loop.call_later(self._pause, self._collect_young)

    def _measure_from_now(self) -> None:
        self._work_before, self._measured_from = time.process_time(), time.monotonic()
        self._quiet_timer = self._loop.call_later(MEASURE_EVERY, self._collect_if_quiet)

    def _collect_if_quiet(self) -> None:
        work = time.process_time() - self._work_before
        is_quiet = work < QUIET_SHARE * (time.monotonic() - self._measured_from)
        if self._taken >= (WORTH_SECONDS if is_quiet else MAX_WORTH_SECONDS):
            gc.collect()
            self._taken = 0.0
            self._give_back()
        elif is_quiet and self._is_worth_giving_back():
            self._give_back()
        self._measure_from_now()

    def _is_worth_giving_back(self) -> bool:
        bytes_now = resident_bytes()
        self._least_bytes = min(self._least_bytes, bytes_now)
        is_time = time.monotonic() > self._given_back_at + GIVE_BACK_EVERY
        return is_time and bytes_now > self._least_bytes + WORTH_BYTES

    def _give_back(self) -> None:
        self._given_back_at = time.monotonic()
        self._loop.run_in_executor(None, give_back_free_pages)
