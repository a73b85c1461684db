"""One who is marked is told so once the store has said that the mark stands. Contract: 8.7."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from attendance_core.errors import Unavailable
from attendance_core.marking.ledger import AnnulReason
from attendance_core.vocabulary import EventId, UserId
from tests.support.faulty_house import FaultyHouse, opened_faulty_house
from tests.support.live_house import Visitor
from tests.support.wires import Wire

LOOK = "ReadPlaces"


@pytest.fixture
async def house() -> AsyncIterator[FaultyHouse]:
    async with opened_faulty_house() as opened:
        yield opened


async def waits_and_is_marked(event_id: EventId, marking: Wire, person: Visitor) -> Wire:
    """Has them wait and be marked; answers their socket, which was told nothing."""
    waiting = await person.mark_me(event_id)
    await marking.hears("user_joined", user_id=person.user_id)
    await marking.asks("prepare_to_mark", user_id=person.user_id)
    await marking.says("confirm_marking")
    await marking.hears("marked", user_id=person.user_id)
    await waiting.hears_nothing()
    return waiting


async def test_nobody_whose_mark_is_annulled_meanwhile(house: FaultyHouse) -> None:
    anna, boris = await house.add_people(2)
    event_id = await house.create_event(anna)
    marking = await anna.comes_to_mark(event_id)
    with house.store.holding(LOOK):
        waiting = await waits_and_is_marked(event_id, marking, boris)
        await house.attendance.use_cases.annul_mark(
            actor=UserId(anna.user_id),
            event_id=event_id,
            user_id=UserId(boris.user_id),
            n=1,
            reason=AnnulReason.WRONG_PERSON,
        )
        assert await waiting.close_code() == 1012


async def test_those_who_are_marked_while_one_is_looked_up_share_the_next_look(
    house: FaultyHouse,
) -> None:
    anna, *people = await house.add_people(4)
    event_id = await house.create_event(anna)
    marking = await anna.comes_to_mark(event_id)
    with house.store.holding(LOOK):
        wires = [await waits_and_is_marked(event_id, marking, each) for each in people]
    for wire in wires:
        await wire.hears("was_marked", user_id=anna.user_id)
        assert await wire.close_code() == 1000
    assert house.store.asked.count(LOOK) == 2


@pytest.mark.parametrize("error", [Unavailable(), ValueError("a bug")])
async def test_a_reading_tells_it_where_the_store_does_not_answer(
    house: FaultyHouse, error: Exception
) -> None:
    anna, boris = await house.add_people(2)
    event_id = await house.create_event(anna)
    marking = await anna.comes_to_mark(event_id)
    with house.store.failing(error, LOOK):
        waiting = await waits_and_is_marked(event_id, marking, boris)
        await waiting.hears("was_marked", user_id=anna.user_id)
