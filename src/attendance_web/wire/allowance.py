"""Allowances: so many permits at once, which come back as time goes by."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from attendance_core.vocabulary import Seconds

K = TypeVar("K", bound=Hashable)


class Allowance:
    """Holds up to ``max_permits``, as many at first; ``a_second`` of them come back each second."""

    __slots__ = ("_a_second", "_filled_at", "_max_permits", "_permits", "_stopwatch")

    def __init__(
        self,
        max_permits: float,
        a_second: float,
        stopwatch: Callable[[], Seconds] = time.monotonic,
    ) -> None:
        self._max_permits = max_permits
        self._a_second = a_second
        self._stopwatch = stopwatch
        self._permits = max_permits  # less than 0 where some are owed
        self._filled_at = stopwatch()

    def take(self) -> bool:
        """Takes a permit; False where there is none."""
        self._fill()
        if self._permits < 1:
            return False
        self._permits -= 1
        return True

    def take_on_credit(self, max_owed: float, permits: float = 1) -> Seconds:
        """Takes permits, or owes some, but never more than ``max_owed``.

        Tells how long until nothing is owed any more; 0 where nothing is.
        """
        self._fill()
        self._permits = max(self._permits - permits, -max_owed)
        return self.owed_seconds

    @property
    def owed_seconds(self) -> Seconds:
        """How long until nothing is owed any more; 0 where nothing is."""
        self._fill()
        return max(0.0, -self._permits / self._a_second)

    @property
    def is_full(self) -> bool:
        """Whether nobody would miss it: a new one is like it."""
        self._fill()
        return self._permits >= self._max_permits

    @property
    def seconds_to_next(self) -> Seconds:
        """How long until there is a permit; 0 where there is one."""
        self._fill()
        return max(0.0, (1 - self._permits) / self._a_second)

    def _fill(self) -> None:
        now = self._stopwatch()
        come_back = (now - self._filled_at) * self._a_second
        self._permits = min(self._max_permits, self._permits + come_back)
        self._filled_at = now


class Allowances(Generic[K]):
    """Keeps an allowance for each of many, until it is full again: a new one is like it."""

    def __init__(
        self, max_permits: float, a_second: float, stopwatch: Callable[[], Seconds]
    ) -> None:
        self._max_permits = max_permits
        self._a_second = a_second
        self._stopwatch = stopwatch
        self._allowances: OrderedDict[K, Allowance] = OrderedDict()

    def take(self, whose: K) -> bool:
        """Takes a permit of theirs; False where there is none."""
        return self._allowance_of(whose).take()

    def seconds_to_next(self, whose: K) -> Seconds:
        """Tells how long until they have a permit; 0 where they have one."""
        return self._allowance_of(whose).seconds_to_next

    def take_on_credit(self, whose: K, max_owed: float, permits: float = 1) -> Seconds:
        """Takes permits of theirs, or owes some, but never more than ``max_owed``.

        Tells how long until they owe nothing any more; 0 where they owe nothing.
        """
        return self._allowance_of(whose).take_on_credit(max_owed, permits)

    def owed_seconds(self, whose: K) -> Seconds:
        """Tells how long until they owe nothing any more; 0 where they owe nothing."""
        allowance = self._allowances.get(whose)
        return 0.0 if allowance is None else allowance.owed_seconds

    def _allowance_of(self, whose: K) -> Allowance:
        while self._allowances:
            oldest = next(iter(self._allowances))  # the one that was not asked for the longest
            if not self._allowances[oldest].is_full:
                break
            del self._allowances[oldest]
        allowance = self._allowances.get(whose)
        if allowance is None:
            allowance = self._allowances[whose] = Allowance(
                self._max_permits, self._a_second, self._stopwatch
            )
        self._allowances.move_to_end(whose)
        return allowance

    def __len__(self) -> int:
        return len(self._allowances)
