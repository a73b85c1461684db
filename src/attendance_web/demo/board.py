"""The board of an event, watched by its link as a second screen does. Contract: WatchAttendance."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Any, Final
from uuid import UUID

import msgspec

from attendance_core.vocabulary import Seconds
from attendance_web.client import Client, NotAnswered
from attendance_web.wire.counts import CountsShown

COUNT_NAMES: Final = ("joined", "waiting", "held", "marked", "participants")


class Board:
    """Stands for a screen: holds how often it was told counts, and what last."""

    def __init__(self) -> None:
        self.times_told = 0
        self.last: dict[str, Any] | None = None
        self._changed = asyncio.Condition()

    async def give_time_to_show(self, counts: Mapping[str, int], within: Seconds) -> None:
        """Waits until it shows these, or so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within), self._changed:
                await self._changed.wait_for(lambda: self._shows(counts))

    async def read(self, told: AsyncGenerator[CountsShown, None]) -> None:
        """Reads until it is cancelled, or the connection is lost; what it has missed is seen."""
        with suppress(NotAnswered):
            async for counts in told:
                await self.show(counts)

    async def show(self, counts: CountsShown) -> None:
        """Shows what it was told."""
        async with self._changed:
            self.last = msgspec.to_builtins(counts)
            self.times_told += 1
            self._changed.notify_all()

    def _shows(self, counts: Mapping[str, int]) -> bool:
        last = self.last
        return last is not None and all(last[each] == counts[each] for each in COUNT_NAMES)


@asynccontextmanager
async def watch_board(creator: Client, event_id: UUID) -> AsyncIterator[Board]:
    """Makes the link, and has somebody watch by it who is not logged in.

    Raises Refused, NotAnswered.
    """
    link = await creator.make_board_link(event_id=event_id)
    board = Board()
    async with (
        Client(creator.url, board=link.url.partition("#")[2]) as stranger,
        aclosing(stranger.watch_attendance()) as told,
    ):
        await board.show(await anext(told))
        reader = asyncio.create_task(board.read(told))
        try:
            yield board
        finally:
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)
