"""The PostgreSQL store when an event is changed or deleted while people mark and open sockets."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from attendance_adapters.sql.postgres import PostgresStore
from attendance_core.errors import (
    EventDeleted,
    EventNotFound,
    EventOver,
    LeaseLost,
    MayNotMark,
    Refusal,
    SomebodyWasMarked,
)
from attendance_core.events import Event
from attendance_core.marking.connections import Connection, Role
from attendance_core.marking.places import Held, Marked, Place
from attendance_core.marking.who_marks import WhoMarks
from attendance_core.testing.clock import NOON, TestClock
from attendance_core.testing.lectures import EVENT, Lecture, numbered_connection
from attendance_core.testing.stand_ins import numbered_code
from attendance_core.vocabulary import EventId, UserId
from tests.support.eventually import PATIENCE_SECONDS
from tests.support.postgres_rivals import ANNA, Reruns, Rival, outcomes


async def socket_that_holds(store: PostgresStore, number: int) -> Connection:
    """Makes an event of its own, in which person 1 holds Anna; answers the socket of 1."""
    event_id = EventId(UUID(int=100 + number))
    marking = replace(numbered_connection(7000 + number, 1, Role.MARKING), event_id=event_id)

    def work(unit: Any) -> None:
        code = numbered_code(event_id.int)
        unit.events.add(Event(event_id, f"Room {number}", UserId(1), NOON - 60, NOON + 3600, code))
        for user_id in (UserId(1), ANNA):
            unit.places.make(event_id, user_id)
        held = Held(NOON, UserId(1), NOON + 90)
        unit.places.put(Place(event_id, ANNA, True, held, 1))
        unit.connections.add(marking)

    await store.transact(work)
    return marking


class TestDeletions:
    async def test_of_a_deletion_and_a_mark_one_is_refused(
        self, store: PostgresStore, reruns: Reruns
    ) -> None:
        lecture = await Lecture.begun(store, waiting=1)
        for number in range(20):
            marking = await socket_that_holds(store, number)
            confirmed, deleted = await outcomes(
                lecture.do.confirm_marking(connection=marking),
                lecture.do.delete_event(actor=UserId(1), event_id=marking.event_id),
            )
            if deleted is None:
                assert isinstance(confirmed, EventDeleted)
            else:
                assert isinstance(deleted, SomebodyWasMarked)
                assert isinstance(confirmed.place.state, Marked)
        assert reruns == []

    async def test_whoever_waited_for_a_deletion_does_not_find_the_event(
        self, store: PostgresStore
    ) -> None:
        lecture = await Lecture.begun(store, waiting=1)
        async with Rival(store) as other:
            await other.run("SELECT FROM places ORDER BY user_id FOR UPDATE")
            doing = [
                asyncio.create_task(each)
                for each in (
                    lecture.do.mark_me(connection=numbered_connection(5000, ANNA, Role.MARK_ME)),
                    lecture.do.join_event(actor=ANNA, event_id=EVENT),
                )
            ]
            await other.until_somebody_waits()
            await other.run("DELETE FROM events")
            await other.connection.commit()
        for each in doing:
            with pytest.raises(EventNotFound):
                await each


class TestOrganisers:
    async def test_whoever_narrows_an_event_waits_for_nobody_who_waits_for_them(
        self, store: PostgresStore, reruns: Reruns
    ) -> None:
        """Contract: 8.6; markers choose, confirm and repeat, while they are let in and left out."""
        lecture = await Lecture.begun(store, waiting=40)
        everybody = [asker.user_id for asker in lecture.waiting]
        for asker in lecture.waiting[20:]:
            await lecture.do.hang_up(connections=[asker], goodbye=True)

        async def narrows(number: int) -> None:
            await lecture.do.update_event(
                actor=UserId(1),
                event_id=EVENT,
                name=f"Name {number}",
                who_marks=list(WhoMarks)[number % 3],
            )

        async def marks(nth: int, number: int) -> None:
            marking = numbered_connection(
                5000 + 40 * number + nth, everybody[20 + nth], Role.MARKING
            )
            await lecture.do.ready_to_mark(connection=marking)
            target = everybody[(7 * nth + number) % 20]
            await lecture.do.prepare_to_mark(connection=marking, target=target)
            again = everybody[(3 * nth + number) % 20]
            await outcomes(lecture.do.confirm_marking(connection=marking, target=again))
            await lecture.do.refuse_to_mark(connection=marking, target=target)

        for number in range(12):
            doing = [marks(nth, number) for nth in range(20)]
            doing[number : number + 1] = [narrows(number), narrows(number + 1), doing[number]]
            told = await outcomes(*doing)
            assert all(isinstance(each, Refusal | LeaseLost | None) for each in told), told
        assert reruns == []

    @pytest.mark.parametrize("by", ["update_event", "remove_helper"])
    async def test_an_opening_that_began_before_is_seen_and_ended(
        self, store: PostgresStore, by: str
    ) -> None:
        """Contract: 8.6."""
        lecture = await Lecture.begun(store, waiting=1)
        by_creator: dict[str, Any] = {"actor": UserId(1), "event_id": EVENT}
        narrow, helper = (
            {**by_creator, "who_marks": WhoMarks.ORGANISERS},
            {**by_creator, "user_id": ANNA},
        )
        if by == "remove_helper":
            await lecture.do.add_helper(**helper)
            await lecture.do.update_event(**narrow)
        opening = numbered_connection(5000, ANNA, Role.MARKING)
        async with Rival(store) as other:
            await other.run(
                "INSERT INTO connections SELECT :id, event_id, :anna, role, process_id, session_id"
                " FROM connections WHERE user_id = 1",
                id=opening.connection_id,
                anna=ANNA,
            )
            change = narrow if by == "update_event" else helper
            changed = asyncio.create_task(getattr(lecture.do, by)(**change))
            await asyncio.wait_for(other.until_somebody_waits(), PATIENCE_SECONDS)
            await other.connection.commit()
        await changed
        assert [each.role for each in await lecture.connections(ANNA)] == [Role.MARK_ME]

    async def test_an_opening_that_waited_for_it_is_refused(self, store: PostgresStore) -> None:
        """Contract: 8.6."""
        lecture = await Lecture.begun(store, waiting=0)
        async with Rival(store) as other:
            await other.run("SELECT FROM events FOR UPDATE")
            await other.run("UPDATE events SET who_marks = 'organisers'")
            opened = asyncio.create_task(
                lecture.do.ready_to_mark(connection=numbered_connection(5000, 2, Role.MARKING))
            )
            await other.until_somebody_waits()
            await other.connection.commit()
        with pytest.raises(MayNotMark):
            await opened

    async def test_an_event_is_over_by_the_clock_after_its_lock(
        self, store: PostgresStore, clock: TestClock
    ) -> None:
        """Contract: UpdateEvent."""
        lecture = await Lecture.begun(store, waiting=0)
        async with Rival(store) as other:
            await other.run("SELECT FROM events FOR UPDATE")
            prolonged = asyncio.create_task(
                lecture.do.update_event(actor=UserId(1), event_id=EVENT, ends_at=NOON + 9000)
            )
            await other.until_somebody_waits()
            clock.pass_(3600)
            await other.connection.commit()
        with pytest.raises(EventOver):
            await prolonged
