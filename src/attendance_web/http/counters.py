"""What this process counts of each person, and forgets once it counts no more. Contract: 1.10."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable

from attendance_core.errors import TooManyRequests
from attendance_core.vocabulary import Seconds, UserId
from attendance_web.wire.bucket import Bucket

DAY_SECONDS: Seconds = 86_400

Clock = Callable[[], Seconds]


class Buckets:
    """A bucket for each person; one that has filled up is forgotten, for a new one is like it."""

    def __init__(self, most: float, a_second: float, clock: Clock) -> None:
        self._most = most
        self._a_second = a_second
        self._clock = clock
        self._buckets: OrderedDict[UserId, Bucket] = OrderedDict()

    def take(self, user_id: UserId) -> None:
        """Raises TooManyRequests."""
        while self._buckets:
            idle = next(iter(self._buckets))
            if not self._buckets[idle].is_full:
                break
            del self._buckets[idle]
        bucket = self._buckets.get(user_id)
        if bucket is None:
            bucket = self._buckets[user_id] = Bucket(self._most, self._a_second, self._clock)
        self._buckets.move_to_end(user_id)
        if not bucket.take():
            raise TooManyRequests(seconds=math.ceil(bucket.seconds_to_next))

    def __len__(self) -> int:
        return len(self._buckets)


class DailyCounts:
    """How often each person did something since they did it first, for a day; then anew."""

    def __init__(self, most: int, clock: Clock) -> None:
        self._most = most
        self._clock = clock
        self._days: OrderedDict[UserId, tuple[Seconds, int]] = OrderedDict()  # begun, how often

    def take(self, user_id: UserId) -> None:
        """Raises TooManyRequests."""
        now = self._clock()
        while self._days:
            oldest = next(iter(self._days))
            if now < self._days[oldest][0] + DAY_SECONDS:
                break
            del self._days[oldest]
        begun, count = self._days.get(user_id, (now, 0))
        if count >= self._most:
            raise TooManyRequests(seconds=math.ceil(begun + DAY_SECONDS - now))
        self._days[user_id] = (begun, count + 1)

    def __len__(self) -> int:
        return len(self._days)
