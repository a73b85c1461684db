"""Every store keeps connections and their processes, as `Connections` and `Processes` promise."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from attendance_core.marking.connections import Process, Role
from attendance_core.marking.places import Place, Waiting
from attendance_core.testing.clock import NOON, TestClock
from attendance_core.testing.lectures import EVENT, PROCESS
from attendance_core.testing.people import a_connection, add_event_with_places
from attendance_core.vocabulary import ConnectionId, ProcessId, SessionId, UserId


async def sockets_in_room(store: Any, process_id: ProcessId) -> Any:
    room = await store.observe(lambda u: u.rooms.find(EVENT, process_id, []))
    return room.connections


class TestConnections:
    async def test_a_connection_keeps_the_instant_it_was_lost_first(self, store: Any) -> None:
        (anna,) = await add_event_with_places(store, "Анна")
        connection = a_connection(anna)
        await store.transact(lambda u: u.connections.add(connection))
        for at in (NOON + 1, NOON + 2):
            await store.transact(
                lambda u, at=at: u.connections.lose([connection.connection_id], at)
            )
        found = await store.observe(lambda u: u.connections.find(connection.connection_id))
        assert found.lost_at == NOON + 1
        assert found.process == Process(PROCESS, NOON, NOON)

    async def test_connections_lapse_when_they_were_lost_or_their_process_is_silent(
        self, store: Any, clock: TestClock
    ) -> None:
        (anna,) = await add_event_with_places(store, "Анна")
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

    async def test_no_more_lapsed_connections_are_listed_than_were_asked_for(
        self, store: Any
    ) -> None:
        (anna,) = await add_event_with_places(store, "Анна")
        lost = [a_connection(anna) for _ in range(3)]
        ids = {each.connection_id for each in lost}

        def work(unit: Any) -> None:
            for each in lost:
                unit.connections.add(each)
            unit.connections.lose(list(ids), NOON + 1)

        await store.transact(work)
        for limit in (1, 2, 3, 9):
            look = store.observe(lambda u, limit=limit: u.connections.lapsed(NOON + 1, None, limit))
            found = {each.connection_id for each in await look}
            assert len(found) == min(limit, 3) and found <= ids

    async def test_connections_are_found_by_person_session_and_process(self, store: Any) -> None:
        anna, boris = await add_event_with_places(store, "Анна", "Борис")
        hers, his = a_connection(anna, session="hers"), a_connection(boris, session="his")
        await store.transact(lambda u: (u.connections.add(hers), u.connections.add(his)))
        found = await store.observe(lambda u: u.connections.of(EVENT, anna))
        assert [each.connection_id for each in found] == [hers.connection_id]
        found = await store.observe(lambda u: u.connections.of_sessions([SessionId("his")]))
        assert [each.connection_id for each in found] == [his.connection_id]
        second, third = (a_connection(boris, session="his") for _ in range(2))
        await store.transact(lambda u: (u.connections.add(second), u.connections.add(third)))
        found = await store.observe(lambda u: u.connections.of_sessions([SessionId("his")], 2))
        assert len({each.connection_id for each in found}) == 2
        assert all(each.session_id == "his" for each in found)
        await store.transact(
            lambda u: u.connections.remove([second.connection_id, third.connection_id])
        )
        here = await sockets_in_room(store, PROCESS)
        assert {each.connection_id for each in here} == {hers.connection_id, his.connection_id}
        assert all(each.process == Process(PROCESS, NOON, NOON) for each in here)
        await store.transact(lambda u: u.connections.remove([hers.connection_id]))
        assert await store.observe(lambda u: u.connections.of(EVENT, anna)) == []

    async def test_in_a_room_are_connections_of_the_process_and_those_of_every_marker(
        self, store: Any
    ) -> None:
        """Contract: 6.16, markers on whatever process."""
        anna, boris, vera = await add_event_with_places(store, "Анна", "Борис", "Вера")
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
        (marks_there,) = [each for each in far_away if each.role is Role.MARKING]
        assert found == {
            waits.connection_id: NOON,
            marks.connection_id: NOON,
            marks_there.connection_id: NOON + 1,
        }
        assert len(there) == 3

    async def test_of_a_person_with_many_connections_those_that_matter_are_read(
        self, store: Any
    ) -> None:
        anna, boris = await add_event_with_places(store, "Анна", "Борис")
        hers = [a_connection(anna) for _ in range(8)]

        def work(unit: Any) -> None:
            for each in [a_connection(boris), *hers]:
                unit.connections.add(each)
            for number in (6, 2, 4, 0):
                unit.connections.lose([hers[number].connection_id], NOON + number)

        await store.transact(work)
        ids = [each.connection_id for each in hers]
        found = await store.observe(lambda u: u.connections.of(EVENT, anna, 6))
        assert {each.connection_id for each in found[:4]} == {ids[1], ids[3], ids[5], ids[7]}
        assert [each.connection_id for each in found[4:]] == [ids[6], ids[4]]
        assert all(each.process == Process(PROCESS, NOON, NOON) for each in found)
        assert len(await store.observe(lambda u: u.connections.of(EVENT, anna))) == 8

    async def test_who_else_may_mark_is_found(self, store: Any) -> None:
        """Contract: 6.19, neither of two, nor one who waits; open ones first."""
        people = await add_event_with_places(store, "Анна", "Борис", "Вера", "Глеб", "Дина")
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
        (anna,) = await add_event_with_places(store, "Анна")
        idle = ProcessId(UUID(int=3))
        await store.transact(lambda u: u.processes.put(Process(idle, NOON, NOON)))
        await store.transact(lambda u: u.connections.add(a_connection(anna)))
        await store.transact(lambda u: u.processes.put(Process(idle, NOON + 1, NOON)))
        await store.transact(lambda u: u.processes.remove_idle(NOON))
        assert await store.observe(lambda u: u.processes.find(idle)) is not None
        await store.transact(lambda u: u.processes.remove_idle(NOON + 1))
        assert await store.observe(lambda u: u.processes.find(idle)) is None
        assert await store.observe(lambda u: u.processes.find(PROCESS)) is not None
