"""Turns rest for a while after whoever has taken much: then others may have them.

So whoever asks without a pause leaves most of the time to others, however quick the machine is,
and whoever asks for little never meets it. Decision 0016.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from typing import Final

from attendance_core.vocabulary import Seconds
from attendance_web.wire.allowance import Allowances

MAX_OWED_SECONDS: Final[Seconds] = 0.1  # whoever pauses for so long begins anew


class Rests:
    """Tells how long each turn rests.

    Of one owner ``free_seconds`` of turns rest not at all, and ``free_a_second`` of them come back
    each second; each beyond that for ``factor`` times as long as it took, at most ``max_seconds``.
    """

    def __init__(
        self,
        *,
        free_seconds: Seconds,
        free_a_second: Seconds,
        factor: float,
        max_seconds: Seconds,
        stopwatch: Callable[[], Seconds] = time.monotonic,
    ) -> None:
        self._free = Allowances[Hashable](free_seconds, free_a_second, stopwatch)
        self._max_owed = MAX_OWED_SECONDS * free_a_second
        self._factor = factor
        self._max_seconds = max_seconds

    def seconds_after(self, whose: Hashable, took: Seconds) -> Seconds:
        """Counts a turn that took so long, and tells how long it rests; mostly 0."""
        if not self._free.take_on_credit(whose, self._max_owed, permits=took):
            return 0.0
        return min(self._factor * took, self._max_seconds)
