"""Lists are read in turns, which rest: nobody's take more than a part of what there is."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from attendance_core.errors import TooManyRequests
from attendance_core.vocabulary import UserId
from attendance_web.http import list_turns
from attendance_web.http.list_turns import (
    MAX_PAUSE_SECONDS,
    ListTurns,
    looks_of_one,
)


async def test_answers_in_pieces_share_what_one_would_take() -> None:
    turns = ListTurns(list_looks_at_once=2)
    async with AsyncExitStack() as answers:
        await answers.enter_async_context(turns.turn_to_answer(UserId(1), 0))
        assert turns.pause_after(0.01) == 0, "one alone need not rest"
        for caller in (UserId(2), "192.0.2.7", "192.0.2.8"):
            await answers.enter_async_context(turns.turn_to_answer(caller, 0))
        assert turns.pause_after(0.01) == 0.03
        assert turns.pause_after(1) == MAX_PAUSE_SECONDS
    assert turns.pause_after(0.01) == 0


@pytest.mark.parametrize(("at_once", "of_one"), [(1, 1), (2, 1), (5, 2)])
async def test_nobody_has_more_than_half_of_the_looks(
    at_once: int, of_one: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Contract: 1.20. But one, where there is only one."""
    monkeypatch.setattr(list_turns, "TURN_WAIT_SECONDS", 0.01)
    turns = ListTurns(at_once)
    assert looks_of_one(at_once) == of_one
    async with AsyncExitStack() as looks:
        for _ in range(of_one):
            await looks.enter_async_context(turns.turn_to_begin("192.0.2.7"))
        with pytest.raises(TooManyRequests):
            await looks.enter_async_context(turns.turn_to_begin("192.0.2.7"))
        for number in range(at_once - of_one):
            await looks.enter_async_context(turns.turn_to_begin(UserId(number)))


async def test_the_turns_of_whoever_has_taken_much_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Contract: 1.20. Those at further pieces of a list do not."""
    monkeypatch.setattr(list_turns, "FREE_SECONDS", 0.0)
    monkeypatch.setattr(list_turns, "REST_FACTOR", 1e9)
    monkeypatch.setattr(list_turns, "MAX_REST_SECONDS", 3600)
    monkeypatch.setattr(list_turns, "TURN_WAIT_SECONDS", 0.01)
    turns = ListTurns(1)
    for _ in range(3):
        async with turns.turn_to_go_on(UserId(1), 0.01):
            await asyncio.sleep(0)
    async with turns.turn_to_begin(UserId(1)):  # it rests from now on
        await asyncio.sleep(0)
    with pytest.raises(TooManyRequests):
        async with turns.turn_to_begin(UserId(1)):
            raise AssertionError
    async with turns.turn_to_begin(UserId(2)):
        pass
