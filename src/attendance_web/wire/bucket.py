"""A bucket of permits that fills up again as time goes by."""

from __future__ import annotations

import time
from collections.abc import Callable


class Bucket:
    """Holds ``most`` permits, full at first, refilled by ``a_second``. The clock counts seconds."""

    __slots__ = ("_a_second", "_clock", "_filled_at", "_left", "_most")

    def __init__(
        self, most: float, a_second: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = most
        self._a_second = a_second
        self._clock = clock
        self._left = most
        self._filled_at = clock()

    def take(self) -> bool:
        """Takes a permit; False where there is none."""
        self._fill()
        if self._left < 1:
            return False
        self._left -= 1
        return True

    @property
    def is_full(self) -> bool:
        """Whether nobody would miss it: a new one is like it."""
        self._fill()
        return self._left >= self._most

    @property
    def seconds_to_next(self) -> float:
        """How long until there is a permit; 0 where there is one."""
        self._fill()
        return max(0.0, (1 - self._left) / self._a_second)

    def _fill(self) -> None:
        now = self._clock()
        self._left = min(self._most, self._left + (now - self._filled_at) * self._a_second)
        self._filled_at = now
