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
LOOK_SECONDS: Final[Seconds] = 1.0
QUIET_SHARE: Final = 0.1  # of a core, in the time since the last look
MIN_COLLECTIONS: Final = 20  # of the second age since the last full one: some 140 000 objects


class QuietCollections:
    """Has full collections happen while the process has little else to do."""

    def __init__(self) -> None:
        """Begins in the loop that runs; what lives by now is never looked at again.

        Garbage is collected from now on, if it was not before.
        """
        self._loop = asyncio.get_running_loop()
        gc.collect()
        gc.freeze()
        gc.set_threshold(*THRESHOLDS)
        gc.enable()
        self._wait()

    def close(self) -> None:
        """Looks no more; idempotent."""
        self._next.cancel()

    def _wait(self) -> None:
        self._worked, self._looked_at = time.process_time(), time.monotonic()
        self._next = self._loop.call_later(LOOK_SECONDS, self._look)

    def _look(self) -> None:
        worked = time.process_time() - self._worked
        is_quiet = worked < QUIET_SHARE * (time.monotonic() - self._looked_at)
        if is_quiet and gc.get_count()[2] >= MIN_COLLECTIONS:
            gc.collect()
        self._wait()
