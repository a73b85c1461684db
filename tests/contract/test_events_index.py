"""Among very many events, a list by times is read from an index, whatever is asked for."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.sql.maintenance import run_on_connection
from attendance_adapters.sql.postgres import PostgresStore
from attendance_adapters.sql.sqlite import SqliteStore
from attendance_adapters.system import SystemClock
from attendance_core.events import EventQuery
from tests.support.postgres_databases import a_database
from tests.support.query_plans import plan_of
from tests.support.sqlite_file import an_empty_database

EVENT_COUNT, NOT_OVER_COUNT, LIMIT = 20_000, 30, 20
ADD_PERSON = """INSERT INTO accounts (user_id, username, username_key, password_hash, created_at)
    VALUES (1, 'anna', 'anna', '', 0)"""
# One ends a second, each second
ADD_EVENTS = """INSERT INTO events (event_id, name, name_key, creator_id, starts_at, ends_at)
    SELECT {id}, 'e' || n, 'e' || n, 1, n * 1000000, n * 1000000 + 500000 FROM numbers"""
FILL_SQLITE = (
    ADD_PERSON,
    f"""CREATE TEMPORARY TABLE numbers AS
        WITH RECURSIVE each (n) AS
            (SELECT 1 UNION ALL SELECT n + 1 FROM each WHERE n < {EVENT_COUNT})
        SELECT n FROM each""",
    ADD_EVENTS.replace("{id}", "printf('%032x', n)"),
)
FILL_POSTGRES = (
    ADD_PERSON,
    f"""CREATE TEMPORARY TABLE numbers AS
        SELECT n\\:\\:bigint FROM generate_series(1, {EVENT_COUNT}) AS n""",
    ADD_EVENTS.replace("{id}", r"md5(n\:\:text)\:\:uuid"),
    "ANALYZE",
)
NOW = float(EVENT_COUNT - NOT_OVER_COUNT)
QUERIES = [
    EventQuery(LIMIT, 0, ends_after, starts_before, newest_first)
    for ends_after, starts_before, newest_first in product((None, NOW), (None, NOW), (False, True))
]


def index_for(query: EventQuery) -> str:
    """Tells which one leads to few rows, or to those that come first."""
    by_start = query.ends_after is None
    return "ix_events_starts_at_name_key" if by_start else "ix_events_ends_at"


async def check_list(store: Any, query: EventQuery) -> None:
    rows = await store.observe(lambda unit: unit.events.search(None, query))
    every = [float(number) for number in range(1, EVENT_COUNT + 1)]
    may_be_over = query.ends_after is None
    starts = [
        start
        for start in (every[::-1] if query.newest_first else every)
        if (may_be_over or start + 0.5 > NOW) and (query.starts_before is None or start < NOW)
    ]
    assert [each.starts_at for each in rows] == starts[:LIMIT]


@pytest.fixture
async def sqlite_store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    path = an_empty_database(tmp_path)

    def fill() -> None:
        with sqlite3.connect(path) as on:
            for statement in FILL_SQLITE:
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
            for statement in FILL_POSTGRES:
                on.execute(text(statement))
            on.commit()

        run_on_connection(url, fill)
        made = PostgresStore(url, LocalNotifier())
        await made.start()
        yield made
        await made.close()


async def check_plans(store: SqliteStore | PostgresStore) -> None:
    for query in QUERIES:
        plan = await plan_of(store, partial(check_list, store, query), "FROM events")
        assert index_for(query) in plan, (query, plan)


async def test_lists_are_read_from_indexes_of_sqlite(sqlite_store: SqliteStore) -> None:
    """Contract: 5.10."""
    await check_plans(sqlite_store)


@pytest.mark.long
async def test_lists_are_read_from_indexes_of_postgresql(postgres_store: PostgresStore) -> None:
    """Contract: 5.10."""
    await check_plans(postgres_store)
