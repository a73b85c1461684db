"""A room is read whole, and a glance is another wherever that would be. Contract: 6.10."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from attendance_core.marking.connections import Connection, Process, Role
from attendance_core.marking.frames import EventUpdated
from attendance_core.marking.glances import GlanceAtRooms, RoomGlance
from attendance_core.marking.places import Held, Waiting
from attendance_core.marking.terms import Terms
from attendance_core.testing.clock import NOON, TestClock
from attendance_core.testing.lectures import EVENT, PROCESS
from attendance_core.testing.people import a_connection, add_event_with_places, an_event, mark
from attendance_core.vocabulary import ConnectionId, EventId, ProcessId, UserId

ELSEWHERE = ProcessId(UUID(int=3))
ANOTHER = EventId(UUID(int=77))


@dataclass(frozen=True)
class Hall:
    """Anna waits, Boris has a socket and is on no list, Vera marks; Gleb and Dina are members."""

    store: Any
    people: Sequence[UserId]
    sockets: Sequence[Connection]  # of the first three

    async def glance(self, event_id: EventId = EVENT) -> RoomGlance | None:
        found = await self.store.observe(lambda unit: unit.rooms.glances([event_id], PROCESS))
        return found[0] if found else None


Change = Callable[[Any, Sequence[UserId], Sequence[Connection]], Any]


def moves(unit: Any, user_id: UserId, state: Any) -> None:
    place = unit.places.lock(EVENT, [user_id])[user_id]
    unit.places.put(place.changed(member=True, state=state))


def another_comes_for_one_who_goes(unit: Any, ids: Any, _: Any) -> None:
    """Leaves as many waiting, with the same sum of versions."""
    moves(unit, ids[0], None)
    moves(unit, ids[3], Waiting(NOON))
    place = unit.places.lock(EVENT, [ids[3]])[ids[3]]
    assert place.version == 2


def another_socket_comes_for_one_that_goes(unit: Any, ids: Any, sockets: Any) -> None:
    unit.connections.remove([sockets[0].connection_id])
    unit.connections.add(a_connection(ids[0]))


def marks_elsewhere(unit: Any, ids: Any, _: Any) -> None:
    unit.connections.add(replace(a_connection(ids[3], role=Role.MARKING), process_id=ELSEWHERE))


def goes_and_comes(unit: Any, ids: Any, _: Any) -> None:
    moves(unit, ids[0], None)
    moves(unit, ids[0], Waiting(NOON))


def change_event(unit: Any, **changes: Any) -> None:
    unit.events.put(replace(unit.events.lock(EVENT), **changes))


CHANGE_THE_GLANCE: dict[str, Change] = {
    "one waits": lambda u, ids, _: moves(u, ids[3], Waiting(NOON)),
    "one is held": lambda u, ids, _: moves(u, ids[0], Held(NOON, ids[2], NOON + 90)),
    "one goes": lambda u, ids, _: moves(u, ids[0], None),
    "one goes and comes": goes_and_comes,
    "one comes for another": another_comes_for_one_who_goes,
    "whoever has a socket is marked": lambda u, ids, _: mark(u, ids[1], ids[2]),
    "who marks is marked": lambda u, ids, _: mark(u, ids[2], ids[0]),
    "a socket here is forgotten": lambda u, _, s: u.connections.remove([s[1].connection_id]),
    "a socket comes for another": another_socket_comes_for_one_that_goes,
    "one opens one": lambda u, ids, _: u.connections.add(a_connection(ids[3])),
    "a marker is lost": lambda u, _, s: u.connections.lose([s[2].connection_id], NOON),
    "a marker comes elsewhere": marks_elsewhere,
    "it is called something else": lambda u, _, __: change_event(u, name="Seminar"),
    "it begins later": lambda u, _, __: change_event(u, starts_at=NOON + 1),
    "it ends later": lambda u, _, __: change_event(u, ends_at=NOON + 4000),
    "it is deleted": lambda u, _, __: u.events.remove(EVENT),
}


def asks_elsewhere(unit: Any, ids: Any, _: Any) -> None:
    unit.connections.add(replace(a_connection(ids[3]), process_id=ELSEWHERE))


KEEP_THE_GLANCE: dict[str, Change] = {
    "one joins": lambda u, ids, _: moves(u, ids[3], None),
    "one opens a socket elsewhere": asks_elsewhere,
    "a lease is renewed": lambda u, _, __: u.processes.put(Process(PROCESS, NOON + 2, NOON)),
    "another event begins": lambda u, _, __: u.events.add(an_event("Other", ANOTHER)),
}


class _Fixtures:
    @pytest_asyncio.fixture
    async def hall(self, store: Any) -> Hall:
        ids = await add_event_with_places(store, "Анна", "Борис", "Вера", "Глеб", "Дина")
        roles = Role.MARK_ME, Role.MARK_ME, Role.MARKING
        sockets = [a_connection(each, role=role) for each, role in zip(ids, roles, strict=False)]

        def work(unit: Any) -> None:
            unit.processes.put(Process(ELSEWHERE, NOON, NOON))
            for connection in sockets:
                unit.connections.add(connection)
            for place in unit.places.lock(EVENT, ids).values():
                state = Waiting(NOON) if place.user_id == ids[0] else None
                unit.places.put(place.changed(member=True, state=state))

        await store.transact(work)
        return Hall(store, ids, sockets)


class TestReading(_Fixtures):
    async def test_a_reading_has_the_event_the_list_and_those_watched(self, hall: Hall) -> None:
        anna, boris, vera, gleb, dina = hall.people

        def hold_and_mark(unit: Any) -> None:
            moves(unit, gleb, Held(NOON + 0.5, vera, NOON + 90.25))
            mark(unit, boris, vera)

        await hall.store.transact(hold_and_mark)
        watched = [gleb, boris, dina, UserId(99)]
        room = await hall.store.observe(lambda u: u.rooms.find(EVENT, PROCESS, watched))
        found = {
            each: {place.user_id: place for place in getattr(room, each)}
            for each in room._fields[1:3]
        }
        places = await hall.store.observe(lambda u: u.places.of(EVENT, list(hall.people)))
        stored = {each.user_id: each for each in places}
        assert found == {
            "listed": {each: stored[each] for each in (anna, gleb)},
            "watched_places": {each: stored[each] for each in (gleb, boris, dina)},
        }
        assert len(room.listed) == 2 and len(room.watched_places) == 3
        assert room.event == EventUpdated("Lecture", NOON, NOON + 3600)
        assert room.glance is None

    async def test_a_reading_has_the_sockets_as_they_were_added(self, hall: Hall) -> None:
        lost = hall.sockets[2]
        await hall.store.transact(lambda u: u.connections.lose([lost.connection_id], NOON + 1))
        room = await hall.store.observe(lambda u: u.rooms.find(EVENT, PROCESS, []))
        process = Process(PROCESS, NOON, NOON)
        found = {each.connection_id: each for each in room.connections}
        assert found == {
            each.connection_id: replace(
                each, process=process, lost_at=NOON + 1 if each == lost else None
            )
            for each in hall.sockets
        }

    async def test_beside_a_reading_stands_the_glance_of_that_moment(self, hall: Hall) -> None:
        room = await hall.store.observe(
            lambda u: u.rooms.find(EVENT, PROCESS, [hall.people[0]], with_glance=True)
        )
        assert room.glance is not None and room.glance == await hall.glance()
        assert room.glance.earliest_renewal == NOON
        assert [each.user_id for each in room.watched_places] == [hall.people[0]]

    async def test_there_is_no_reading_of_an_event_that_does_not_exist(self, hall: Hall) -> None:
        def look(unit: Any) -> Any:
            return unit.rooms.find(ANOTHER, PROCESS, [hall.people[0]], with_glance=True)

        assert await hall.store.observe(look) is None

    async def test_the_reading_of_an_empty_room_has_the_event_alone(self, hall: Hall) -> None:
        await hall.store.transact(lambda unit: unit.events.add(an_event("Other", ANOTHER)))
        room = await hall.store.observe(lambda u: u.rooms.find(ANOTHER, ELSEWHERE, []))
        assert room == (EventUpdated("Other", NOON, NOON + 3600), [], [], [], None)


class TestGlances(_Fixtures):
    @pytest.mark.parametrize("what", CHANGE_THE_GLANCE)
    async def test_a_glance_is_another_once_the_room_has_changed(
        self, hall: Hall, what: str
    ) -> None:
        before = await hall.glance()
        assert before is not None and before == await hall.glance()
        await hall.store.transact(
            lambda unit: CHANGE_THE_GLANCE[what](unit, hall.people, hall.sockets)
        )
        assert await hall.glance() != before

    @pytest.mark.parametrize("what", KEEP_THE_GLANCE)
    async def test_a_glance_is_the_same_where_the_room_has_not_changed(
        self, hall: Hall, what: str
    ) -> None:
        before = await hall.glance()
        await hall.store.transact(
            lambda unit: KEEP_THE_GLANCE[what](unit, hall.people, hall.sockets)
        )
        assert await hall.glance() == before

    async def test_rooms_that_exist_are_glanced_at_together(self, hall: Hall) -> None:
        await hall.store.transact(lambda unit: unit.events.add(an_event("Other", ANOTHER)))
        asked = [ANOTHER, EVENT, EventId(UUID(int=78)), ANOTHER]
        found = await hall.store.observe(lambda unit: unit.rooms.glances(asked, PROCESS))
        assert {each.event_id for each in found} == {EVENT, ANOTHER} and len(found) == 2

    async def test_an_empty_room_has_a_glance(self, hall: Hall) -> None:
        await hall.store.transact(lambda unit: unit.events.add(an_event("Other", ANOTHER)))
        event = EventUpdated("Other", NOON, NOON + 3600)
        assert await hall.glance(ANOTHER) == RoomGlance(ANOTHER, event, "", "", False, NOON)

    async def test_the_earliest_renewal_is_of_a_process_with_sockets(self, hall: Hall) -> None:
        def fall_silent(unit: Any) -> None:
            unit.processes.put(Process(ELSEWHERE, NOON - 50, NOON - 60))

        await hall.store.transact(fall_silent)
        assert (await hall.glance()).earliest_renewal == NOON  # type: ignore[union-attr]
        await hall.store.transact(lambda unit: marks_elsewhere(unit, hall.people, ()))
        assert (await hall.glance()).earliest_renewal == NOON - 50  # type: ignore[union-attr]
        ids_here = [each.connection_id for each in hall.sockets]

        def go(unit: Any) -> None:
            marking = unit.connections.marking(EVENT)
            unit.connections.remove([*ids_here, *(each.connection_id for each in marking)])

        await hall.store.transact(go)
        assert (await hall.glance()).earliest_renewal == inf  # type: ignore[union-attr]


class TestWhatTimeAloneChanges(_Fixtures):
    """Of rooms in which it changes something no glance is answered, so that they are read."""

    async def is_glance_answered(self, hall: Hall) -> bool:
        """Tells whether a process may go by the glance, and need not read the room."""

        glance_at_rooms = GlanceAtRooms(hall.store.observe, Terms())
        return bool(await glance_at_rooms(event_ids=[EVENT], process_id=PROCESS))

    async def test_no_glance_is_answered_of_a_room_whose_event_has_ended(
        self, hall: Hall, clock: TestClock
    ) -> None:
        clock.pass_(3599)
        await hall.store.transact(lambda u: u.processes.put(Process(PROCESS, NOON + 3600, NOON)))
        assert await self.is_glance_answered(hall)
        clock.pass_(1)
        assert not await self.is_glance_answered(hall)

    async def test_no_glance_is_answered_of_a_room_with_a_marker_whose_grace_will_end(
        self, hall: Hall
    ) -> None:
        lost: list[ConnectionId] = [hall.sockets[0].connection_id]
        await hall.store.transact(lambda unit: unit.connections.lose(lost, NOON))
        assert await self.is_glance_answered(hall)
        lost = [hall.sockets[2].connection_id]
        await hall.store.transact(lambda unit: unit.connections.lose(lost, NOON))
        assert not await self.is_glance_answered(hall)

    async def test_no_glance_is_answered_of_a_room_where_a_process_with_sockets_may_be_dead(
        self, hall: Hall, clock: TestClock
    ) -> None:
        clock.pass_(Terms().lease_seconds - 0.1)
        assert await self.is_glance_answered(hall)
        clock.pass_(0.1)
        assert not await self.is_glance_answered(hall)

    async def test_no_glance_is_answered_of_a_room_whose_event_is_deleted(self, hall: Hall) -> None:
        await hall.store.transact(lambda unit: unit.events.remove(EVENT))
        assert not await self.is_glance_answered(hall)
