"""How long a client waits before it asks again, and what it may ask twice.

docs/wire.md says which calls are answered as the first time when they are made again.
"""

from __future__ import annotations

import random
from typing import Final

from attendance_core.vocabulary import Seconds

# Of those that change something; GETs may always be made again
SAFE_AGAIN: Final = frozenset(
    f"/api/events/{name}"
    for name in ("MarkParticipant", "AnnulMark", "UpdateEvent", "AddHelper", "RemoveHelper")
)
FIRST_PAUSE: Final[Seconds] = 0.5
LONGEST_PAUSE: Final[Seconds] = 8.0
LEAST_PART: Final = 0.2  # of a pause; the rest is drawn, so that a hall does not come back at once
PATIENCE: Final[Seconds] = 30.0


class Pauses:
    """Draws pauses, each up to twice as long as the one before."""

    def __init__(self, chance: random.Random | None = None) -> None:
        self._chance = chance or random.Random()
        self._most = FIRST_PAUSE

    def next(self) -> Seconds:
        """Draws the next one."""
        most, self._most = self._most, min(self._most * 2, LONGEST_PAUSE)
        return most * (LEAST_PART + (1 - LEAST_PART) * self._chance.random())

    def begin_anew(self) -> None:
        """Has the next one be short: something was answered."""
        self._most = FIRST_PAUSE
