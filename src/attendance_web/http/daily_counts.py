"""Counts how often each person does something a day, in this process. Contract: 1.10."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

from attendance_core.errors import TooManyRequests
from attendance_core.vocabulary import Seconds, UserId

DAY_SECONDS: Seconds = 86_400

Stopwatch = Callable[[], Seconds]  # counts from any moment, and never goes back


class _Day(NamedTuple):
    """Holds when somebody's day began, and how often they did it since."""

    began_at: Seconds
    times: int


class DailyCounts:
    """Counts for a day how often each person did something, from the first time on; then anew."""

    def __init__(self, max_a_day: int, stopwatch: Stopwatch) -> None:
        self._max_a_day = max_a_day
        self._stopwatch = stopwatch
        self._days: OrderedDict[UserId, _Day] = OrderedDict()  # the oldest first

    def count(self, user_id: UserId) -> None:
        """Counts that somebody does it once more. Raises TooManyRequests."""
        now = self._stopwatch()
        while self._days:
            oldest = next(iter(self._days))
            if now < self._days[oldest].began_at + DAY_SECONDS:
                break
            del self._days[oldest]
        day = self._days.get(user_id, _Day(now, 0))
        if day.times >= self._max_a_day:
            raise TooManyRequests(seconds=math.ceil(day.began_at + DAY_SECONDS - now))
        self._days[user_id] = _Day(day.began_at, day.times + 1)

    def __len__(self) -> int:
        return len(self._days)
