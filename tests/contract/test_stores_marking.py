"""What every store promises of marking: places, connections, and what is limited."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from attendance_core.errors import (
    AlreadyMarked,
    EventNotFound,
    Taken,
    TooManyRequests,
)
from attendance_core.limits import BeginTry, CountOne, EndTry, Limit, Tally, TryResult
from attendance_core.marking.connections import Process, Role
from attendance_core.marking.ledger import NewEntry, Origin
from attendance_core.marking.places import Barred, Held, Marked, Place, Waiting
from attendance_core.marking.terms import Terms
from attendance_core.pieces import ListQuery
from attendance_core.vocabulary import ConnectionId, ProcessId, SessionId, TallyKey, UserId
from tests.support.lecture import EVENT, PROCESS
from tests.support.stand_ins import NOON, SetClock
from tests.support.stored_people import a_connection, an_event_with, mark, people


async def sockets_in_room(store: Any, process_id: ProcessId) -> Any:
    room = await store.observe(lambda u: u.rooms.find(EVENT, process_id, []))
    return room.connections


class TestPlaces:
    async def test_nobody_enters_an_event_that_is_not(self, store: Any) -> None:
        (anna,) = await people(store, "Анна")
        with pytest.raises(EventNotFound):
            await store.transact(lambda u: u.places.make(EVENT, anna))

    async def test_entering_twice_changes_nothing(self, store: Any) -> None:
        anna, boris = await an_event_with(store, "Анна", "Борис")
        waiting = Place(EVENT, anna, True, Waiting(NOON + 0.25), 1)
        await store.transact(lambda u: u.places.put(waiting))
        await store.transact(lambda u: u.places.make(EVENT, anna))
        found = await store.transact(lambda u: u.places.lock(EVENT, [boris, anna, UserId(99)]))
        assert found == {anna: waiting, boris: Place(EVENT, boris)}
        assert await store.observe(lambda u: u.places.listed(EVENT)) == [waiting]

    async def test_one_marker_holds_one_person(self, store: Any) -> None:
        anna, boris, vera = await an_event_with(store, "Анна", "Борис", "Вера")
        held = Place(EVENT, anna, True, Held(NOON, vera, NOON + 90), 2)
        await store.transact(lambda u: u.places.put(held))
        second = Place(EVENT, boris, True, Held(NOON, vera, NOON + 90), 2)
        with pytest.raises(Taken):
            await store.transact(lambda u: u.places.put(second))
        locked = await store.transact(lambda u: u.places.lock(EVENT, [vera], marker=vera))
        assert list(locked) == sorted([anna, vera])
        assert await store.observe(lambda u: u.places.lapsed(NOON + 89.9, 5)) == []
        assert await store.observe(lambda u: u.places.lapsed(NOON + 90, 5)) == [(EVENT, anna)]

    async def test_who_had_somebody_last_is_kept(self, store: Any) -> None:
        """Contract: 6.19."""
        anna, vera = await an_event_with(store, "Анна", "Вера")
        for barred in (Barred(vera, NOON + 10.000001), None):
            given_back = Place(EVENT, anna, True, Waiting(NOON), 2, barred)
            await store.transact(lambda u, place=given_back: u.places.put(place))
            assert await store.observe(lambda u: u.places.of(EVENT, [anna])) == [given_back]

    async def test_a_mark_is_known_from_the_ledger_and_made_once(self, store: Any) -> None:
        anna, boris = await an_event_with(store, "Анна", "Борис")
        marked = await store.transact(lambda u: mark(u, anna, boris))
        assert marked.state == Marked(boris, NOON, 1, Origin.HOLD)
        assert await store.observe(lambda u: u.places.of(EVENT, [anna])) == [marked]
        assert await store.observe(lambda u: u.places.listed(EVENT)) == []
        assert await store.observe(lambda u: u.ledger.karma(boris, Terms())) == 50
        assert await store.observe(lambda u: u.ledger.karma(anna, Terms())) == 0
        again = NewEntry(EVENT, anna, 1, boris, NOON, Origin.HOLD)
        with pytest.raises(AlreadyMarked):
            await store.transact(lambda u: u.ledger.add(again))
        (person,) = await store.observe(lambda u: u.participants.listed(EVENT, ListQuery()))
        assert (person.display_name, person.state) == ("Анна", marked.state)


class TestConnections:
    async def test_the_first_loss_stays(self, store: Any) -> None:
        (anna,) = await an_event_with(store, "Анна")
        connection = a_connection(anna)
        await store.transact(lambda u: u.connections.add(connection))
        for at in (NOON + 1, NOON + 2):
            await store.transact(
                lambda u, at=at: u.connections.lose([connection.connection_id], at)
            )
        found = await store.observe(lambda u: u.connections.find(connection.connection_id))
        assert found.lost_at == NOON + 1
        assert found.process == Process(PROCESS, NOON, NOON)

    async def test_who_lapsed(self, store: Any, clock: SetClock) -> None:
        (anna,) = await an_event_with(store, "Анна")
        lost, open_ = a_connection(anna), a_connection(anna)
        await store.transact(lambda u: (u.connections.add(lost), u.connections.add(open_)))
        await store.transact(lambda u: u.connections.lose([lost.connection_id], NOON + 1))

        async def lapsed(*given: float | None) -> list[ConnectionId]:
            found = await store.observe(lambda u: u.connections.lapsed(*given, 9))
            return [each.connection_id for each in found]

        assert await lapsed(NOON, None) == []
        assert await lapsed(NOON + 1, None) == [lost.connection_id]
        assert await lapsed(NOON, NOON - 1) == []
        assert await lapsed(NOON, NOON) == [open_.connection_id]

    async def test_they_are_found_by_person_session_and_process(self, store: Any) -> None:
        anna, boris = await an_event_with(store, "Анна", "Борис")
        hers, his = a_connection(anna, session="hers"), a_connection(boris, session="his")
        await store.transact(lambda u: (u.connections.add(hers), u.connections.add(his)))
        of = await store.observe(lambda u: u.connections.of(EVENT, anna))
        assert [each.connection_id for each in of] == [hers.connection_id]
        of = await store.observe(lambda u: u.connections.of_sessions([SessionId("his")]))
        assert [each.connection_id for each in of] == [his.connection_id]
        second, third = (a_connection(boris, session="his") for _ in range(2))
        await store.transact(lambda u: (u.connections.add(second), u.connections.add(third)))
        of = await store.observe(lambda u: u.connections.of_sessions([SessionId("his")], 2))
        assert len({each.connection_id for each in of}) == 2
        assert all(each.session_id == "his" for each in of)
        await store.transact(
            lambda u: u.connections.remove([second.connection_id, third.connection_id])
        )
        here = await sockets_in_room(store, PROCESS)
        assert {each.connection_id for each in here} == {hers.connection_id, his.connection_id}
        assert all(each.process == Process(PROCESS, NOON, NOON) for each in here)
        await store.transact(lambda u: u.connections.remove([hers.connection_id]))
        assert await store.observe(lambda u: u.connections.of(EVENT, anna)) == []

    async def test_in_a_room_are_those_of_the_process_and_every_marker(self, store: Any) -> None:
        """Contract: 6.16, markers on whatever process."""
        anna, boris, vera = await an_event_with(store, "Анна", "Борис", "Вера")
        other = ProcessId(UUID(int=3))
        waits, marks = a_connection(anna), a_connection(boris, role=Role.MARKING)
        far_away = [
            replace(a_connection(vera, role=role), process_id=other)
            for role in sorted(Role, key=str)
        ]

        def work(unit: Any) -> None:
            unit.processes.put(Process(other, NOON + 1, NOON))
            for connection in (waits, marks, *far_away):
                unit.connections.add(connection)

        await store.transact(work)
        there = await sockets_in_room(store, other)
        here = await sockets_in_room(store, PROCESS)
        found = {each.connection_id: each.process.renewed_at for each in here}
        (marks_too,) = [each.connection_id for each in far_away if each.role is Role.MARKING]
        assert found == {
            waits.connection_id: NOON,
            marks.connection_id: NOON,
            marks_too: NOON + 1,
        }
        assert len(there) == 3

    async def test_of_a_person_with_many_those_that_matter_are_read(self, store: Any) -> None:
        anna, boris = await an_event_with(store, "Анна", "Борис")
        hers = [a_connection(anna) for _ in range(8)]

        def work(unit: Any) -> None:
            for each in [a_connection(boris), *hers]:
                unit.connections.add(each)
            for number in (6, 2, 4, 0):
                unit.connections.lose([hers[number].connection_id], NOON + number)

        await store.transact(work)
        ids = [each.connection_id for each in hers]
        of = await store.observe(lambda u: u.connections.of(EVENT, anna, 6))
        assert {each.connection_id for each in of[:4]} == {ids[1], ids[3], ids[5], ids[7]}
        assert [each.connection_id for each in of[4:]] == [ids[6], ids[4]]
        assert all(each.process == Process(PROCESS, NOON, NOON) for each in of)
        assert len(await store.observe(lambda u: u.connections.of(EVENT, anna))) == 8

    async def test_who_else_may_mark_is_found(self, store: Any) -> None:
        """Contract: 6.19, neither of two, nor one who waits; open ones first."""
        people = await an_event_with(store, "Анна", "Борис", "Вера", "Глеб", "Дина")
        anna, boris, vera, gleb, dina = people
        sockets = {each: a_connection(each, role=Role.MARKING) for each in people}
        waits = a_connection(dina)

        def work(unit: Any) -> None:
            for connection in (*sockets.values(), waits):
                unit.connections.add(connection)
            unit.places.put(Place(EVENT, vera, True, Waiting(NOON), 1))
            unit.connections.lose([sockets[gleb].connection_id], NOON)

        async def found(limit: int, *but: UserId) -> list[UserId]:
            others = await store.observe(
                lambda u: u.connections.of_other_markers(EVENT, but, limit)
            )
            assert all(each.process == Process(PROCESS, NOON, NOON) for each in others)
            return [each.user_id for each in others]

        await store.transact(work)
        assert await found(9, anna, boris) == [dina, gleb]
        assert await found(1, anna, boris) == [dina]
        assert await found(9, dina, gleb, anna, boris) == []

    async def test_a_process_without_connections_is_forgotten(self, store: Any) -> None:
        (anna,) = await an_event_with(store, "Анна")
        idle = ProcessId(UUID(int=3))
        await store.transact(lambda u: u.processes.put(Process(idle, NOON, NOON)))
        await store.transact(lambda u: u.connections.add(a_connection(anna)))
        await store.transact(lambda u: u.processes.put(Process(idle, NOON + 1, NOON)))
        await store.transact(lambda u: u.processes.remove_idle(NOON))
        assert await store.observe(lambda u: u.processes.find(idle)) is not None
        await store.transact(lambda u: u.processes.remove_idle(NOON + 1))
        assert await store.observe(lambda u: u.processes.find(idle)) is None
        assert await store.observe(lambda u: u.processes.find(PROCESS)) is not None


class TestTallies:
    KEY = TallyKey("0123456789abcdef" * 2)
    FULL = Tally(KEY, (NOON, NOON + 0.000001, NOON + 1.5), (NOON + 2.000003,))

    async def stored_tally(self, store: Any) -> Tally:
        return await store.transact(lambda u: u.tallies.lock(self.KEY))  # type: ignore[no-any-return]

    async def put(self, store: Any, tally: Tally, lapses_at: float) -> None:
        def work(unit: Any) -> None:
            unit.tallies.lock(tally.key)
            unit.tallies.put(tally, lapses_at)

        await store.transact(work)

    async def test_there_is_an_empty_one_until_another_is_put(self, store: Any) -> None:
        for _ in range(2):
            assert await self.stored_tally(store) == Tally(self.KEY)
        await self.put(store, self.FULL, NOON + 9)
        assert await self.stored_tally(store) == self.FULL
        await self.put(store, Tally(self.KEY), 0.0)
        assert await self.stored_tally(store) == Tally(self.KEY)

    async def test_those_that_have_lapsed_are_forgotten(self, store: Any) -> None:
        other = Tally(TallyKey("f" * 32), (NOON,))
        await self.put(store, self.FULL, NOON + 9)
        await self.put(store, other, NOON + 9.000001)
        await store.transact(lambda u: u.tallies.remove_lapsed(NOON + 8.999999))
        assert await self.stored_tally(store) == self.FULL
        await store.transact(lambda u: u.tallies.remove_lapsed(NOON + 9))
        assert await self.stored_tally(store) == Tally(self.KEY)
        assert await store.transact(lambda u: u.tallies.lock(other.key)) == other

    async def test_of_many_at_once_no_more_than_the_most_are_taken(self, store: Any) -> None:
        few, count = Limit("few", 7, 60.0), CountOne(store.transact)
        await store.transact(lambda u: u.tallies.lock(self.KEY))
        told = await asyncio.gather(
            *(count(limit=few, subject="anna") for _ in range(30)), return_exceptions=True
        )
        assert sum(each is None for each in told) == 7
        assert sum(isinstance(each, TooManyRequests) for each in told) == 23

    async def test_of_many_tries_at_once_no_more_than_the_most_are_begun(self, store: Any) -> None:
        few = Limit("few", 7, 60.0)
        begin, end = BeginTry(store.transact), EndTry(store.transact)

        async def fail() -> bool:
            began = await begin(limit=few, subject="anna")
            if began is None:
                return False
            await end(limit=few, subject="anna", began=began, result=TryResult.FAILED)
            return True

        failed = 0
        for _ in range(3):
            told = await asyncio.gather(*(fail() for _ in range(30)), return_exceptions=True)
            assert all(isinstance(each, bool | TooManyRequests) for each in told)
            failed += sum(each is True for each in told)
        assert failed == 7


class TestInstallation:
    """Whose files a folder has is told by it."""

    async def test_a_database_has_one_id_for_ever(self, store: Any) -> None:
        news = [f"{number:024x}" for number in range(8)]
        asked = [store.transact(lambda u, n=new: u.installation.database_id(n)) for new in news]
        (first, *others) = await asyncio.gather(*asked)
        assert first in news
        assert set(others) == {first}
        assert await store.observe(lambda u: u.installation.database_id("another")) == first

    async def test_one_that_is_not_committed_is_none(self, store: Any) -> None:
        def fails(unit: Any) -> None:
            unit.installation.database_id("lost")
            raise ArithmeticError

        with pytest.raises(ArithmeticError):
            await store.transact(fails)
        assert await store.transact(lambda u: u.installation.database_id("kept")) == "kept"
