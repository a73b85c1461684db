"""What each person may do in this process, counted until it counts no more. Contract: 1.10."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

from attendance_core.errors import TooManyRequests
from attendance_core.vocabulary import Seconds, UserId
from attendance_web.wire.allowance import Allowance

DAY_SECONDS: Seconds = 86_400

Stopwatch = Callable[[], Seconds]  # counts from any moment, and never goes back


class Allowances:
    """Keeps an allowance for each person, until it is full again: a new one is like it."""

    def __init__(self, most: float, a_second: float, stopwatch: Stopwatch) -> None:
        self._most = most
        self._a_second = a_second
        self._stopwatch = stopwatch
        self._allowances: OrderedDict[UserId, Allowance] = OrderedDict()

    def take(self, user_id: UserId) -> None:
        """Raises TooManyRequests."""
        while self._allowances:
            idle = next(iter(self._allowances))
            if not self._allowances[idle].is_full:
                break
            del self._allowances[idle]
        allowance = self._allowances.get(user_id)
        if allowance is None:
            allowance = self._allowances[user_id] = Allowance(
                self._most, self._a_second, self._stopwatch
            )
        self._allowances.move_to_end(user_id)
        if not allowance.take():
            raise TooManyRequests(seconds=math.ceil(allowance.seconds_to_next))

    def __len__(self) -> int:
        return len(self._allowances)


class _Day(NamedTuple):
    """Holds when somebody's day began, and how often they did it since."""

    began_at: Seconds
    times: int


class DailyCounts:
    """Counts for a day how often each person did something, from the first time on; then anew."""

    def __init__(self, most: int, stopwatch: Stopwatch) -> None:
        self._most = most
        self._stopwatch = stopwatch
        self._days: OrderedDict[UserId, _Day] = OrderedDict()  # the oldest first

    def take(self, user_id: UserId) -> None:
        """Raises TooManyRequests."""
        now = self._stopwatch()
        while self._days:
            oldest = next(iter(self._days))
            if now < self._days[oldest].began_at + DAY_SECONDS:
                break
            del self._days[oldest]
        day = self._days.get(user_id, _Day(now, 0))
        if day.times >= self._most:
            raise TooManyRequests(seconds=math.ceil(day.began_at + DAY_SECONDS - now))
        self._days[user_id] = _Day(day.began_at, day.times + 1)

    def __len__(self) -> int:
        return len(self._days)
