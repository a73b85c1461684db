"""A SQLite file has nothing of names that have gone, once it was scrubbed; see test_traces."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import text

from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.sql import sqlite_scrub
from attendance_adapters.sql.sqlite import SqliteStore
from attendance_adapters.sql.sqlite_scrub import cut_log, merge_names
from attendance_core.ports import Unit
from attendance_core.profiles import Profile
from attendance_core.testing.clock import NOON, TestClock
from attendance_core.vocabulary import UserId

T = TypeVar("T")
NAME = "ⴰⴱⴳⴷ ⴹⴻⴼⴽ"  # no other name has a pair of its letters
PAIR = NAME[1:3].encode()


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_scrub, "CUT_PAUSE_SECONDS", 0)


def merge_statements(pages: int) -> dict[str, Any]:
    """Statements that merge so many pages."""
    at_once = str(sqlite_scrub.PAGES_MERGED_AT_ONCE)
    return {
        table: text(str(each).replace(at_once, str(pages)))
        for table, each in sqlite_scrub._MERGE.items()
    }


def adds(unit: Any, name: str) -> UserId:
    user_id: UserId = unit.accounts.add(f"user-{name}", "hash", NOON)
    unit.profiles.add(Profile(user_id, name))
    return user_id


def erases(unit: Any, user_id: UserId) -> None:
    unit.leavers.erase(user_id)
    unit.profiles.put(Profile(user_id, ""))
    unit.accounts.erase(user_id)


def bytes_of(database: Path) -> bytes:
    return b"".join(path.read_bytes() for path in database.parent.glob(f"{database.name}*"))


@contextmanager
def being_read(database: Path) -> Iterator[None]:
    """Somebody reads, as a sheet is read, for as long as this lasts."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        connection.execute("SELECT * FROM profiles").fetchall()
        yield


async def test_whoever_reads_is_not_waited_for_and_it_is_done_the_next_time(
    sqlite_store: SqliteStore, database: Path
) -> None:
    user_id = await sqlite_store.transact(lambda unit: adds(unit, NAME))
    with being_read(database):
        await sqlite_store.transact(lambda unit: erases(unit, user_id))
        await sqlite_store.scrub()
        assert PAIR in bytes_of(database)
        assert not cut_log(database)
        await sqlite_store.transact(lambda unit: adds(unit, "Boris"))  # nobody is kept waiting
    await sqlite_store.scrub()
    assert PAIR not in bytes_of(database)


async def test_what_a_process_that_died_has_left_goes_once_another_one_runs(
    sqlite_store: SqliteStore, database: Path
) -> None:
    await sqlite_store.scrub()
    user_id = await sqlite_store.transact(lambda unit: adds(unit, NAME))
    await sqlite_store.transact(lambda unit: erases(unit, user_id))
    await sqlite_store.close()
    assert PAIR in bytes_of(database)
    next_store = SqliteStore(database, TestClock(), LocalNotifier())
    await next_store.start()
    await next_store.scrub()
    assert PAIR not in bytes_of(database)
    await next_store.close()


async def test_an_index_is_merged_some_at_a_time(
    sqlite_store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_scrub, "_MERGE", merge_statements(8))

    def adds_many(unit: Any) -> None:
        for number in range(500):
            adds(unit, f"{number * 7_919_000_017:x} {number * 104_729_000_003:x}")

    await sqlite_store.transact(adds_many)
    count = 0

    async def counting_transact(work: Callable[[Unit], T]) -> T:
        nonlocal count
        count += 1
        return await sqlite_store.transact(work)

    await sqlite_store.transact(lambda unit: adds(unit, NAME))
    await merge_names(counting_transact)
    first, count = count, 0
    await merge_names(counting_transact)
    assert (first > 6, count) == (True, 4)  # one for each index that is whole


async def test_where_nothing_has_gone_nothing_is_done(
    sqlite_store: SqliteStore, database: Path
) -> None:
    await sqlite_store.scrub()
    await sqlite_store.transact(lambda unit: adds(unit, NAME))
    log = database.with_name(f"{database.name}-wal")
    length = log.stat().st_size
    await sqlite_store.scrub()
    assert log.stat().st_size == length > 0
