"""Houses of a module of tests, and two people in one: who waits, and who marks."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from attendance_core.vocabulary import EventId
from tests.support.live_house import House, Visitor, opened_house
from tests.support.wires import Wire


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house_in_folder(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with opened_house(tmp_path_factory.mktemp("house")) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house_in_memory() -> AsyncIterator[House]:
    async with opened_house(None) as opened:
        yield opened


async def asker_and_marker(
    house: House, *, lasts: float = 3600
) -> tuple[EventId, Visitor, Visitor, Wire, Wire]:
    """An event, one who waits, one who marks, and their sockets."""
    asker, marker = await house.people(2)
    event_id = await house.event(marker, lasts=lasts)
    waiting = await asker.mark_me(event_id)
    marking = await marker.marking(event_id)
    await marking.hears("marking_list", marking_list=[asker.user_id])
    return event_id, asker, marker, waiting, marking
