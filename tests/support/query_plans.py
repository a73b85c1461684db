"""Which way an engine finds what a store asks it for."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Coroutine
from typing import Any

from attendance_adapters.sql.postgres import PostgresStore
from attendance_adapters.sql.sqlite import SqliteStore
from tests.support.postgres_rivals import beside
from tests.support.round_trips import asked


async def plan_of(
    store: SqliteStore | PostgresStore, look: Callable[[], Coroutine[Any, Any, Any]], words: str
) -> str:
    """Finds the plan of the one statement with these words that a look asks."""
    if isinstance(store, SqliteStore):
        return await _plan_on_sqlite(store, look, words)
    return await _plan_on_postgres(store, look, words)


async def _plan_on_sqlite(store: SqliteStore, look: Callable[[], Any], words: str) -> str:
    statements: list[str] = []
    for connection in store._connections:
        connection.set_trace_callback(statements.append)
    await look()
    for connection in store._connections:
        connection.set_trace_callback(None)
    (statement,) = {each for each in statements if words in each}
    with sqlite3.connect(store._path) as on:
        plan = str(on.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall())
    on.close()
    return plan


async def _plan_on_postgres(store: PostgresStore, look: Callable[[], Any], words: str) -> str:
    with asked() as noted:
        await look()
    ((statement, parameters),) = [each for each in noted if words in each.text]
    async with beside(store) as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        return str(await driver.fetch(f"EXPLAIN {statement}", *parameters))
