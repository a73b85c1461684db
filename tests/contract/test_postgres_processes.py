"""Several processes over one PostgreSQL: who dies, stalls, or finds the database away.

Contract: 6.13. Each `Process` here is one process: a store and a heartbeat of its own, by
the database's clock, with terms short enough to wait for.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import URL

from attendance_adapters.heartbeat import Heartbeat
from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.sql.postgres import PostgresStore
from attendance_adapters.sweeper import Sweeper
from attendance_adapters.system import RandomIds
from attendance_core.accounts import session_id_of
from attendance_core.errors import LeaseLost
from attendance_core.marking.connections import Connection, Role
from attendance_core.marking.places import Held, Place, Waiting
from attendance_core.marking.terms import Terms
from attendance_core.testing.lectures import use_cases
from attendance_core.vocabulary import ConnectionId, EventId, UserId
from tests.support.postgres import Cluster, binaries
from tests.support.postgres_databases import a_database, make_template

pytestmark = pytest.mark.long

TERMS = Terms(hold_seconds=30, grace_seconds=1, lease_seconds=2)
RENEW_EVERY, SWEEP_EVERY = 0.2, 0.1
PATIENCE_SECONDS = 15
AWAY_SECONDS = TERMS.lease_seconds + TERMS.grace_seconds  # that the database is
PAST_GRACE_SECONDS = 2 * TERMS.grace_seconds  # in which a place would have gone


class Process:
    """One process."""

    def __init__(self, url: URL) -> None:
        self.notifier = LocalNotifier()
        self.store = PostgresStore(url, self.notifier, pool_size=4)
        self.do = use_cases(self.store, RandomIds(), TERMS)
        self.lost_lease_count = 0
        self.heartbeat = Heartbeat(
            take_lease=self.do.take_lease,
            renew_lease=self.do.renew_lease,
            ids=RandomIds(),
            terms=TERMS,
            renew_every=RENEW_EVERY,
        )
        self.sweeper = Sweeper(
            sweep=self.do.sweep, heartbeat=self.heartbeat, sweep_every=SWEEP_EVERY
        )
        self.heartbeat.call_when_lease_lost(self._note_lost_lease)

    async def goes_silent(self) -> None:
        """Neither renews its lease nor sweeps any more."""
        await self.sweeper.close()
        await self.heartbeat.close()

    def _note_lost_lease(self) -> None:
        self.lost_lease_count += 1

    def new_connection(self, event_id: EventId, person: Any, role: Role) -> Connection:
        """A socket of this process."""
        connection_id, session_id = ConnectionId(uuid4()), session_id_of(person.token)
        process_id = self.heartbeat.process_id
        return Connection(connection_id, event_id, person.user_id, role, process_id, session_id)

    async def place(self, event_id: EventId, user_id: UserId) -> Place:
        found = await self.store.observe(lambda unit: unit.places.of(event_id, [user_id]))
        return found[0]


async def until(happened: Callable[[], Any]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await happened():
            await asyncio.sleep(0.01)


async def two_over(url: URL) -> AsyncIterator[list[Process]]:
    async with AsyncExitStack() as opened:
        processes = [Process(url) for _ in range(2)]
        for process in processes:
            opened.push_async_callback(process.store.close)
            await process.store.start()
            opened.push_async_callback(process.heartbeat.close)
            await process.heartbeat.start()
            opened.push_async_callback(process.sweeper.close)
            process.sweeper.start()
        yield processes


@pytest.fixture
async def processes(postgres_url: URL) -> AsyncIterator[list[Process]]:
    async for made in two_over(postgres_url):
        yield made


async def a_lecture(process: Process) -> tuple[EventId, Any, Any]:
    """An event that has begun; two people."""
    anna, boris = [
        await process.do.sign_up(username=name, password="correct horse")
        for name in ("anna", "boris")
    ]
    now = await process.store.observe(lambda unit: unit.now())
    event = await process.do.create_event(
        actor=boris.user_id, name="Lecture", starts_at=now - 1, ends_at=now + 3600
    )
    return event.event_id, anna, boris


class TestProcesses:
    async def test_people_of_one_mark_people_of_another(self, processes: list[Process]) -> None:
        here, there = processes
        event_id, anna, boris = await a_lecture(here)
        await here.do.mark_me(connection=here.new_connection(event_id, anna, Role.MARK_ME))
        marking = there.new_connection(event_id, boris, Role.MARKING)
        await there.do.ready_to_mark(connection=marking)
        await there.do.prepare_to_mark(connection=marking, target=anna.user_id)
        await there.do.confirm_marking(connection=marking)
        profile = await here.do.get_profile(actor=anna.user_id, user_id=boris.user_id)
        assert profile.karma == 50

    async def test_of_a_dead_one_the_people_leave_and_the_holds_end(
        self, processes: list[Process]
    ) -> None:
        dead, alive = processes
        event_id, anna, boris = await a_lecture(dead)
        await alive.do.mark_me(connection=alive.new_connection(event_id, anna, Role.MARK_ME))
        marking = dead.new_connection(event_id, boris, Role.MARKING)
        await dead.do.ready_to_mark(connection=marking)
        await dead.do.prepare_to_mark(connection=marking, target=anna.user_id)
        carol = await dead.do.sign_up(username="carol", password="correct horse")
        await dead.do.mark_me(connection=dead.new_connection(event_id, carol, Role.MARK_ME))
        assert isinstance((await alive.place(event_id, anna.user_id)).state, Held)
        await dead.goes_silent()

        async def are_let_go() -> bool:
            places = [await alive.place(event_id, each.user_id) for each in (anna, carol)]
            return isinstance(places[0].state, Waiting) and places[1].state is None

        await until(are_let_go)
        assert alive.lost_lease_count == 0

    async def test_one_that_stalled_starts_over_under_a_new_id(
        self, processes: list[Process]
    ) -> None:
        stalled, alive = processes
        event_id, anna, _ = await a_lecture(stalled)
        before = stalled.heartbeat.process_id
        await stalled.do.mark_me(connection=stalled.new_connection(event_id, anna, Role.MARK_ME))
        await stalled.goes_silent()

        async def is_off_the_list() -> bool:
            return (await alive.place(event_id, anna.user_id)).state is None

        await until(is_off_the_list)
        with pytest.raises(LeaseLost):
            await stalled.do.renew_lease(process_id=before)
        await stalled.heartbeat._renew_or_take_lease()
        assert stalled.lost_lease_count == 1
        assert stalled.heartbeat.process_id != before
        again = stalled.new_connection(event_id, anna, Role.MARK_ME)
        assert isinstance((await stalled.do.mark_me(connection=again)).place.state, Waiting)


class TestDatabaseAway:
    @pytest.fixture
    def cluster(self) -> Iterator[Cluster]:
        made = Cluster(binaries())
        try:
            made.start()
            make_template(made.address)
            yield made
        finally:
            made.remove()

    async def test_one_that_was_away_empties_no_list_of_who_comes_back(
        self, cluster: Cluster
    ) -> None:
        """It was away for longer than a lease and a grace together."""
        with a_database(cluster.address) as url:
            async for processes in two_over(url):
                await self._check_place_outlives_stop(cluster, *processes)

    async def _check_place_outlives_stop(
        self, cluster: Cluster, here: Process, there: Process
    ) -> None:
        event_id, anna, _ = await a_lecture(here)
        asked = await here.do.mark_me(connection=here.new_connection(event_id, anna, Role.MARK_ME))
        place = asked.place
        await asyncio.to_thread(cluster.stop, "immediate")
        await asyncio.sleep(AWAY_SECONDS)
        await asyncio.to_thread(cluster.start)

        async def started_over() -> bool:
            return all(
                each.lost_lease_count > 0 and each.heartbeat._leased_until is not None
                for each in (here, there)
            )

        await until(started_over)
        assert await there.place(event_id, anna.user_id) == place
        back = there.new_connection(event_id, anna, Role.MARK_ME)
        assert (await there.do.mark_me(connection=back)).place == place
        await asyncio.sleep(PAST_GRACE_SECONDS)
        assert await there.place(event_id, anna.user_id) == place
