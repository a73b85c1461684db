"""The PostgreSQL store when people meet in an event: whoever comes second sees what was first."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import URL, text
from sqlalchemy.util import await_only

from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.sql.postgres import PostgresStore
from attendance_core.accounts import CredentialKind, Session
from attendance_core.errors import AlreadyHolding, NotLoggedIn, Taken
from attendance_core.events import Event
from attendance_core.marking.connections import Connection, Process, Role
from attendance_core.marking.ledger import NewEntry, Origin
from attendance_core.marking.places import Held, Marked, Waiting
from attendance_core.marking.terms import DEFAULT_TERMS, Terms
from attendance_core.ports import Unit
from attendance_core.testing.clock import NOON, TestClock
from attendance_core.testing.lectures import (
    EVENT,
    PROCESS,
    Lecture,
    numbered_connection,
    session_of,
    use_cases,
)
from attendance_core.testing.people import mark
from attendance_core.testing.stand_ins import numbered_code
from attendance_core.vocabulary import EventId, UserId
from tests.support.postgres_rivals import (
    ANNA,
    BORIS,
    Reruns,
    Rival,
    beside,
    outcomes,
)
from tests.support.round_trips import asked


def work_that_opens(sockets: Iterable[Connection]) -> Callable[[Unit], None]:
    """Makes the work after which these are open."""

    def work(unit: Unit) -> None:
        for connection in sockets:
            unit.connections.add(connection)

    return work


class TestRaces:
    async def test_fifty_who_choose_one_person_at_once_have_one_winner(
        self, store: PostgresStore
    ) -> None:
        lecture = await Lecture.begun(store, waiting=51)
        markers = [
            numbered_connection(1000 + user_id, user_id, Role.MARKING) for user_id in range(5, 54)
        ]
        await store.transact(work_that_opens(markers))
        for waiting in lecture.waiting[2:]:
            await lecture.do.hang_up(connections=[waiting], goodbye=True)
        told = await outcomes(
            *(
                lecture.do.prepare_to_mark(connection=each, target=ANNA)
                for each in [*markers, lecture.markers[0]]
            )
        )
        assert sum(isinstance(each, Taken) for each in told) == 49
        (won,) = (each for each in told if not isinstance(each, Taken))
        assert await lecture.place(ANNA) == won.place

    async def test_people_who_choose_each_other_never_lock_each_other_out(
        self, store: PostgresStore, reruns: Reruns
    ) -> None:
        """300 pairs; each of a pair locks the place that the other locks, too."""
        lecture = await Lecture.begun(store, waiting=2)
        sockets = {UserId(n): numbered_connection(2000 + n, n, Role.MARKING) for n in (ANNA, BORIS)}
        await store.transact(work_that_opens(sockets.values()))

        async def choose(mine: UserId, other: UserId) -> None:
            with pytest.raises(Exception) as refused:
                await lecture.do.prepare_to_mark(connection=sockets[mine], target=other)
            assert type(refused.value).__name__ == "YouAreWaiting"

        both = ((ANNA, BORIS), (BORIS, ANNA))
        for _ in range(100):  # a few at a time: who waits 2 s for a row is turned away
            await asyncio.gather(*(choose(*pair) for _ in range(3) for pair in both))
        assert reruns == []

    async def test_two_sockets_of_one_marker_hold_one_person(self, store: PostgresStore) -> None:
        """The later one waited for the lock and saw, after it, what was not there before."""
        lecture = await Lecture.begun(store, waiting=2)
        second_socket = numbered_connection(1000, 1, Role.MARKING)
        await store.transact(lambda u: u.connections.add(second_socket))
        async with Rival(store) as other:
            await other.run("SELECT FROM places WHERE user_id = 1 FOR UPDATE")
            later = asyncio.create_task(
                lecture.do.prepare_to_mark(connection=second_socket, target=BORIS)
            )
            await other.until_somebody_waits()
            await other.run(
                "UPDATE places SET held_by = 1, held_until = :until, version = 1"
                " WHERE user_id = :anna",
                until=int((NOON + 90) * 1_000_000),
                anna=ANNA,
            )
            with asked() as noted:
                await other.connection.commit()
                with pytest.raises(AlreadyHolding):
                    await later
        readings = [each for each in noted if "AS latest_connections" in each.text]
        assert len(readings) == 2, "the first one found a place that was not locked"
        outcome = await lecture.do.confirm_marking(connection=second_socket)
        assert outcome.place.user_id == ANNA

    async def test_who_was_marked_while_one_waited_is_seen_as_marked(
        self, store: PostgresStore
    ) -> None:
        lecture = await Lecture.begun(store, waiting=1)
        async with Rival(store) as other:
            await other.run("SELECT FROM places WHERE user_id = :anna FOR UPDATE", anna=ANNA)
            later = asyncio.create_task(
                lecture.do.mark_me(connection=numbered_connection(5000, ANNA, Role.MARK_ME))
            )
            await other.until_somebody_waits()
            await other.run(
                "INSERT INTO marks (event_id, user_id, marker_id, at, points)"
                " SELECT event_id, :anna, 1, 1, 50 FROM events",
                anna=ANNA,
            )
            await other.run(
                "UPDATE places SET since = NULL, version = 9 WHERE user_id = :anna", anna=ANNA
            )
            await other.connection.commit()
        place = (await later).place
        assert (place.version, place.state) == (9, Marked(UserId(1), 0.000001))

    async def test_of_two_marks_of_a_pair_at_once_one_sees_the_other(
        self, store: PostgresStore
    ) -> None:
        """Contract: 8.12, `display_msg` names what this mark paid, once of a month's last two."""
        await Lecture.begun(store, waiting=2)
        last_two = [EventId(UUID(int=number)) for number in (101, 102)]
        of_before = [EventId(UUID(int=number)) for number in range(103, 106)]

        def prepare(unit: Any) -> None:
            for event_id in (*last_two, *of_before):
                code = numbered_code(event_id.int)
                unit.events.add(Event(event_id, event_id.hex, ANNA, NOON, NOON + 60, code))
            for event_id in of_before:
                mark(unit, ANNA, BORIS, NOON, event_id)

        def confirm(unit: Any, event_id: EventId, at: float) -> bool:
            unit.places.make(event_id, ANNA)
            place = unit.places.lock(event_id, [ANNA])[ANNA].changed(state=Held(at, BORIS, at + 1))
            entry = NewEntry(event_id, ANNA, 1, BORIS, at, Origin.HOLD)
            marked = place.marked(BORIS, at)
            return bool(
                unit.ledger.put_place_add_hold_mark_and_tell_if_it_pays(entry, marked, Terms())
            )

        def confirm_first(unit: Any) -> bool:
            pays = confirm(unit, last_two[0], NOON + 1)
            added.set()
            await_only(until_somebody_waits())
            return pays

        async def until_somebody_waits() -> None:
            count_waiting = text(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            )
            async with beside(store) as looking:
                while not (await looking.execute(count_waiting)).scalar_one():
                    await asyncio.sleep(0)

        await store.transact(prepare)
        added = asyncio.Event()
        first = asyncio.create_task(store.transact(confirm_first))
        await added.wait()
        second = await store.transact(lambda unit: confirm(unit, last_two[1], NOON + 2))
        assert (await first, second) == (True, False)

    async def test_one_who_enters_by_eight_sockets_at_once_has_one_place(
        self, store: PostgresStore
    ) -> None:
        lecture = await Lecture.begun(store, waiting=0)
        new = await lecture.do.sign_up(username="new", password="correct horse")
        session = Session(session_of(new.user_id), new.user_id, CredentialKind.COOKIE, NOON, NOON)
        await store.transact(lambda u: u.sessions.add(session))
        sockets = [numbered_connection(100 + n, new.user_id, Role.MARK_ME) for n in range(8)]
        opened = await asyncio.gather(*(lecture.do.mark_me(connection=each) for each in sockets))
        assert len({each.place for each in opened}) == 1
        assert len(await store.observe(lambda u: u.connections.of(EVENT, new.user_id))) == 8

    async def test_of_a_log_out_and_an_opening_one_sees_the_other(
        self, store: PostgresStore
    ) -> None:
        lecture = await Lecture.begun(store, waiting=30)
        for number, asker in enumerate(lecture.waiting):
            user_id = asker.user_id
            opened, _ = await outcomes(
                lecture.do.mark_me(
                    connection=numbered_connection(500 + number, user_id, Role.MARK_ME)
                ),
                lecture.do.log_out(session_id=session_of(user_id)),
            )
            assert not isinstance(opened, Exception) or isinstance(opened, NotLoggedIn)
            assert await lecture.connections(user_id) == []
            assert (await lecture.place(user_id)).state is None

    async def test_two_processes_that_sweep_at_once_end_a_hold_once(
        self, store: PostgresStore, postgres_url: URL, notifier: LocalNotifier, clock: TestClock
    ) -> None:
        other = PostgresStore(postgres_url, notifier, clock=clock)
        await other.start()
        lecture = await Lecture.begun(store, waiting=1)
        await lecture.do.prepare_to_mark(connection=lecture.markers[0], target=ANNA)
        clock.pass_(DEFAULT_TERMS.hold_seconds + 1)
        alive = Process(PROCESS, clock.now(), NOON)
        await store.transact(lambda u: u.processes.put(alive))
        told: list[Any] = []
        await notifier.subscribe(EVENT, told.append)
        sweeps = [use_cases(each).sweep for each in (store, other)]
        await asyncio.gather(*(sweep(process_id=PROCESS) for sweep in sweeps * 5))
        await other.close()
        place = await lecture.place(ANNA)
        assert isinstance(place.state, Waiting)
        assert [each.place for each in told] == [place]
