"""A few begin at each step of the event loop, in turns by whose they are. Contract: 1.11."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from unittest.mock import Mock

import pytest

from attendance_web.wire.step_turns import MAX_EXAMINED, StepTurns

AT_ONCE = 2
MANY = 10 * AT_ONCE
FLOOD, OTHER = "192.0.2.1", "192.0.2.2"


class Begun:
    """Each notes its number when it begins."""

    def __init__(self) -> None:
        self.turns = StepTurns(AT_ONCE)
        self.numbers: list[int] = []

    def comes(
        self, number: int, whose: str = FLOOD, *, has_left: bool = False, counts_for: int = 1
    ) -> None:
        """Asks for one more."""

        def begin() -> int:
            if not has_left:
                self.numbers.append(number)
            return 0 if has_left else counts_for

        self.turns.ask(whose, begin)


@pytest.fixture
def begun() -> Begun:
    return Begun()


async def test_one_that_comes_alone_waits_for_no_step(begun: Begun) -> None:
    for number in range(3):
        begun.comes(number)
        assert begun.numbers[-1] == number
        await asyncio.sleep(0)


async def test_a_few_begin_at_a_step_and_none_is_lost(begun: Begun) -> None:
    for number in range(MANY):
        begun.comes(number)
    gained, before = [], 0
    while len(begun.numbers) < MANY:
        gained.append(len(begun.numbers) - before)
        before = len(begun.numbers)
        await asyncio.sleep(0)
    assert max(gained) == AT_ONCE
    assert begun.numbers == [*range(MANY)]


async def test_one_that_counts_for_many_is_followed_by_none_in_its_step(begun: Begun) -> None:
    for number in range(3):
        begun.comes(number, counts_for=10 * AT_ONCE)
    for begun_by_then in range(1, 4):
        assert begun.numbers == [*range(begun_by_then)]
        await asyncio.sleep(0)


async def test_nobody_comes_behind_all_of_another_one(begun: Begun) -> None:
    for number in range(MANY):
        begun.comes(number)
    begun.comes(MANY, OTHER)
    while len(begun.numbers) <= MANY:
        await asyncio.sleep(0)
    assert begun.numbers.index(MANY) <= AT_ONCE + 1
    assert sorted(begun.numbers) == [*range(MANY + 1)]


async def test_nobody_waits_behind_those_who_have_left(begun: Begun) -> None:
    for number in range(MAX_EXAMINED - 1):
        begun.comes(number, has_left=True)
    begun.comes(MANY)
    assert begun.numbers == [MANY]


async def test_those_who_have_left_are_not_all_looked_at_in_one_step(begun: Begun) -> None:
    for number in range(MAX_EXAMINED):
        begun.comes(number, has_left=True)
    begun.comes(MANY)
    assert not begun.numbers
    await asyncio.sleep(0)
    assert begun.numbers == [MANY]


async def test_all_that_wait_may_begin_in_one_step(begun: Begun) -> None:
    for number in range(MANY):
        begun.comes(number)
    begun.turns.begin_all()
    assert begun.numbers == [*range(MANY)]


async def test_one_that_fails_stops_nobody(begun: Begun) -> None:
    fails: Callable[[], bool] = Mock(side_effect=OSError)
    with pytest.raises(OSError):
        begun.turns.ask(FLOOD, fails)
    for number in range(MANY):
        begun.comes(number)
    while len(begun.numbers) < MANY:
        await asyncio.sleep(0)
