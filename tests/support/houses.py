"""Houses of a module of tests, and two people in one: who waits, and who marks."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest
import pytest_asyncio

from attendance_core.vocabulary import EventId, UserId
from tests.support.live_house import House, Visitor, opened_house
from tests.support.wires import Wire

ROLES = pytest.mark.parametrize("role", ["mark_me", "marking"])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house_in_folder(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with opened_house(tmp_path_factory.mktemp("house")) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house_in_memory() -> AsyncIterator[House]:
    async with opened_house(None) as opened:
        yield opened


class AskerAndMarker(NamedTuple):
    """An event, one who waits and one who marks there, and their sockets."""

    event_id: EventId
    asker: Visitor
    marker: Visitor
    waiting: Wire
    marking: Wire


async def asker_and_marker(house: House, *, lasts: float = 3600) -> AskerAndMarker:
    """Adds an event that began a minute ago and ``lasts`` so many seconds in all, and the two."""
    asker, marker = await house.add_people(2)
    event_id = await house.create_event(marker, lasts=lasts)
    waiting = await asker.mark_me(event_id)
    marking = await marker.marking(event_id)
    await marking.hears("marking_list", marking_list=[asker.user_id])
    return AskerAndMarker(event_id, asker, marker, waiting, marking)


async def has_joined(house: House, visitor: Visitor, event_id: EventId) -> bool:
    joined = await house.attendance.use_cases.get_joined_events(actor=UserId(visitor.user_id))
    return event_id in [each.event.event_id for each in joined]


async def is_over(house: House, event_id: EventId) -> bool:
    seen = await house.attendance.use_cases.get_event_by_id(event_id=event_id)
    return time.time() >= seen.event.ends_at


async def has_lost_one(house: House, event_id: EventId, visitor: Visitor) -> bool:
    person = UserId(visitor.user_id)
    found = await house._observe(lambda unit: unit.connections.of(event_id, person))
    return sum(each.lost_at is not None for each in found) == 1
