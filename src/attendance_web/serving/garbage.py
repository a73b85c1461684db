"""Collects garbage of old age in quiet moments.

A full collection looks at all that lives, and stops the event loop meanwhile: for 140 ms with a
thousand connections. CPython begins one whenever a quarter more lives than at the last, so just
when many come. Decision 0021.
"""

from __future__ import annotations

import asyncio
import gc
import time
from typing import Final

from attendance_core.vocabulary import Seconds

# Objects of the first age, then collections of the age before; CPython begins a full one by itself
# only where there was no quiet moment for very long
THRESHOLDS: Final = (700, 10, 1000)
MEASURE_EVERY: Final[Seconds] = 1.0
QUIET_SHARE: Final = 0.1  # of a core, from one measurement to the next
MIN_COLLECTIONS: Final = 20  # of the second age since the last full one: some 140 000 objects


class QuietCollections:
    """Has full collections happen while the process has little else to do."""

    def __init__(self) -> None:
        """Begins in the loop that runs; what lives by now is left out of every collection.

        Garbage is collected from now on, if it was not before.
        """
        self._loop = asyncio.get_running_loop()
        gc.collect()
        gc.freeze()
        gc.set_threshold(*THRESHOLDS)
        gc.enable()
        self._measure_from_now()

    def close(self) -> None:
        """Has no more of them happen; idempotent."""
        self._timer.cancel()

    def _measure_from_now(self) -> None:
        self._work_before, self._measured_from = time.process_time(), time.monotonic()
        self._timer = self._loop.call_later(MEASURE_EVERY, self._collect_if_quiet)

    def _collect_if_quiet(self) -> None:
        work = time.process_time() - self._work_before
        is_quiet = work < QUIET_SHARE * (time.monotonic() - self._measured_from)
        _objects, _of_first_age, of_second_age = gc.get_count()  # collections, but for the objects
        if is_quiet and of_second_age >= MIN_COLLECTIONS:
            gc.collect()
        self._measure_from_now()
