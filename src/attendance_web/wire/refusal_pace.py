"""Tells whoever is refused often so later and later: told at once, they would be back at once.

Contract: 1.11. Decision 0016.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from typing import Final

from attendance_core.errors import TooManyRequests
from attendance_core.vocabulary import Seconds
from attendance_web.wire.allowance import Allowances
from attendance_web.wire.callers import Caller
from attendance_web.wire.turns import NoTurn

# Contract: 1.11, refusals that one caller is told at once; a hall is one, until it is logged in
MAX_AT_ONCE, A_SECOND = 100, 20.0
# From when it was asked; each of three hundred connections is back once in the longer time
TOLD_AFTER_SECONDS: Final[Seconds] = 0.5
TOLD_WITHIN_SECONDS: Final[Seconds] = 3.0
MAX_JITTER_SECONDS: Final[Seconds] = 1.0  # by which those who owe the longest are told earlier


class RefusalPace:
    """Counts refusals by their caller, and tells how long each waits until it is told."""

    def __init__(self, stopwatch: Callable[[], Seconds] = time.monotonic) -> None:
        self._allowances = Allowances[Caller](MAX_AT_ONCE, A_SECOND, stopwatch)

    def note(self, error: Exception | None, caller: Caller, came_at: Seconds) -> Seconds:
        """Counts a refusal of what ``came_at`` an instant, by the clock of the event loop.

        Tells how long it waits until it is told; too much is never told at once.
        """
        owed = self._allowances.take_on_credit(caller, TOLD_WITHIN_SECONDS * A_SECOND)
        if not owed and not isinstance(error, (TooManyRequests, NoTurn)):
            return 0.0
        if owed == TOLD_WITHIN_SECONDS:  # as all the others: they would be back in one instant
            owed -= random.uniform(0, MAX_JITTER_SECONDS)
        due = came_at + max(owed, TOLD_AFTER_SECONDS)
        return max(0.0, due - asyncio.get_running_loop().time())
