"""Frames begin in turns, a few of one person at each step of the event loop. Contract: 1.11."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable

import pytest

from attendance_web.live.frame_turns import (
    FRAMES_OF_PERSON_A_SECOND,
    MAX_AT_ONCE,
    MAX_FRAMES_OF_PERSON,
    MAX_OF_ONE,
    FrameTurns,
)

FLOOD, OTHER = 1, 2
MANY = 10 * MAX_OF_ONE


class Begun:
    """Frames that note whose they are when they begin."""

    def __init__(self) -> None:
        self.turns = FrameTurns()
        self.whose: list[Hashable] = []

    async def _frame(self, whose: Hashable) -> None:
        await self.turns.wait_for_frame_turn(whose)
        self.whose.append(whose)

    def comes(self, whose: Hashable) -> asyncio.Task[None]:
        """Sends one more, on a socket of its own."""
        return asyncio.create_task(self._frame(whose))


@pytest.fixture
def begun() -> Begun:
    return Begun()


async def test_a_few_of_one_person_begin_at_a_step(begun: Begun) -> None:
    flood = [begun.comes(FLOOD) for _ in range(MANY)]
    before = 0
    while not all(task.done() for task in flood):
        await asyncio.sleep(0)
        assert len(begun.whose) <= before + MAX_OF_ONE
        before = len(begun.whose)
    assert before == MANY


async def test_some_of_all_people_begin_at_a_step(begun: Begun) -> None:
    hall = [begun.comes(person) for person in range(10 * MAX_AT_ONCE)]
    before = 0
    while not all(task.done() for task in hall):
        await asyncio.sleep(0)
        assert len(begun.whose) <= before + MAX_AT_ONCE
        before = len(begun.whose)
    assert begun.whose == [*range(10 * MAX_AT_ONCE)]


async def test_nobody_comes_behind_all_of_a_flood(begun: Begun) -> None:
    flood = [begun.comes(FLOOD) for _ in range(MANY)]
    await asyncio.gather(*flood, begun.comes(OTHER))
    assert begun.whose.index(OTHER) <= MAX_OF_ONE
    assert len(begun.whose) == MANY + 1


async def test_one_that_comes_alone_waits_for_no_step(begun: Begun) -> None:
    for _ in range(MANY):
        waits = begun.turns.wait_for_frame_turn(OTHER)
        with pytest.raises(StopIteration):
            waits.send(None)
        await asyncio.sleep(0)


async def test_who_leaves_while_waiting_takes_nobodys_turn(begun: Begun) -> None:
    flood = [begun.comes(FLOOD) for _ in range(MANY)]
    await asyncio.sleep(0)
    leaves = flood[MAX_OF_ONE : MANY // 2]
    for task in leaves:
        task.cancel()
    await asyncio.gather(*flood, return_exceptions=True)
    assert len(begun.whose) == MANY - len(leaves)
    await begun.turns.wait_for_frame_turn(FLOOD)


async def test_what_takes_no_turn_counts_against_its_person_too(begun: Begun) -> None:
    assert begun.turns.take(FLOOD)
    flood = [begun.comes(FLOOD) for _ in range(2 * MAX_FRAMES_OF_PERSON)]
    await asyncio.sleep(0)
    assert not begun.turns.take(FLOOD)
    assert begun.turns.take(OTHER)
    for task in flood:
        task.cancel()
    await asyncio.gather(*flood, return_exceptions=True)


async def test_who_sends_too_many_waits_for_those_that_come_back(begun: Begun) -> None:
    more = 10 * int(FRAMES_OF_PERSON_A_SECOND)  # of which the last begins in ten seconds
    flood = [begun.comes(FLOOD) for _ in range(MAX_FRAMES_OF_PERSON + more)]
    while len(begun.whose) < MAX_FRAMES_OF_PERSON:
        await asyncio.sleep(0)
    await begun.comes(OTHER)
    for _ in range(more):  # steps, in each of which one could begin
        await asyncio.sleep(0)
    waiting = [task for task in flood if not task.done()]
    assert more / 2 < len(waiting) <= more
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for task in flood:
        task.cancel()
    await asyncio.gather(*flood, return_exceptions=True)
