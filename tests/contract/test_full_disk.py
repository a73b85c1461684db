"""A disk that is full when somebody is to be marked: seen through a socket, over SQLite."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from attendance_core.errors import Unavailable
from attendance_core.marking.places import Held, Marked
from attendance_core.marking.terms import Terms
from attendance_core.testing.people import mark
from attendance_core.vocabulary import EventId, UserId
from tests.support.live_house import House, Visitor, opened_house
from tests.support.sqlite_writer import driver_of


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with opened_house(tmp_path, Terms(grace_seconds=1)) as opened:
        yield opened


async def limit_disk(house: House, pages: int) -> None:
    """Leaves the disk room for so many pages, or for none where it has more already."""
    await house._transact(lambda unit: driver_of(unit).execute(f"PRAGMA max_page_count = {pages}"))


async def mark_until_full(
    house: House, event_id: EventId, marker: Visitor, people: list[Visitor]
) -> int:
    """Marks people until there is no room for one more; answers how many."""
    for number, user_id in enumerate(UserId(each.user_id) for each in people):

        def work(unit: Any, user_id: UserId = user_id) -> None:
            mark(unit, user_id, UserId(marker.user_id), unit.now(), event_id)

        try:
            await house._transact(work)
        except Unavailable:
            return number
    pytest.fail("the disk never was full")


async def test_a_confirm_is_unavailable_leaves_the_hold_and_is_done_once_there_is_room(
    house: House,
) -> None:
    marker, *others, asker = await house.add_people(202)
    event_id = await house.create_event(marker)
    waiting = await asker.mark_me(event_id)
    marking = await marker.comes_to_mark(event_id)
    await marking.asks("prepare_to_mark", user_id=asker.user_id)
    await limit_disk(house, 1)
    marked_count = await mark_until_full(house, event_id, marker, others)

    for _ in range(3):
        await marking.asks_and_is_refused("unavailable", "confirm_marking", user_id=asker.user_id)
        assert isinstance(await house.state_of(event_id, asker), Held)
        assert await house.karma(marker) == 50 * marked_count
    await waiting.hears_nothing()

    await limit_disk(house, 1_000_000)
    assert (await marking.asks("confirm_marking"))["message"] == "marked"
    await waiting.hears("was_marked", user_id=marker.user_id)
    assert isinstance(await house.state_of(event_id, asker), Marked)
    assert await house.karma(marker) == 50 * (marked_count + 1)
