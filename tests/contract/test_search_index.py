"""Among very many names a part is found by the index of trigrams, on each engine that has one."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
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
from tests.support.postgres_rivals import beside
from tests.support.round_trips import asked
from tests.support.sqlite_file import an_empty_database

NAMES = 100_000  # on SQLite a fifth of them will do: what it plans does not depend on how many
WITHIN_SECONDS = 0.5  # it takes some milliseconds, and a walk through all names some 50
ROUNDS = 12  # PostgreSQL may settle on a plan for all parts after five
RARE, ONE, NOBODY = "елков-042 анн", "анна ов-19999", "никого нет"
# Of each number a person and an event; no two have one name, and none of them has the last part
FILL = (
    """INSERT INTO accounts (user_id, username, username_key, password_hash, created_at)
        SELECT n, 'u' || n, 'u' || n, '', 0 FROM numbers""",
    """INSERT INTO profiles (user_id, display_name, name_key, bio)
        SELECT n, name, name, '' FROM numbers""",
    """INSERT INTO events (event_id, name, name_key, creator_id, starts_at, ends_at)
        SELECT {id}, name, name, 1, 0, 1 FROM numbers""",
)
FILL_POSTGRES = (
    """CREATE TEMPORARY TABLE numbers AS SELECT n, 'анна ёлков-' || to_char(n, 'FM00000') AS name
        FROM generate_series(1, {names}) AS n""",
    *(each.replace("{id}", "md5(name)::uuid") for each in FILL),
    "ANALYZE",
)
FILL_SQLITE = (
    """CREATE TEMPORARY TABLE numbers AS
        WITH RECURSIVE each (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM each WHERE n < {names})
        SELECT n, printf('анна ёлков-%05d', n) AS name FROM each""",
    *(each.replace("{id}", "printf('%032x', n)") for each in FILL),
)


async def searched(store: Any, kind: str, part: str) -> int:
    """How many of the first hundred were found, each time soon enough."""
    found = 0
    page: Any = (EventQuery(100),) if kind == "events" else (100, 0)
    for _ in range(ROUNDS):
        began = time.perf_counter()
        found = len(await store.observe(lambda unit: getattr(unit, kind).search(part, *page)))
        assert time.perf_counter() - began < WITHIN_SECONDS
    return found


async def check_found_soon(store: Any, kind: str) -> None:
    assert await searched(store, kind, RARE) == 100
    assert await searched(store, kind, ONE) == 1
    assert await searched(store, kind, NOBODY) == 0


@pytest.mark.long
@pytest.mark.timeout(400)
class TestPostgres:
    """Of fewer names it finds, by what it counts, that going through all is as soon done."""

    @pytest.fixture
    async def store(self, postgres_server: str) -> AsyncIterator[PostgresStore]:
        with a_database(postgres_server) as url:

            def fill(on: Any) -> None:
                for statement in FILL_POSTGRES:
                    on.execute(
                        text(statement.replace("{names}", str(NAMES)).replace("::", r"\:\:"))
                    )
                on.commit()

            run_on_connection(url, fill)
            made = PostgresStore(url, LocalNotifier())
            await made.start()
            yield made
            await made.close()

    async def test_the_plan_of_what_the_adapter_asks_has_the_index(
        self, store: PostgresStore
    ) -> None:
        for kind in ("profiles", "events"):
            await check_found_soon(store, kind)
        async with beside(store) as connection:
            installed = await connection.execute(
                text("SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'")
            )
            if not installed.scalar_one():
                pytest.skip("no pg_trgm here: names are found without, only slower")
            for kind in ("profiles", "events"):
                # Of a hundred that match it may find, by its sample, that going through all is as
                # soon done; how soon either is has been seen above
                with asked() as noted:
                    for part in (ONE, NOBODY):
                        await searched(store, kind, part)
                searches = [each for each in noted if "LIKE" in each.text]
                assert searches
                for statement, parameters in searches:
                    driver = (await connection.get_raw_connection()).driver_connection
                    assert driver is not None
                    plan = await driver.fetch(f"EXPLAIN {statement}", *parameters)
                    assert f"trigrams_of_{kind}_folded" in str(plan), plan


@pytest.mark.long
class TestSqlite:
    @pytest.fixture
    async def store(self, tmp_path: Path) -> AsyncIterator[SqliteStore]:
        path = an_empty_database(tmp_path)

        def fill() -> None:
            with sqlite3.connect(path) as on:
                for statement in FILL_SQLITE:
                    on.execute(statement.replace("{names}", str(NAMES // 5)))
            on.close()

        await asyncio.to_thread(fill)
        made = SqliteStore(path, SystemClock(), LocalNotifier())
        await made.start()
        yield made
        await made.close()

    async def test_the_plan_of_what_the_adapter_asks_has_the_index(
        self, store: SqliteStore
    ) -> None:
        told: list[str] = []
        for connection in store._connections:
            connection.set_trace_callback(told.append)
        for kind in ("profiles", "events"):
            told.clear()
            await check_found_soon(store, kind)
            searches = {each for each in told if each.startswith("SELECT") and "instr(" in each}
            assert len(searches) == 3
            with sqlite3.connect(store._path) as on:
                for statement in searches:
                    plan = str(on.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall())
                    assert f"SCAN trigrams_of_{kind}_folded VIRTUAL TABLE INDEX" in plan, plan
                    assert f"SCAN {kind}" not in plan, plan
            on.close()
