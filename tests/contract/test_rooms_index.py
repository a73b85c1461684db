"""A glance at rooms, and a command, go by indexes, and read nobody else's rooms.

Decisions 0022, 0023.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import URL, Connection, text

from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.sql.addresses import sqlite_url
from attendance_adapters.sql.maintenance import run_on_connection
from attendance_adapters.sql.postgres import PostgresStore
from attendance_adapters.sql.sqlite import SqliteStore
from attendance_adapters.system import SystemClock
from attendance_core.marking.connections import Connection as Socket
from attendance_core.marking.connections import Role
from attendance_core.vocabulary import ConnectionId, EventId, ProcessId, SessionId, UserId
from tests.support.query_plans import plan_of
from tests.support.sqlite_file import an_empty_database

PEOPLE, ROOMS = 6_000, 200
NUMBERS = f"""CREATE TEMPORARY TABLE numbers AS WITH RECURSIVE each (n) AS
    (SELECT 1 UNION ALL SELECT n + 1 FROM each WHERE n < {PEOPLE}) SELECT n FROM each"""
# Half of them wait; one of ten marks; two processes have a half of the sockets each
FILL = (
    """INSERT INTO accounts (user_id, username, username_key, password_hash, created_at)
        SELECT n, CAST(n AS text), CAST(n AS text), '', 0 FROM numbers""",
    f"""INSERT INTO events (event_id, name, name_key, creator_id, starts_at, ends_at)
        SELECT {{id(n)}}, CAST(n AS text), CAST(n AS text), 1, 0, 1 FROM numbers
            WHERE n <= {ROOMS}""",
    f"""INSERT INTO places (event_id, user_id, member, version, since)
        SELECT {{id(n % {ROOMS} + 1)}}, n, true, 1, CASE n % 2 WHEN 0 THEN 1 END FROM numbers""",
    "INSERT INTO processes VALUES ({id(1)}, 1, 1), ({id(2)}, 1, 1)",
    f"""INSERT INTO connections (connection_id, event_id, user_id, role, process_id, session_id)
        SELECT {{id(n)}}, {{id(n % {ROOMS} + 1)}}, n,
            CASE n % 10 WHEN 0 THEN 'marking' ELSE 'mark_me' END, {{id(n % 2 + 1)}}, 's'
        FROM numbers""",
    "ANALYZE",
)
WITHOUT_TRIGGERS = "SET session_replication_role = replica"
ID_SQL = {
    "sqlite": "printf('%032x', {})",
    "postgresql": "CAST(lpad(to_hex({}), 32, '0') AS uuid)",
}


def fill(on: Connection) -> None:
    engine = on.dialect.name
    for statement in (*([WITHOUT_TRIGGERS] if engine == "postgresql" else []), NUMBERS, *FILL):
        parts = statement.split("{id(")
        sql = parts[0]
        for part in parts[1:]:
            number, _, rest = part.partition(")}")
            sql += ID_SQL[engine].format(number) + rest
        on.execute(text(sql))
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


async def test_whatever_room_it_is_of(store: Any) -> None:
    event_ids = [EventId(UUID(int=number)) for number in range(1, 4)]
    found: list[Any] = []

    async def look() -> None:
        process_id = ProcessId(UUID(int=1))
        found[:] = await store.observe(lambda unit: unit.rooms.glances(event_ids, process_id))

    plan = await plan_of(store, look, "FROM events")
    rooms = {each.event_id.int: bool(each.listed and each.sockets) for each in found}
    assert rooms == {1: True, 2: False, 3: True}
    for table in ("places", "connections"):
        assert f"SCAN {table}" not in plan and f"Seq Scan on {table}" not in plan, plan
    for index in ("ix_places_listed", "ix_connections_event_id_process_id"):
        assert index in plan, plan
    assert "ix_connections_marking" in plan, plan


async def test_what_a_command_stands_on_of_two_people(store: Any) -> None:
    ids = ConnectionId(UUID(int=10)), EventId(UUID(int=11)), UserId(10)
    mine = Socket(*ids, Role.MARKING, ProcessId(UUID(int=1)), SessionId("s"))
    target, found = UserId(210), []

    async def look() -> None:
        footing = await store.observe(
            lambda unit: unit.footings.lock_for_command(mine, [target], target, connection_limit=32)
        )
        found.append(footing)

    plan = await plan_of(store, look, "AS latest_connections")
    ((places, event, connection, connections_of),) = found
    assert (list(places), event.event_id, connection.user_id) == ([10, 210], ids[1], 10)
    assert [each.connection_id.int for each in connections_of[target]] == [210]
    for table in ("places", "connections"):
        assert f"SCAN {table}" not in plan and f"Seq Scan on {table}" not in plan, plan
    assert "uq_places_one_hold_a_marker" in plan, plan
