"""Whoever comes back from the university often waits for themselves. Contract: 9.5."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack

import pytest

from attendance_core.errors import TooManyRequests
from attendance_core.vocabulary import UserId
from attendance_web.http import provider_turns
from attendance_web.http.provider_turns import ProviderTurns
from attendance_web.wire.callers import Caller
from attendance_web.wire.refusals import ClientLeft

HALL: Caller = "192.0.2.1"


class University:
    """People who leave and come back in one instant, and what each of them has to wait."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []
        self.turns = ProviderTurns(lambda: self.now)

    async def come_back(self, caller: Caller, times: int = 1) -> list[float]:
        """Has them come back one after the other; answers how long those waited who had to."""
        self.waits.clear()
        for _ in range(times):
            async with self.turns.turn_to_come_back(caller):
                pass
        return [round(each, 3) for each in self.waits]


@pytest.fixture
def university(monkeypatch: pytest.MonkeyPatch) -> University:
    stand_in = University()

    async def notes(seconds: float) -> None:
        stand_in.waits.append(seconds)
        await asyncio.sleep(0)

    monkeypatch.setattr(provider_turns, "wait_while_there", notes)
    return stand_in


async def test_of_a_network_four_come_back_at_once_and_then_twenty_a_second(
    university: University,
) -> None:
    assert await university.come_back(HALL, 7) == [0.05, 0.1, 0.15]
    university.now += 1.0
    assert await university.come_back(HALL, 5) == [0.05]


async def test_who_comes_from_elsewhere_or_is_logged_in_does_not_wait_for_them(
    university: University,
) -> None:
    await university.come_back(HALL, 50)
    assert await university.come_back("2001:db8::/64") == []
    assert await university.come_back(UserId(7)) == []


async def test_who_leaves_does_not_wait_for_those_who_come_back(university: University) -> None:
    await university.come_back(HALL, 50)
    university.waits.clear()
    for _ in range(6):
        async with university.turns.turn_to_leave(HALL):
            pass
    assert university.waits == pytest.approx([0.05, 0.1])


async def test_nobody_waits_in_their_turn_for_longer_than_all_with_one(
    university: University,
) -> None:
    waits = await university.come_back(HALL, 50)
    assert max(waits) == provider_turns.MAX_OF_ONE / provider_turns.BEGUN_A_SECOND


async def test_who_goes_while_they_wait_is_not_begun(
    university: University, monkeypatch: pytest.MonkeyPatch
) -> None:
    await university.come_back(HALL, 50)
    monkeypatch.setattr(provider_turns, "has_gone", lambda: True)
    with pytest.raises(ClientLeft):
        await university.come_back(HALL)


async def fill(stack: AsyncExitStack, turns: ProviderTurns) -> None:
    """Has all turns of the hall taken until the end of the stack."""
    for _ in range(provider_turns.MAX_OF_ONE // 2):
        await stack.enter_async_context(turns.turn_to_leave(HALL))
        await stack.enter_async_context(turns.turn_to_come_back(HALL))


@pytest.mark.parametrize("way", [ProviderTurns.turn_to_leave, ProviderTurns.turn_to_come_back])
async def test_who_has_had_no_turn_in_time_is_told_so(
    way: Callable[..., AbstractAsyncContextManager[None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider_turns, "TURN_WAIT_SECONDS", 0.01)
    turns = ProviderTurns()
    async with AsyncExitStack() as stack:
        await fill(stack, turns)
        with pytest.raises(TooManyRequests):
            async with way(turns, HALL):
                pass
        async with way(turns, "198.51.100.7"):
            pass  # there are places left for other networks


async def test_of_a_network_only_so_many_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider_turns, "MAX_WAITING_OF_ONE", 1)
    turns = ProviderTurns()
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        await fill(stack, turns)
        waiting = group.create_task(stack.enter_async_context(turns.turn_to_leave(HALL)))
        await asyncio.sleep(0)
        with pytest.raises(TooManyRequests):
            await stack.enter_async_context(turns.turn_to_leave(HALL))
        waiting.cancel()
