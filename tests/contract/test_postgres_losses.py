"""What PostgreSQL keeps, and callers are told, when the server itself goes away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from sqlalchemy import text

from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.sql import postgres
from attendance_adapters.sql.pg_connection import PgConnection
from attendance_adapters.sql.postgres import PostgresStore
from attendance_core.errors import Unavailable, UsernameTaken
from attendance_core.testing.clock import NOON
from attendance_core.testing.lectures import session_of
from attendance_core.vocabulary import UserId
from tests.support.postgres import Cluster, binaries
from tests.support.postgres_databases import a_database, make_template
from tests.support.postgres_rivals import beside

pytestmark = pytest.mark.long

CROWD = 20  # people
PATIENCE_SECONDS = 30  # on a slow machine
END_CONNECTION = "SELECT pg_terminate_backend(pg_backend_pid())"
ASKS_AGAIN_SECONDS = 0.01  # of a client in a hurry


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A server that a test may stop."""
    made = Cluster(binaries())
    try:
        made.start()
        make_template(made.address)
        yield made
    finally:
        made.remove()


@pytest.fixture
async def store(cluster: Cluster) -> AsyncIterator[PostgresStore]:
    with a_database(cluster.address) as url:
        made = PostgresStore(url, LocalNotifier())
        await made.start()
        yield made
        await made.close()


class Crowd:
    """People who keep on asking; what they were told."""

    def __init__(self, store: PostgresStore) -> None:
        self._store = store
        self.made: set[str] = set()
        self.unavailable_count = 0
        self.other_errors: list[BaseException] = []
        self.slowest = 0.0
        self._tasks = [asyncio.create_task(self._ask(number)) for number in range(CROWD)]

    async def _ask(self, number: int) -> None:
        loop = asyncio.get_running_loop()
        for turn in range(1_000_000):
            name = f"{number}-{turn}"
            began = loop.time()
            try:
                await self._add(name)
            except Unavailable:
                self.unavailable_count += 1
                await asyncio.sleep(ASKS_AGAIN_SECONDS)
            except UsernameTaken:
                self.other_errors.append(AssertionError(f"{name} was added twice"))
            except BaseException as error:
                if isinstance(error, asyncio.CancelledError):
                    raise
                self.other_errors.append(error)
            self.slowest = max(self.slowest, loop.time() - began)

    async def _add(self, name: str) -> None:
        await self._store.transact(lambda unit: unit.accounts.add(name, "hash", NOON))
        self.made.add(name)
        await self._store.observe(lambda unit: unit.accounts.find(name))

    async def until(self, more: int) -> None:
        """Returns when so many more have been made."""
        wanted = len(self.made) + more
        while len(self.made) < wanted:
            await asyncio.sleep(0.001)

    async def goes(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)


class TestServer:
    @pytest.mark.parametrize("mode", ["immediate", "fast"])
    async def test_one_that_restarts_under_load_is_unavailable_and_back_at_once(
        self, cluster: Cluster, store: PostgresStore, mode: str
    ) -> None:
        crowd = Crowd(store)
        await crowd.until(100)
        await asyncio.to_thread(cluster.stop, mode)
        await asyncio.to_thread(cluster.start)
        before = crowd.unavailable_count
        async with asyncio.timeout(PATIENCE_SECONDS):
            await crowd.until(100)
        # It waits for nothing once the server answers: who was being told so, and nobody twice
        assert crowd.unavailable_count - before <= CROWD
        await crowd.goes()
        await asyncio.gather(*store._tasks, return_exceptions=True)
        assert crowd.other_errors == []
        assert before > 0
        assert crowd.slowest < 5
        async with beside(store) as connection:
            found = await connection.execute(text("SELECT username FROM accounts"))
            assert crowd.made <= {row[0] for row in found}
            asked = """SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND state <> 'idle'"""
            assert (await connection.execute(text(asked))).scalar_one() == 1  # this one
        assert store.pool_use().taken == 0

    async def test_connections_that_ended_while_nobody_asked_are_not_noticed(
        self, cluster: Cluster, store: PostgresStore
    ) -> None:
        await asyncio.gather(
            *(store.transact(lambda unit: unit.accounts.find("a")) for _ in range(20))
        )
        await asyncio.to_thread(cluster.stop, "immediate")
        await asyncio.to_thread(cluster.start)
        for _ in range(20):
            await store.transact(lambda unit: unit.accounts.find("a"))
            await store.observe(lambda unit: unit.accounts.find("a"))

    async def test_a_connection_lost_before_the_commit_is_run_again(
        self, store: PostgresStore
    ) -> None:
        ran = 0

        def work(unit: Any) -> UserId:
            nonlocal ran
            ran += 1
            added = unit.accounts.add("anna", "hash", NOON)
            if ran == 1:
                unit.accounts._execute(text(END_CONNECTION))
            return UserId(added)

        assert await store.transact(work) > 0
        assert ran == 2
        assert (await store.observe(lambda unit: unit.accounts.find("anna"))) is not None

    async def test_one_that_died_at_rest_is_found_before_the_commit(
        self, store: PostgresStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Though its function asks nothing, so that COMMIT might go with all it does."""
        run, ran = PgConnection.run, 0

        def dies(connection: PgConnection, before: str, statements: Any, after: str = "") -> str:
            nonlocal ran
            ran += 1
            if ran == 1:
                connection.driver.terminate()
            return run(connection, before, statements, after)

        def work(unit: Any) -> None:
            for number in range(2):
                unit.sessions.remove([session_of(number)])

        monkeypatch.setattr(PgConnection, "run", dies)
        await store.transact(work)
        assert ran > 1

    async def test_of_one_lost_at_the_commit_nobody_says_what_became_of_it(
        self, store: PostgresStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It was committed, and only the answer was lost: run again it would be done twice."""
        ran = 0
        run = PgConnection.run

        def lost(connection: PgConnection, before: str, statements: Any, after: str = "") -> str:
            said = run(connection, before, statements, after)
            return run(connection, END_CONNECTION, []) if after == "COMMIT" else said

        def work(unit: Any) -> None:
            nonlocal ran
            ran += 1
            unit.accounts.add("anna", "hash", NOON)

        with monkeypatch.context() as patch:
            patch.setattr(PgConnection, "run", lost)
            with pytest.raises(Unavailable):
                await store.transact(work)
        assert ran == 1
        assert await store.observe(lambda unit: unit.accounts.find("anna")) is not None

    async def test_nobody_waits_for_a_server_that_says_nothing(
        self, store: PostgresStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(postgres, "ANSWER_SECONDS", 0.2)
        done = asyncio.Event()

        def work(unit: Any) -> None:
            unit.accounts._execute(text("SELECT pg_sleep(2)"))
            unit.accounts.add("anna", "hash", NOON)
            done.set()

        with pytest.raises(Unavailable):
            await store.transact(work)
        assert not done.is_set()
        await done.wait()
        await asyncio.gather(*store._tasks)
        assert await store.observe(lambda unit: unit.accounts.find("anna")) is not None
