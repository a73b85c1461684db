"""Long answers rest between their pieces, so that all of them take no more than one would."""

from __future__ import annotations

from contextlib import AsyncExitStack

from attendance_core.vocabulary import UserId
from attendance_web.http.list_turns import MAX_PAUSE_SECONDS, ListTurns


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
