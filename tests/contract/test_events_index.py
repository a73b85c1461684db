"""Among very many events, a list by times is read from an index, whatever is asked for."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.sql.migrate import run_on_connection
from attendance_adapters.sql.postgres import PostgresStore
from attendance_adapters.sql.sqlite import SqliteStore
from attendance_adapters.system import SystemClock
from attendance_core.events import EventQuery
from tests.support.postgres import a_database
from tests.support.sqlite_file import an_empty_database

EVENTS, NOT_OVER, ROWS = 20_000, 30, 20
PERSON = """INSERT INTO accounts (user_id, username, username_key, password_hash, created_at)
    VALUES (1, 'anna', 'anna', '', 0)"""
# One ends a second, each second
EVENT = """INSERT INTO events (event_id, name, name_key, creator_id, starts_at, ends_at)
    SELECT {id}, 'e' || n, 'e' || n, 1, n * 1000000, n * 1000000 + 500000 FROM numbers"""
SQLITE = (
    PERSON,
    f"""CREATE TEMPORARY TABLE numbers AS
        WITH RECURSIVE each (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM each WHERE n < {EVENTS})
        SELECT n FROM each""",
    EVENT.replace("{id}", "printf('%032x', n)"),
)
POSTGRES = (
    PERSON,
    f"""CREATE TEMPORARY TABLE numbers AS
        SELECT n\\:\\:bigint FROM generate_series(1, {EVENTS}) AS n""",
    EVENT.replace("{id}", r"md5(n\:\:text)\:\:uuid"),
    "ANALYZE",
)
NOW = float(EVENTS - NOT_OVER)
QUERIES = [
    EventQuery(ROWS, 0, ends_after, starts_before, newest_first)
    for ends_after, starts_before, newest_first in product((None, NOW), (None, NOW), (False, True))
]


def index_for(query: EventQuery) -> str:
    """The one that leads to few rows, or to those that come first."""
    by_start = query.ends_after is None
    return "ix_events_starts_at_name_key" if by_start else "ix_events_ends_at"


async def listed(store: Any, query: EventQuery) -> None:
    rows = await store.observe(lambda unit: unit.events.search(None, query))
    every = [float(number) for number in range(1, EVENTS + 1)]
    has_end = query.ends_after is None
    starts = [
        start
        for start in (every[::-1] if query.newest_first else every)
        if (has_end or start + 0.5 > NOW) and (query.starts_before is None or start < NOW)
    ]
    assert [each.starts_at for each in rows] == starts[:ROWS]


@pytest.fixture
async def sqlite_store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    path = an_empty_database(tmp_path)

    def fill() -> None:
        with sqlite3.connect(path) as on:
            for statement in SQLITE:
                on.execute(statement)
        on.close()

    await asyncio.to_thread(fill)
    made = SqliteStore(path, SystemClock(), LocalNotifier())
    await made.start()
    yield made
    await made.close()


@pytest.fixture
async def postgres_store(postgres_server: str) -> AsyncIterator[PostgresStore]:
    with a_database(postgres_server) as url:

        def fill(on: Any) -> None:
            for statement in POSTGRES:
                on.execute(text(statement))
            on.commit()

        run_on_connection(url, fill)
        made = PostgresStore(url, LocalNotifier())
        await made.start()
        yield made
        await made.close()


async def test_sqlite(sqlite_store: SqliteStore) -> None:
    """Contract: 5.10."""
    asked: list[str] = []
    for connection in sqlite_store._connections:
        connection.set_trace_callback(asked.append)
    for query in QUERIES:
        asked.clear()
        await listed(sqlite_store, query)
        (statement,) = {each for each in asked if "FROM events" in each}
        with sqlite3.connect(sqlite_store._path) as on:
            plan = str(on.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall())
        on.close()
        assert f"USING INDEX {index_for(query)}" in plan, (query, plan)


async def test_postgres(postgres_store: PostgresStore) -> None:
    """Contract: 5.10."""
    asked: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        if "FROM events" in statement:
            asked.append((statement, parameters))

    event.listen(postgres_store._engine.sync_engine, "before_cursor_execute", note)
    for query in QUERIES:
        asked.clear()
        await listed(postgres_store, query)
        ((statement, parameters),) = asked
        async with postgres_store._single_read_engine.connect() as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            assert driver is not None
            plan = str(await driver.fetch(f"EXPLAIN {statement}", *parameters))
        assert index_for(query) in plan, (query, plan)
