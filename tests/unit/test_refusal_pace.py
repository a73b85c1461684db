"""How long a refusal waits until it is told: the first of a caller not at all. Contract: 1.11."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from attendance_core.errors import NotLoggedIn, TooManyRequests
from attendance_core.testing.stand_ins import ManualStopwatch
from attendance_core.vocabulary import UserId
from attendance_web.wire.callers import Caller
from attendance_web.wire.refusal_pace import (
    A_SECOND,
    MAX_AT_ONCE,
    MAX_JITTER_SECONDS,
    TOLD_AFTER_SECONDS,
    TOLD_WITHIN_SECONDS,
    RefusalPace,
)
from attendance_web.wire.turns import NoTurn

ADDRESS, PERSON = "192.0.2.1", UserId(7)


class Pace:
    """Refusals of what is asked now."""

    def __init__(self) -> None:
        self.stopwatch = ManualStopwatch()
        self._pace = RefusalPace(self.stopwatch)

    def waits(self, caller: Caller, error: Exception | None = None, *, ago: float = 0.0) -> bool:
        return self.seconds_to_wait(caller, error, ago=ago) > 0

    def seconds_to_wait(
        self, caller: Caller, error: Exception | None = None, *, ago: float = 0.0
    ) -> float:
        began = asyncio.get_running_loop().time() - ago
        return self._pace.note(error, caller, began)


async def test_a_few_are_told_at_once_and_more_as_time_goes_by() -> None:
    pace = Pace()
    assert [pace.waits(ADDRESS) for _ in range(MAX_AT_ONCE + 2)].count(True) == 2
    pace.stopwatch.at += 1
    assert [pace.waits(ADDRESS) for _ in range(MAX_AT_ONCE)].count(False) == A_SECOND - 2


async def test_who_goes_on_waits_for_what_they_have_had_refused_before() -> None:
    pace = Pace()
    for _ in range(MAX_AT_ONCE):
        pace.waits(ADDRESS)
    waits = [pace.seconds_to_wait(ADDRESS) for _ in range(100)]
    assert waits[:10] == pytest.approx([TOLD_AFTER_SECONDS] * 10, abs=0.1)
    assert waits[39] == pytest.approx(40 / A_SECOND, abs=0.1)
    least = TOLD_WITHIN_SECONDS - MAX_JITTER_SECONDS
    assert all(least - 0.1 < each <= TOLD_WITHIN_SECONDS for each in waits[60:])
    pace.stopwatch.at += TOLD_WITHIN_SECONDS
    assert pace.seconds_to_wait(ADDRESS) == pytest.approx(
        TOLD_AFTER_SECONDS, abs=0.1
    )  # no more is owed


async def test_who_owes_the_longest_is_not_told_with_all_others() -> None:
    pace = Pace()
    for _ in range(MAX_AT_ONCE + 100):
        pace.waits(ADDRESS)
    tenths = Counter(round(10 * pace.seconds_to_wait(ADDRESS)) for _ in range(250))
    assert max(tenths.values()) < 100, "they would be back in one instant"


async def test_nobody_waits_for_what_another_asks() -> None:
    pace = Pace()
    for _ in range(MAX_AT_ONCE + 1):
        pace.waits(ADDRESS, NotLoggedIn())
    assert pace.waits(ADDRESS)
    assert not pace.waits(PERSON)


async def test_too_much_is_never_told_at_once() -> None:
    assert Pace().waits(PERSON, TooManyRequests(seconds=1))
    assert Pace().waits(PERSON, NoTurn())


async def test_what_took_its_time_waits_no_longer() -> None:
    assert not Pace().waits(PERSON, TooManyRequests(seconds=1), ago=TOLD_AFTER_SECONDS)
