"""Every store keeps events, as `Events` promises, with the places in them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from attendance_core.errors import (
    EventNameTaken,
    EventNotFound,
    SomebodyWasMarked,
    TooManyEvents,
)
from attendance_core.events import CreateEvent, Event, EventQuery
from attendance_core.marking.places import Marked
from attendance_core.marking.who_marks import WhoMarks
from attendance_core.pieces import ListQuery
from attendance_core.testing.clock import NOON
from attendance_core.testing.lectures import EVENT
from attendance_core.testing.people import (
    a_connection,
    add_event_with_places,
    add_people,
    an_event,
    join,
    mark,
)
from attendance_core.testing.stand_ins import any_code, any_ids
from attendance_core.vocabulary import EventId, UserId


class TestEvents:
    async def test_events_are_listed_by_their_start_and_then_by_their_name(
        self, store: Any
    ) -> None:
        await add_people(store, "Анна")
        for name, starts in (("Б", NOON), ("а", NOON), ("В", NOON - 1)):
            event = an_event(name, EventId(uuid4()), starts)
            await store.transact(lambda u, event=event: u.events.add(event))
        for look in (
            lambda u: u.events.search(None),
            lambda u: u.events.created_by(UserId(1)),
        ):
            assert [each.name for each in await store.observe(look)] == ["В", "а", "Б"]
        page = await store.observe(lambda u: u.events.search(None, EventQuery(1, 1)))
        assert [each.name for each in page] == ["а"]
        found = await store.observe(lambda u: u.events.search("б"))
        assert [each.name for each in found] == ["Б"]

    async def test_events_are_asked_for_by_their_times_and_the_newest_first(
        self, store: Any
    ) -> None:
        """Contract: 5.10."""
        (anna,) = await add_people(store, "Анна")

        def work(unit: Any) -> None:
            for name, starts, ends in (
                ("лекция а", NOON, NOON + 60),
                ("лекция б", NOON, NOON + 120),
                ("лекция в", NOON + 60, NOON + 90),
                ("лекция г", NOON - 60, NOON + 300),
            ):
                event = Event(EventId(uuid4()), name, anna, starts, ends, any_code())
                unit.events.add(event)
                join(unit, event.event_id, anna)

        await store.transact(work)
        for look in (
            lambda u, query: u.events.search(None, query),
            lambda u, query: u.events.search("лекц", query),
            lambda u, query: u.events.search("ле", query),  # too short for an index
            lambda u, query: u.events.created_by(anna, query),
            lambda u, query: u.events.joined_by(anna, query),
        ):
            for query, names in (
                (EventQuery(), "габв"),
                (EventQuery(newest_first=True), "вабг"),
                (EventQuery(2, 1, newest_first=True), "аб"),
                (EventQuery(ends_after=NOON + 60), "гбв"),
                (EventQuery(1, 1, ends_after=NOON + 60), "б"),
                (EventQuery(starts_before=NOON + 60), "габ"),
                (
                    EventQuery(None, 0, NOON + 60, NOON + 60, newest_first=True),
                    "бг",
                ),
                (EventQuery(ends_after=NOON + 300), ""),
            ):
                found = await store.observe(lambda u, look=look, query=query: look(u, query))
                assert "".join(each.name[-1] for each in found) == names
                if query.limit is None and names:  # it goes on behind any of them, two at a time
                    for nth, after in enumerate(found, 1):
                        behind = replace(query, limit=2, after=after)
                        rest = await store.observe(
                            lambda u, look=look, behind=behind: look(u, behind)
                        )
                        assert "".join(each.name[-1] for each in rest) == names[nth : nth + 2]

    async def test_a_list_goes_on_behind_an_event_that_is_gone(self, store: Any) -> None:
        """Contract: 1.20."""
        (anna,) = await add_people(store, "Анна")
        made = [Event(EventId(uuid4()), name, anna, NOON, NOON + 60, any_code()) for name in "абвг"]
        await store.transact(lambda u: [u.events.add(each) for each in made])
        await store.transact(lambda u: u.events.remove(made[1].event_id))
        for newest_first in (False, True):
            query = EventQuery(9, newest_first=newest_first, after=made[1])
            rest = await store.observe(lambda u, query=query: u.events.search(None, query))
            assert rest == made[2:]

    async def test_a_mark_protects_its_event(self, store: Any) -> None:
        anna, boris = await add_event_with_places(store, "Анна", "Борис")
        await store.transact(lambda u: mark(u, anna, boris))
        with pytest.raises(SomebodyWasMarked):
            await store.transact(lambda u: u.events.remove(EVENT))

    async def test_events_that_have_not_ended_are_counted_up_to_so_many(self, store: Any) -> None:
        anna, boris = await add_people(store, "Анна", "Борис")
        for number in range(4):
            ends = NOON + number
            event = Event(EventId(uuid4()), f"{number}", anna, NOON - 9, ends, any_code())
            await store.transact(lambda u, event=event: u.events.add(event))
        for person, now, limit, count in (
            (anna, NOON - 1, 9, 4),
            (anna, NOON, 9, 3),
            (anna, NOON, 2, 2),
            (boris, NOON, 9, 0),
        ):
            found = await store.observe(
                lambda u, by=person, now=now, limit=limit: u.events.count_not_over(by, now, limit)
            )
            assert found == count

    async def test_events_made_at_once_are_counted_one_after_the_other(
        self, store: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Contract: 1.10."""
        monkeypatch.setattr("attendance_core.events.event.MAX_OPEN_EVENTS", 3)
        (anna,) = await add_people(store, "Анна")
        create = CreateEvent(store.transact, any_ids())
        answers = await asyncio.gather(
            *(
                create(actor=anna, name=f"{number}", starts_at=NOON, ends_at=NOON + 60)
                for number in range(8)
            ),
            return_exceptions=True,
        )
        assert sum(isinstance(answer, TooManyEvents) for answer in answers) == 5
        assert len(await store.observe(lambda u: u.events.created_by(anna))) == 3

    async def test_others_joined_an_event_also_where_they_have_left_it(self, store: Any) -> None:
        anna, boris = await add_event_with_places(store, "Анна", "Борис")
        for one, answer in ((anna, True), (boris, True)):
            seen = await store.observe(lambda u, one=one: u.places.others_joined(EVENT, one))
            assert seen is answer
        lonely = an_event("Other", EventId(uuid4()))

        def work(unit: Any) -> None:
            unit.events.add(lonely)
            unit.places.make(lonely.event_id, anna)

        await store.transact(work)
        for one, answer in ((anna, False), (boris, True)):
            seen = await store.observe(
                lambda u, one=one: u.places.others_joined(lonely.event_id, one)
            )
            assert seen is answer

    async def test_with_an_event_go_its_places_and_connections(self, store: Any) -> None:
        anna, _ = await add_event_with_places(store, "Анна", "Борис")
        connection = a_connection(anna)
        await store.transact(lambda u: u.connections.add(connection))
        await store.transact(lambda u: u.events.remove(EVENT))
        assert await store.observe(lambda u: u.places.of(EVENT, [anna])) == []
        connection_id = connection.connection_id
        assert await store.observe(lambda u: u.connections.find(connection_id)) is None

    async def test_a_person_is_told_which_events_they_attended_and_by_whom_they_were_marked(
        self, store: Any
    ) -> None:
        anna, boris = await add_event_with_places(store, "Анна", "Борис")
        assert await store.observe(lambda u: u.events.attended_by(anna, ListQuery())) == []
        await store.transact(lambda u: mark(u, anna, boris))
        (attended,) = await store.observe(lambda u: u.events.attended_by(anna, ListQuery()))
        assert attended.marked == Marked(boris, NOON)
        assert await store.observe(lambda u: u.events.joined_by(anna)) == []


class TestEventsThatChange:
    async def test_an_event_is_replaced_but_for_its_creator(self, store: Any) -> None:
        """Contract: 8.6."""
        await add_event_with_places(store, "Анна", "Борис")
        event: Event = await store.observe(lambda u: u.events.get(EVENT))
        assert event.who_marks is WhoMarks.EVERYBODY
        changed = replace(
            event,
            name="Новая физика",
            starts_at=event.starts_at - 60,
            ends_at=event.ends_at + 60,
            who_marks=WhoMarks.CONFIRMED,
        )
        for lock in ("lock", "lock_shared", "lock_whole"):
            assert await store.transact(lambda u, how=lock: getattr(u.events, how)(EVENT)) == event
        await store.transact(lambda u: u.events.put(changed))
        assert await store.observe(lambda u: u.events.get(EVENT)) == changed
        assert await store.observe(lambda u: u.events.search("новая")) == [changed]
        assert await store.observe(lambda u: u.events.search(event.name.lower())) == []

    async def test_a_name_of_an_event_is_taken_or_given_free(self, store: Any) -> None:
        await add_event_with_places(store, "Анна")
        event: Event = await store.observe(lambda u: u.events.get(EVENT))
        other = an_event("Физика", EventId(uuid4()))
        await store.transact(lambda u: u.events.add(other))
        with pytest.raises(EventNameTaken):
            await store.transact(lambda u: u.events.put(replace(event, name="ФИЗИКА")))
        louder = replace(event, name=event.name.upper())
        await store.transact(lambda u: u.events.put(louder))
        await store.transact(lambda u: u.events.put(replace(louder, name="Химия")))
        await store.transact(lambda u: u.events.put(replace(other, name=event.name)))

    async def test_an_event_that_does_not_exist_is_not_locked(self, store: Any) -> None:
        for lock in ("lock", "lock_shared", "lock_whole"):
            with pytest.raises(EventNotFound):
                await store.transact(lambda u, how=lock: getattr(u.events, how)(EVENT))
