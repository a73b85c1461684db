"""What organisers change while people wait and mark, over real sockets. Contract: 8.5, 8.6."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from attendance_core.marking.places import Held, Marked, Waiting
from attendance_core.marking.terms import Terms
from attendance_core.marking.who_marks import WhoMarks
from attendance_core.vocabulary import EventId, UserId
from tests.support.eventually import eventually
from tests.support.live_house import House, Visitor, opened_house
from tests.support.wires import Wire

pytestmark = pytest.mark.asyncio(loop_scope="module")
FOLLOW_SECONDS = 1.0  # Contract: UpdateEvent, rooms follow within 1 s


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with opened_house(tmp_path_factory.mktemp("house"), Terms(grace_seconds=1.0)) as opened:
        yield opened


async def changes(house: House, by: Visitor, event_id: EventId, **given: Any) -> None:
    update = house.attendance.use_cases.update_event
    await update(actor=UserId(by.user_id), event_id=event_id, **given)


async def helps(house: House, creator: Visitor, event_id: EventId, helper: Visitor) -> None:
    add = house.attendance.use_cases.add_helper
    await add(actor=UserId(creator.user_id), event_id=event_id, user_id=UserId(helper.user_id))


async def helps_no_more(house: House, creator: Visitor, event_id: EventId, one: Visitor) -> None:
    remove = house.attendance.use_cases.remove_helper
    await remove(actor=UserId(creator.user_id), event_id=event_id, user_id=UserId(one.user_id))


async def a_hold(house: House, **event: float) -> tuple[EventId, list[Visitor], list[Wire]]:
    """An event; its creator, one who waits, and one who holds them; the sockets of the two."""
    creator, asker, marker = await house.add_people(3)
    event_id = await house.create_event(creator, **event)
    waiting = await asker.mark_me(event_id)
    marking = await marker.comes_to_mark(event_id)
    await marking.asks("prepare_to_mark", user_id=asker.user_id)
    return event_id, [creator, asker, marker], [waiting, marking]


class TestTimes:
    async def test_a_prolonged_event_goes_on_while_people_wait(self, house: House) -> None:
        creator, asker, late = await house.add_people(3)
        event_id = await house.create_event(creator, lasts=63)
        waiting, marking = await asker.mark_me(event_id), await creator.comes_to_mark(event_id)
        await changes(house, creator, event_id, ends_at=time.time() + 3600)
        await asyncio.sleep(3.3)  # behind its former end
        await late.mark_me(event_id)
        await marking.hears("user_joined", user_id=late.user_id)
        await marking.asks("prepare_to_mark", user_id=asker.user_id)
        assert (await marking.asks("confirm_marking"))["message"] == "marked"
        await waiting.hears("was_marked")

    async def test_a_shortened_one_ends_all_sockets_and_a_hold_unconfirmed(
        self, house: House
    ) -> None:
        event_id, (creator, asker, _), (waiting, marking) = await a_hold(house)
        ends_at = time.time() + 0.3
        await changes(house, creator, event_id, ends_at=ends_at)
        for wire in (waiting, marking):
            assert await wire.turns_away() == ("event_over", 4410)
        assert 0 <= time.time() - ends_at < FOLLOW_SECONDS

        async def is_nobody() -> bool:
            return await house.state_of(event_id, asker) is None

        await eventually(is_nobody)


class TestWhoMarks:
    async def test_narrowed_while_somebody_holds_it_gives_back_at_once(self, house: House) -> None:
        event_id, (creator, asker, marker), (waiting, marking) = await a_hold(house)
        creator_wire = await creator.comes_to_mark(event_id)
        asked_at = time.monotonic()
        await changes(house, creator, event_id, who_marks=WhoMarks.ORGANISERS)
        await creator_wire.hears("user_joined", user_id=asker.user_id)
        await marking.hears("reservation_expired", user_id=asker.user_id)
        assert await marking.turns_away() == ("may_not_mark", 4403)
        assert time.monotonic() - asked_at < FOLLOW_SECONDS
        assert isinstance(await house.state_of(event_id, asker), Waiting)
        again = await marker.marking(event_id)
        assert await again.turns_away() == ("may_not_mark", 4403)
        await creator_wire.asks("prepare_to_mark", user_id=asker.user_id)
        assert (await creator_wire.asks("confirm_marking"))["message"] == "marked"
        await waiting.hears("was_marked", user_id=creator.user_id)

    async def test_a_helper_removed_in_the_middle_gives_back_at_once(self, house: House) -> None:
        creator, asker, helper = await house.add_people(3)
        event_id = await house.create_event(creator)
        await helps(house, creator, event_id, helper)
        await changes(house, creator, event_id, who_marks=WhoMarks.ORGANISERS)
        await asker.mark_me(event_id)
        marking = await helper.comes_to_mark(event_id)
        await marking.asks("prepare_to_mark", user_id=asker.user_id)
        assert isinstance(await house.state_of(event_id, asker), Held)
        await helps_no_more(house, creator, event_id, helper)
        assert isinstance(await house.state_of(event_id, asker), Waiting)
        await marking.hears("reservation_expired", user_id=asker.user_id)
        assert await marking.turns_away() == ("may_not_mark", 4403)

    async def test_a_command_that_comes_later_finds_the_socket_ended(self, house: House) -> None:
        event_id, (creator, asker, marker), (_, marking) = await a_hold(house)
        await changes(house, creator, event_id, who_marks=WhoMarks.ORGANISERS)
        await marking.says("confirm_marking")
        frame = await marking.heard()
        while frame["result"] == "ok":
            assert frame["message"] == "reservation_expired"
            frame = await marking.heard()
        assert frame["params"]["code"] == "may_not_mark"
        assert await marking.close_code() == 4403
        assert not isinstance(await house.state_of(event_id, asker), Marked)
        assert await house.has_no_socket(event_id, marker)

    async def test_the_sockets_of_those_who_wait_stay(self, house: House) -> None:
        event_id, (creator, _, _), (waiting, _) = await a_hold(house)
        await changes(house, creator, event_id, who_marks=WhoMarks.ORGANISERS)
        await waiting.hears_nothing()

    async def test_a_refused_prepare_leaves_the_socket_open(self, house: House) -> None:
        """A tick that was lost, which no organiser did."""
        creator, asker, marker = await house.add_people(3)
        event_id = await house.create_event(creator)
        await asker.mark_me(event_id)
        marking = await marker.comes_to_mark(event_id)

        def narrow(unit: Any) -> None:
            event = unit.events.lock(event_id)
            unit.events.put(replace(event, who_marks=WhoMarks.CONFIRMED))

        await house._transact(narrow)  # as if it were so, and the marker had had the tick
        await marking.asks_and_is_refused("may_not_mark", "prepare_to_mark", user_id=asker.user_id)
        await marking.hears_nothing()
