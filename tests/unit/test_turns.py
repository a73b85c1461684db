"""Sockets that open in turns: so many at once, the others in order, nobody for long."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from attendance_web.live import turns as module
from attendance_web.live.turns import OpeningQueue

OPENING = 0.4  # seconds that one may take here
LONGER = OPENING + 0.1  # in which one that is not open yet would have been ended


@pytest.fixture
def openings(monkeypatch: pytest.MonkeyPatch) -> OpeningQueue:
    """Two at once, for a moment."""
    monkeypatch.setattr(module, "AT_ONCE", 2)
    monkeypatch.setattr(module, "OPENING_SECONDS", OPENING)
    monkeypatch.setattr(module, "TURN_SECONDS", 0.1)
    return OpeningQueue()


class TestTurns:
    async def test_one_that_is_open_lets_the_next_begin_and_stays(
        self, openings: OpeningQueue
    ) -> None:
        async with AsyncExitStack() as sockets:
            for _ in range(5):
                opened = await sockets.enter_async_context(openings.slot())
                opened()
            await asyncio.sleep(LONGER)  # an open socket is in no haste

    async def test_who_gets_none_in_time_is_told(self, openings: OpeningQueue) -> None:
        async with openings.slot(), openings.slot():
            with pytest.raises(TimeoutError):
                async with openings.slot():
                    raise AssertionError

    @pytest.mark.slow
    async def test_an_opening_that_takes_too_long_is_ended_and_gives_its_turn_back(
        self, openings: OpeningQueue
    ) -> None:
        for _ in range(3):
            with pytest.raises(TimeoutError):
                async with openings.slot():
                    await asyncio.Event().wait()  # for ever

    async def test_one_that_fails_or_goes_gives_its_turn_back_once(
        self, openings: OpeningQueue
    ) -> None:
        for _ in range(3):
            with pytest.raises(ValueError, match="refused"):
                async with openings.slot():
                    raise ValueError("refused")
            async with openings.slot() as opened:
                opened()
        async with openings.slot(), openings.slot():
            with pytest.raises(TimeoutError):
                async with openings.slot():
                    raise AssertionError
