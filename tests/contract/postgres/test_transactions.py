"""Transactions of the PostgreSQL store: run again, bounded, ended; and looks."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from sqlalchemy import URL, text
from sqlalchemy.util import await_only

from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.sql import pg_connect, pg_pool, postgres
from attendance_adapters.sql.pg_errors import LostRace
from attendance_adapters.sql.postgres import PostgresStore
from attendance_core.errors import Unavailable
from attendance_core.marking.announcements import ConnectionsEnded
from attendance_core.marking.endings import Ending
from attendance_core.testing.clock import NOON
from attendance_core.testing.lectures import EVENT, Lecture, session_of
from attendance_core.vocabulary import Instant, SessionId, UserId
from tests.support.postgres_databases import a_database
from tests.support.postgres_rivals import (
    ANNA,
    BORIS,
    Reruns,
    Rival,
    beside,
)
from tests.support.round_trips import asked

# The number goes on though the transaction is undone
FIRST_FAILS = (
    "CREATE SEQUENCE additions",
    """CREATE FUNCTION first_fails() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF nextval('additions') = 1 THEN
            RAISE 'could not serialize access' USING ERRCODE = '40001';
        END IF;
        RETURN new; END $$""",
    """CREATE TRIGGER first_fails BEFORE INSERT ON accounts FOR EACH ROW
        EXECUTE FUNCTION first_fails()""",
)


async def count_backends(store: PostgresStore, state: str) -> int:
    """Counts the connections to the database, ours excepted, that are in this state."""
    statement = """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
        AND pid <> pg_backend_pid() AND state = :state"""
    async with beside(store) as connection:
        return int((await connection.execute(text(statement), {"state": state})).scalar_one())


class TestReruns:
    async def test_a_lost_race_is_run_again_and_announced_once(
        self, store: PostgresStore, notifier: LocalNotifier
    ) -> None:
        await Lecture.begun(store, waiting=2)
        heard: list[Any] = []
        await notifier.subscribe(EVENT, heard.append)
        met, ran = asyncio.Barrier(2), []

        def opposed(first: UserId, second: UserId) -> Any:
            def work(unit: Any) -> None:
                ran.append(first)
                unit.places.lock(EVENT, [first])
                if len(ran) <= 2:
                    await_only(met.wait())  # each has the lock that the other wants
                unit.places.lock(EVENT, [second])
                unit.announce(ConnectionsEnded(EVENT, Ending.LEFT))

            return store.transact(work)

        await asyncio.gather(opposed(ANNA, BORIS), opposed(BORIS, ANNA))
        assert len(ran) == 3
        assert len(heard) == 2

    async def test_what_the_server_cannot_serialize_is_run_again_and_announced_once(
        self, postgres_server: str, reruns: Reruns
    ) -> None:
        """No statement of ours meets this at READ COMMITTED: a trigger raises it."""
        notifier, heard = LocalNotifier(), list[Any]()
        await notifier.subscribe(EVENT, heard.append)
        with a_database(postgres_server) as url:
            store = PostgresStore(url, notifier)
            await store.start()
            async with Rival(store) as other:
                for statement in FIRST_FAILS:
                    await other.run(statement)
                await other.connection.commit()

            def work(unit: Any) -> UserId:
                unit.announce(ConnectionsEnded(EVENT, Ending.LEFT))
                return UserId(unit.accounts.add("anna", "hash", NOON))

            added = await store.transact(work)
            found = await store.observe(lambda u: u.accounts.find("anna"))
            await store.close()
        assert [each.sqlstate for each in reruns] == ["40001"]  # type: ignore[attr-defined]
        assert found is not None and found.user_id == added
        assert len(heard) == 1

    async def test_only_so_often_and_none_waits_behind_the_last(
        self, store: PostgresStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tried, pauses = 0, list[float]()

        def no_pause(least: float, most: float) -> float:
            pauses.append(most)
            return least

        monkeypatch.setattr("random.uniform", no_pause)

        def work(unit: Any) -> None:
            nonlocal tried
            tried += 1
            unit.accounts.add("anna", "hash", NOON)
            raise LostRace

        with pytest.raises(Unavailable):
            await store.transact(work)
        assert tried == postgres.MAX_RUNS
        assert len(pauses) == postgres.MAX_RUNS - 1
        assert await store.observe(lambda u: u.accounts.find("anna")) is None

    async def test_a_lock_that_is_held_for_too_long_is_unavailable(
        self, store: PostgresStore
    ) -> None:
        lecture = await Lecture.begun(store, waiting=1)
        async with Rival(store) as other:
            await other.run("SELECT FROM places WHERE user_id = :anna FOR UPDATE", anna=ANNA)
            began = time.monotonic()
            with pytest.raises(Unavailable):
                await lecture.do.prepare_to_mark(connection=lecture.markers[0], target=ANNA)
            assert pg_connect.LOCK_SECONDS <= time.monotonic() - began < postgres.ANSWER_SECONDS
        await lecture.do.prepare_to_mark(connection=lecture.markers[0], target=ANNA)

    async def test_a_bug_is_told_as_it_is_and_ends_nothing_else(self, store: PostgresStore) -> None:
        for bug in (StopIteration, KeyboardInterrupt, SystemExit):

            def work(unit: Any, bug: type[BaseException] = bug) -> None:
                unit.accounts.add("anna", "hash", NOON)
                raise bug

            with pytest.raises(RuntimeError, match=bug.__name__):
                await store.transact(work)
        assert await store.observe(lambda u: u.accounts.find("anna")) is None

    async def test_the_pool_is_bounded_and_whoever_waits_too_long_is_told(
        self, postgres_url: URL, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pg_pool, "POOL_SECONDS", 0.2)
        store = PostgresStore(postgres_url, LocalNotifier(), pool_size=1)
        await store.start()
        goes_on = asyncio.Event()
        holder = asyncio.create_task(store.transact(lambda u: await_only(goes_on.wait())))
        await asyncio.sleep(0)
        with pytest.raises(Unavailable):
            await store.transact(lambda u: u.accounts.find("anna"))
        goes_on.set()
        await holder
        assert await store.transact(lambda u: u.accounts.find("anna")) is None
        await store.close()

    async def test_closed_it_takes_nothing_and_what_it_took_is_done(
        self, store: PostgresStore, postgres_url: URL
    ) -> None:
        task = asyncio.create_task(store.transact(lambda u: u.accounts.add("anna", "hash", NOON)))
        await asyncio.sleep(0)  # it has handed its function over
        task.cancel()
        await store.close()
        with pytest.raises(Unavailable):
            await store.transact(lambda u: u.accounts.add("boris", "hash", NOON))
        again = PostgresStore(postgres_url, LocalNotifier())
        await again.start()
        assert await again.observe(lambda u: u.accounts.find("anna")) is not None
        await again.close()


class TestLooks:
    async def test_it_sees_one_moment_though_others_commit_meanwhile(
        self, store: PostgresStore
    ) -> None:
        await Lecture.begun(store, waiting=1)
        meanwhile: list[Any] = []

        def look(unit: Any) -> list[int]:
            before = len(unit.places.waiting_or_held(EVENT))
            for each in meanwhile:
                await_only(each())
            return [before, len(unit.places.waiting_or_held(EVENT))]

        assert await store.observe(look) == [1, 1]  # now it is known to be more than one statement
        async with Rival(store) as other:
            await other.run("UPDATE places SET since = NULL")
            meanwhile.append(other.connection.commit)
            assert await store.observe(look) == [1, 1]
        assert await store.observe(lambda u: u.places.waiting_or_held(EVENT)) == []

    async def test_one_statement_needs_no_transaction(self, store: PostgresStore) -> None:
        with asked() as noted:
            assert await store.observe(lambda u: u.accounts.find("anna")) is None
        assert [each.text.split()[0] for each in noted] == ["SELECT"]

    async def test_whose_session_it_is_and_the_time_are_asked_together(
        self, store: PostgresStore, postgres_url: URL, notifier: LocalNotifier
    ) -> None:
        await Lecture.begun(store, waiting=1)
        timed = PostgresStore(postgres_url, notifier)  # by the database's clock
        await timed.start()

        def look(unit: Any) -> tuple[Any, Instant]:
            return unit.sessions.find(session_of(1)), unit.now()

        with asked() as noted:
            session, now = await timed.observe(look)
        assert (session.user_id, len(noted)) == (1, 1)
        _, later = await timed.observe(look)
        assert now < later < time.time() + 60
        nobody = await timed.observe(lambda u: (u.sessions.find(SessionId("none")), u.now()))
        assert nobody[0] is None and nobody[1] > later
        await timed.close()

    async def test_it_cannot_write(self, store: PostgresStore) -> None:
        for look in (
            lambda u: u.accounts.add("anna", "hash", NOON),
            lambda u: (u.accounts.find("x"), u.accounts.add("anna", "hash", NOON)),
        ):
            with pytest.raises(Unavailable):
                await store.observe(look)
        assert await store.observe(lambda u: u.accounts.find("anna")) is None
        assert await count_backends(store, "idle in transaction") == 0
