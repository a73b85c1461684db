"""The newest entries of an event are read from an index, and no others. Contract: GetLedger."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, Connection, text

from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.sql.addresses import sqlite_url
from attendance_adapters.sql.maintenance import run_on_connection
from attendance_adapters.sql.postgres import PostgresStore
from attendance_adapters.sql.sqlite import SqliteStore
from attendance_adapters.system import SystemClock
from attendance_core.pieces import ListQuery
from attendance_core.testing.lectures import EVENT
from tests.support.query_plans import plan_of
from tests.support.sqlite_file import an_empty_database

ENTRY_COUNT, LIMIT, ENTRIES_AN_INSTANT = 3_000, 20, 7
NUMBERS = f"""CREATE TEMPORARY TABLE numbers AS WITH RECURSIVE each (n) AS
    (SELECT 2 UNION ALL SELECT n + 1 FROM each WHERE n <= {ENTRY_COUNT}) SELECT n FROM each"""
EVENT_ID = {"sqlite": f"'{EVENT.hex}'", "postgresql": f"CAST('{EVENT}' AS uuid)"}
# Some are of one instant
FILL = (
    """INSERT INTO accounts (user_id, username, username_key, password_hash, created_at)
        SELECT n, CAST(n AS text), CAST(n AS text), '', 0 FROM numbers
        UNION ALL SELECT 1, 'anna', 'anna', '', 0""",
    """INSERT INTO profiles (user_id, display_name, name_key, bio)
        SELECT user_id, username, username, '' FROM accounts""",
    """INSERT INTO events (event_id, name, name_key, creator_id, starts_at, ends_at)
        VALUES ({event}, 'e', 'e', 1, 0, 1)""",
    f"""INSERT INTO ledger (event_id, user_id, n, actor_id, at, month, origin, actor_checked,
            person_checked)
        SELECT {{event}}, n, 1, 1, n / {ENTRIES_AN_INSTANT}, 0, 'hand', false, false
        FROM numbers""",
    "ANALYZE",
)
WITHOUT_TRIGGERS = "SET session_replication_role = replica"


def fill(on: Connection) -> None:
    engine = on.dialect.name
    for statement in (*([WITHOUT_TRIGGERS] if engine == "postgresql" else []), NUMBERS, *FILL):
        on.execute(text(statement.replace("{event}", EVENT_ID[engine])))
    on.commit()


@pytest.fixture(params=["sqlite", "postgres"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Any]:
    made: SqliteStore | PostgresStore
    if request.param == "sqlite":
        path = an_empty_database(tmp_path)
        run_on_connection(sqlite_url(path), fill)
        made = SqliteStore(path, SystemClock(), LocalNotifier())
    else:
        url: URL = request.getfixturevalue("postgres_url")
        run_on_connection(url, fill)
        made = PostgresStore(url, LocalNotifier())
    await made.start()
    yield made
    await made.close()


async def test_whatever_piece_of_them(store: Any) -> None:
    seen: list[int] = []
    query: Any = ListQuery(LIMIT)

    async def look() -> None:
        nonlocal query
        lines = await store.observe(lambda unit: unit.ledger.of(EVENT, None, query))
        seen.extend(line.entry.user_id for line in lines)
        query = ListQuery(LIMIT, after=lines[-1])

    for _ in range(2):
        plan = await plan_of(store, look, "FROM ledger")
        assert "ix_ledger_event_id_at_user_id_n" in plan and "SORT" not in plan.upper(), plan
    newest = range(ENTRY_COUNT + 1, ENTRY_COUNT + 1 - 2 * LIMIT, -1)
    assert seen == list(newest)
