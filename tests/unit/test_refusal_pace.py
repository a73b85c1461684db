"""How long a refusal waits until it is told: the first of a caller not at all. Contract: 1.11."""

from __future__ import annotations

import asyncio

from attendance_core.errors import NotLoggedIn, TooManyRequests
from attendance_core.vocabulary import UserId
from attendance_web.wire.callers import Caller
from attendance_web.wire.refusal_pace import (
    A_SECOND,
    MAX_AT_ONCE,
    TOLD_AFTER_SECONDS,
    RefusalPace,
)
from tests.support.stand_ins import SetStopwatch

ADDRESS, PERSON = "192.0.2.1", UserId(7)


class Pace:
    """Refusals of what is asked now."""

    def __init__(self) -> None:
        self.clock = SetStopwatch()
        self._pace = RefusalPace(self.clock)

    def waits(self, caller: Caller, error: Exception | None = None, *, ago: float = 0.0) -> bool:
        began = asyncio.get_running_loop().time() - ago
        return self._pace.wait_of(error, caller, began) > 0


async def test_a_few_are_told_at_once_and_more_as_time_goes_by() -> None:
    pace = Pace()
    assert [pace.waits(ADDRESS) for _ in range(MAX_AT_ONCE + 2)].count(True) == 2
    pace.clock.at += 1
    assert [pace.waits(ADDRESS) for _ in range(MAX_AT_ONCE)].count(False) == A_SECOND


async def test_nobody_waits_for_what_another_asks() -> None:
    pace = Pace()
    for _ in range(MAX_AT_ONCE + 1):
        pace.waits(ADDRESS, NotLoggedIn())
    assert pace.waits(ADDRESS)
    assert not pace.waits(PERSON)


async def test_too_much_is_never_told_at_once() -> None:
    assert Pace().waits(PERSON, TooManyRequests(seconds=1))


async def test_what_took_its_time_waits_no_longer() -> None:
    assert not Pace().waits(PERSON, TooManyRequests(seconds=1), ago=TOLD_AFTER_SECONDS)
