"""Sockets that open in turns: so many at once, the others fairly, nobody for long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from attendance_core.vocabulary import UserId
from attendance_web.live import opening_turns as module
from attendance_web.live.opening_turns import OpeningQueue
from attendance_web.wire.turns import NoTurn

OPENING_TAKES_SECONDS = 0.4  # that one may take here
LONGER_SECONDS = (
    OPENING_TAKES_SECONDS + 0.1
)  # in which one that is not open yet would have been ended


@pytest.fixture
def openings(monkeypatch: pytest.MonkeyPatch) -> OpeningQueue:
    """Two at once, for a moment."""
    monkeypatch.setattr(module, "MAX_AT_ONCE", 2)
    monkeypatch.setattr(module, "OPENING_SECONDS", OPENING_TAKES_SECONDS)
    monkeypatch.setattr(module, "TURN_WAIT_SECONDS", 0.1)
    return OpeningQueue()


@asynccontextmanager
async def turn(openings: OpeningQueue, user_id: int = 1) -> AsyncIterator[Callable[[], None]]:
    async with openings.opening() as opening, opening.turn(UserId(user_id)) as release:
        yield release


class TestTurns:
    async def test_one_that_is_open_lets_the_next_begin_and_stays(
        self, openings: OpeningQueue
    ) -> None:
        async with AsyncExitStack() as sockets:
            for _ in range(5):
                release = await sockets.enter_async_context(turn(openings))
                release()
            await asyncio.sleep(LONGER_SECONDS)  # an open socket is in no haste

    async def test_who_gets_none_in_time_is_told(self, openings: OpeningQueue) -> None:
        async with turn(openings, 1), turn(openings, 2):
            with pytest.raises(NoTurn):
                async with turn(openings, 3):
                    raise AssertionError

    async def test_one_of_a_person_s_begins_when_the_one_before_is_open(
        self, openings: OpeningQueue
    ) -> None:
        """Contract: 1.16."""
        async with turn(openings, 1) as release, turn(openings, 2):
            with pytest.raises(NoTurn):
                async with turn(openings, 1):
                    raise AssertionError
            release()
            async with turn(openings, 1):
                pass

    @pytest.mark.slow
    async def test_an_opening_that_takes_too_long_is_ended_and_gives_its_turn_back(
        self, openings: OpeningQueue
    ) -> None:
        for _ in range(3):
            with pytest.raises(TimeoutError):
                async with turn(openings):
                    await asyncio.Event().wait()  # for ever

    async def test_one_that_fails_or_goes_gives_its_turn_back_once(
        self, openings: OpeningQueue
    ) -> None:
        for _ in range(3):
            with pytest.raises(ValueError, match="refused"):
                async with turn(openings):
                    raise ValueError("refused")
            async with turn(openings) as release:
                release()
        async with turn(openings, 1), turn(openings, 2):
            with pytest.raises(NoTurn):
                async with turn(openings, 3):
                    raise AssertionError
