"""What a piece of a list costs does not grow with what comes before it. Contract: 1.20."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.sql.sqlite import SqliteStore
from attendance_adapters.system import SystemClock
from attendance_core.events import Event, EventQuery
from attendance_core.pieces import ListQuery
from attendance_core.vocabulary import EventId, UserId
from tests.support.sqlite_file import an_empty_database
from tests.support.sqlite_writer import driver_of

ROWS, PIECE_ROWS = 3_000, 100
INSTRUCTIONS_PER_COUNT = 100  # of SQLite's virtual machine
ME, CROWDED_EVENT, LONG_LEDGER_EVENT = UserId(1), EventId(UUID(int=1)), EventId(UUID(int=2))
FILL = f"""
CREATE TEMPORARY TABLE numbers AS WITH RECURSIVE each (n) AS
    (SELECT 1 UNION ALL SELECT n + 1 FROM each WHERE n < {ROWS + 1}) SELECT n FROM each;
INSERT INTO accounts (user_id, username, username_key, password_hash, created_at)
    SELECT n, 'u' || n, 'u' || n, '', 0 FROM numbers;
INSERT INTO profiles (user_id, display_name, name_key, bio)
    SELECT n, 'n' || n % 997, 'n' || n % 997, '' FROM numbers;
INSERT INTO events (event_id, name, name_key, creator_id, starts_at, ends_at)
    SELECT printf('%032x', n), 'e' || n, 'e' || n, 1, n % 100 * 1000000, 100000000 FROM numbers;
INSERT INTO places (event_id, user_id, member, version, last_n)
    SELECT printf('%032x', 1), n, 1, 0, 1 FROM numbers WHERE n > 1
    UNION ALL SELECT printf('%032x', n), 1, 1, 0, 0 FROM numbers WHERE n > 2
    UNION ALL SELECT printf('%032x', 2), 1, 1, 0, {ROWS};
INSERT INTO ledger (event_id, user_id, n, previous_n, actor_id, at, month, origin, reason,
                    actor_checked, person_checked)
    SELECT printf('%032x', 1), n, 1, NULL, 1, n % 100, 1, 'hand', NULL, 0, 0
        FROM numbers WHERE n > 1
    UNION ALL SELECT printf('%032x', 2), 1, n, nullif(n - 1, 0), 2, n, 1,
        CASE n % 2 WHEN 1 THEN 'hand' END, CASE n % 2 WHEN 0 THEN 'other' END, 0, 0
        FROM numbers WHERE n <= {ROWS};
INSERT INTO friendships (low_id, high_id, asker_id, asked_at, accepted)
    SELECT 1, n, n, n % 100, 0 FROM numbers WHERE n > 1;
"""
EVENT_COUNT = 5_000
FILL_WITH_EVENTS = f"""INSERT INTO events (event_id, name, name_key, creator_id, starts_at, ends_at)
    WITH RECURSIVE each (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM each WHERE n < {EVENT_COUNT})
    SELECT printf('%032x', n), 'e' || n, 'e' || n, 1, {{}} * 1000000, 6000000000 FROM each"""
ACCEPT_ALL_REQUESTS = "UPDATE friendships SET accepted = 1"
LISTS: dict[str, Callable[[Any, ListQuery[Any]], Any]] = {
    "participants": lambda unit, query: unit.participants.listed(CROWDED_EVENT, query),
    "the ledger": lambda unit, query: unit.ledger.of(CROWDED_EVENT, None, query),
    "the ledger of one": lambda unit, query: unit.ledger.of(LONG_LEDGER_EVENT, ME, query),
    "attended": lambda unit, query: unit.events.attended_by(ME, query),
    "friends": lambda unit, query: unit.friendships.friends_of(ME, query),
    "requests": lambda unit, query: unit.friendships.requests_to(ME, query),
}

USUAL = "the ledger"  # for every run; the others are read as it is


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    path = an_empty_database(tmp_path)

    def fill() -> None:
        with sqlite3.connect(path) as on:
            on.executescript(FILL)
        on.close()

    await asyncio.to_thread(fill)
    made = SqliteStore(path, SystemClock(), LocalNotifier())
    await made.start()
    yield made
    await made.close()


@pytest.mark.parametrize(
    "name",
    [pytest.param(each, marks=[] if each == USUAL else pytest.mark.long) for each in LISTS],
)
async def test_none_costs_more_than_twice_as_much_as_the_first(
    store: SqliteStore, name: str
) -> None:
    if name == "friends":
        await store.transact(lambda unit: driver_of(unit).execute(ACCEPT_ALL_REQUESTS))

    def instructions_of_pieces(unit: Any) -> list[int]:
        instructions: list[int] = []
        query: ListQuery[Any] = ListQuery(PIECE_ROWS)

        def count() -> None:
            instructions[-1] += INSTRUCTIONS_PER_COUNT

        for _ in range(ROWS // PIECE_ROWS):
            instructions.append(0)
            driver_of(unit).set_progress_handler(count, INSTRUCTIONS_PER_COUNT)
            found = LISTS[name](unit, query)
            driver_of(unit).set_progress_handler(None, 0)
            assert len(found) == PIECE_ROWS
            query = ListQuery(PIECE_ROWS, after=found[-1])
        return instructions

    instructions = await store.transact(instructions_of_pieces)
    assert max(instructions) <= 2 * instructions[0], instructions
    if name == "the ledger of one":
        assert max(instructions) < 10 * ROWS, "it is read by its key"


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("starts", ["n", "0"], ids=["each its own start", "one start"])
async def test_a_piece_of_events_far_down_costs_as_much_as_one_at_the_top(
    sqlite_store: SqliteStore, newest_first: bool, starts: str
) -> None:
    query = EventQuery(PIECE_ROWS, newest_first=newest_first)
    await sqlite_store.transact(
        lambda unit: driver_of(unit).execute(FILL_WITH_EVENTS.format(starts))
    )
    instructions: list[int] = []

    def look(unit: Any, after: Event | None) -> Event:
        instructions.append(0)

        def count() -> None:
            instructions[-1] += INSTRUCTIONS_PER_COUNT

        driver_of(unit).set_progress_handler(count, INSTRUCTIONS_PER_COUNT)
        found = unit.events.search(None, replace(query, after=after))
        driver_of(unit).set_progress_handler(None, 0)
        assert len(found) == PIECE_ROWS
        return found[-1]  # type: ignore[no-any-return]

    after: Event | None = None
    for _ in range(EVENT_COUNT // PIECE_ROWS):
        after = await sqlite_store.transact(partial(look, after=after))
    later = instructions[1:]
    assert max(later) <= 2 * min(later) < 2 * EVENT_COUNT, instructions
