"""How long a client waits before it asks again, and when it gives up."""

from __future__ import annotations

import random
from typing import Final

from attendance_core.vocabulary import Seconds

FIRST_PAUSE_SECONDS: Final[Seconds] = 0.5
MAX_PAUSE_SECONDS: Final[Seconds] = 8.0
MIN_SHARE: Final = 0.2  # of a pause; the rest is drawn, so that a hall does not come back at once
PATIENCE_SECONDS: Final[Seconds] = 30.0  # what a client has unless it is told otherwise


class Pauses:
    """Draws pauses, each up to twice as long as the one before."""

    def __init__(self, chance: random.Random | None = None) -> None:
        self._chance = chance or random.Random()
        self._longest = FIRST_PAUSE_SECONDS  # that the next one may be

    def next(self) -> Seconds:
        """Draws the next one."""
        longest, self._longest = self._longest, min(self._longest * 2, MAX_PAUSE_SECONDS)
        return longest * (MIN_SHARE + (1 - MIN_SHARE) * self._chance.random())

    def begin_anew(self) -> None:
        """Has the next one be short: something was answered."""
        self._longest = FIRST_PAUSE_SECONDS
