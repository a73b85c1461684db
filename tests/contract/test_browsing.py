"""Looks through lists: few at once, each for a moment, and never in the way of other looks."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from sqlalchemy import URL, text

from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.sql import pg_transaction
from attendance_adapters.sql.postgres import PostgresStore
from attendance_adapters.sql.sqlite import LIST_THREADS, SqliteStore
from attendance_core.errors import Unavailable
from tests.support.eventually import eventually
from tests.support.sqlite_writer import adds

ENDLESS = """WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1e9)
    SELECT max(i) FROM n"""
SLEEP = "SELECT cast(pg_sleep(60) AS varchar)"
POOL_SIZE = 4  # connections, of which half are for lists


def look_that_runs(statement: str) -> Callable[[Any], None]:
    """Makes a look of a statement that no store would run."""
    made = text(statement)
    return lambda unit: unit.events._execute(made)


async def begin_looks(store: Any, look: Any, count: int) -> list[asyncio.Task[Any]]:
    tasks = [asyncio.create_task(store.browse(look)) for _ in range(count)]
    await asyncio.sleep(0)
    return tasks


class TestSqlite:
    async def test_a_short_one_stays_in_the_loop_and_a_long_one_has_its_own_thread(
        self, sqlite_store: SqliteStore
    ) -> None:
        def look(unit: Any) -> str:
            unit.events.search(None)
            return threading.current_thread().name.rpartition("_")[0]

        assert await sqlite_store.browse(look) == ""
        await sqlite_store.transact(lambda unit: [adds(f"E {n}")(unit) for n in range(1000)])
        assert await sqlite_store.browse(look) == "attendance-lists"

    async def test_many_keep_no_other_look_waiting(self, sqlite_store: SqliteStore) -> None:
        """Also one that is too long for the event loop."""
        await sqlite_store.transact(lambda unit: [adds(f"E {n}")(unit) for n in range(1000)])
        go_on, running = threading.Event(), threading.Semaphore(0)

        def look(unit: Any) -> None:
            unit.events.search(None)  # too long for the event loop
            running.release()
            go_on.wait(30)

        tasks = await begin_looks(sqlite_store, look, 50)
        try:
            for _ in range(LIST_THREADS):
                await asyncio.to_thread(running.acquire)
            async with asyncio.timeout(10):
                found = await sqlite_store.observe(lambda unit: len(unit.events.search(None)))
            assert found == 1000
            assert not any(task.done() for task in tasks) and not running.acquire(blocking=False)
        finally:
            go_on.set()
        await asyncio.gather(*tasks)

    async def test_one_that_takes_too_long_is_ended(
        self, monkeypatch: pytest.MonkeyPatch, sqlite_store: SqliteStore
    ) -> None:
        monkeypatch.setattr(sqlite_store._list_readers, "_look_seconds", 0.05)
        for _ in range(2 * LIST_THREADS):
            with pytest.raises(Unavailable):
                await sqlite_store.browse(look_that_runs(ENDLESS))
        assert await sqlite_store.browse(lambda unit: unit.events.search(None)) == []

    async def test_one_whose_caller_has_gone_is_ended(
        self, monkeypatch: pytest.MonkeyPatch, sqlite_store: SqliteStore
    ) -> None:
        monkeypatch.setattr(sqlite_store._list_readers, "_look_seconds", 3600.0)
        tasks = await begin_looks(sqlite_store, look_that_runs(ENDLESS), 2 * LIST_THREADS)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        await eventually(lambda: sqlite_store.abandoned_count == 0)


class TestPostgres:
    @pytest.fixture
    async def store(self, postgres_url: URL) -> AsyncIterator[PostgresStore]:
        made = PostgresStore(postgres_url, LocalNotifier(), pool_size=POOL_SIZE)
        await made.start()
        yield made
        await made.close()

    async def test_many_keep_no_other_look_waiting(self, store: PostgresStore) -> None:
        tasks = await begin_looks(store, look_that_runs(SLEEP), 50)
        await eventually(lambda: store.pool_use().taken == POOL_SIZE // 2)
        for _ in range(10):
            assert await store.observe(lambda unit: unit.accounts.find("anna")) is None
            assert store.pool_use().taken == POOL_SIZE // 2
        assert not any(task.done() for task in tasks)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        for task in store._tasks:  # they would go on one after another
            task.cancel()

    async def test_one_that_takes_too_long_is_ended(
        self, monkeypatch: pytest.MonkeyPatch, store: PostgresStore
    ) -> None:
        monkeypatch.setattr(pg_transaction, "BROWSE_SECONDS", 0.05)
        for _ in range(2 * POOL_SIZE):
            with pytest.raises(Unavailable):
                await store.browse(look_that_runs(SLEEP))
        assert await store.browse(lambda unit: unit.events.search(None)) == []
        monkeypatch.undo()
        began = time.monotonic()
        await store.observe(look_that_runs("SELECT cast(pg_sleep(0.1) AS varchar)"))
        assert time.monotonic() - began >= 0.1, "what is no list is not in such a hurry"
