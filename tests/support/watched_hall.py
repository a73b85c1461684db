"""An event in a house, which somebody watches."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio

from attendance_core.attendance import MakeBoardLink
from attendance_core.marking.terms import Terms
from attendance_core.vocabulary import EventId, UserId
from attendance_web.live import watching as watchers
from tests.support.eventually import eventually
from tests.support.live_house import House, Visitor, opened_house
from tests.support.stream_reader import StreamReader, watching

SHOWN_SECONDS = 1.0  # that a change takes at most; contract: 8.7


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with opened_house(tmp_path_factory.mktemp("house"), Terms(grace_seconds=1.0)) as opened:
        yield opened


@pytest.fixture(autouse=True)
def quick_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked every few seconds is asked at once."""
    monkeypatch.setattr(watchers, "CHECK_EVERY", 0.05)


class Hall:
    """An event, who made it, and those who watch it."""

    def __init__(self, house: House, creator: Visitor, event_id: EventId) -> None:
        self.house, self.creator, self.event_id = house, creator, event_id
        self.url = f"http://127.0.0.1:{house.port}"
        self._readers = AsyncExitStack()

    async def watches(self, who: Visitor | None = None, *, secret: str = "") -> StreamReader:
        """Begins to watch, as its creator or as somebody else."""
        session = "" if secret else (who or self.creator).token
        event_id = None if secret else self.event_id
        opening = watching(self.url, event_id, session=session, secret=secret)
        return await self._readers.enter_async_context(opening)

    async def make_board_link(self) -> str:
        make: MakeBoardLink = self.house.attendance.use_cases.make_board_link
        return await make(actor=UserId(self.creator.user_id), event_id=self.event_id)

    async def ends_after(self, seconds: float) -> None:
        """Has the event end in so many seconds."""
        update = self.house.attendance.use_cases.update_event
        ends_at = time.time() + seconds
        await update(actor=UserId(self.creator.user_id), event_id=self.event_id, ends_at=ends_at)

    @property
    def open_count(self) -> int:
        """How many watch in this process."""
        return self.house.app.sockets.watching.stream_count

    async def close(self) -> None:
        await self._readers.aclose()
        await eventually(lambda: not self.open_count)


@pytest_asyncio.fixture(loop_scope="module")
async def hall(house: House) -> AsyncIterator[Hall]:
    creator = await house.add_person()
    made = Hall(house, creator, await house.create_event(creator))
    yield made
    await made.close()
