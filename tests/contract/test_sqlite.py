"""What the SQLite store answers to looks, and when the file or the disk fails it."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from attendance_adapters.errors import UnusableDatabase, WrongPragmas
from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.sql import sqlite
from attendance_adapters.sql.sqlite import SqliteStore
from attendance_core.errors import EventNotFound, Unavailable
from attendance_core.testing.clock import NOON, TestClock
from attendance_core.testing.people import add_event_with_places, mark
from tests.support.sqlite_writer import ANNOUNCEMENT, Gate, adds, driver_of, event_names

IO_COUNTS = Path("/proc/self/io")


def bytes_written() -> int:
    """Of this process until now, into whatever."""
    counts = dict(line.split(": ") for line in IO_COUNTS.read_text().splitlines())
    return int(counts["wchar"])


class TestLooks:
    async def test_a_long_one_is_begun_again_in_a_thread(self, sqlite_store: SqliteStore) -> None:
        def work(unit: Any) -> None:
            for number in range(1000):
                adds(f"Event {number}")(unit)

        await sqlite_store.transact(work)
        threads: list[str] = []

        def look(unit: Any) -> int:
            threads.append(threading.current_thread().name)
            return len(unit.events.search(None))

        assert await sqlite_store.observe(look) == 1000
        assert [name.rpartition("_")[0] for name in threads] == ["", "attendance-reader"]

    async def test_a_short_one_stays_in_the_loop(self, sqlite_store: SqliteStore) -> None:

        def look(unit: Any) -> tuple[Any, threading.Thread]:
            return unit.accounts.find("CREATOR").user_id, threading.current_thread()

        assert await sqlite_store.observe(look) == (1, threading.current_thread())

    async def test_however_often_it_is_asked_for(self, sqlite_store: SqliteStore) -> None:
        """SQLite counts the steps of a statement over all its runs, and of every ROLLBACK."""
        await sqlite_store.transact(
            lambda unit: [adds(f"Event {number}")(unit) for number in range(300)]
        )
        elsewhere = 0

        def short(unit: Any) -> None:
            nonlocal elsewhere
            unit.accounts.find("CREATOR")
            elsewhere += threading.current_thread() is not threading.main_thread()

        for number in range(3000):
            await sqlite_store.observe(short)
            if number % 10 == 0:
                assert len(await event_names(sqlite_store)) == 300
        assert elsewhere == 0

    async def test_it_sees_one_moment(self, sqlite_store: SqliteStore) -> None:
        """Also while a function writes, and what was committed between two of its statements."""
        event_id = await sqlite_store.transact(adds("A"))
        gate = Gate()

        def look(unit: Any) -> list[int]:
            before = len(unit.events.search(None))
            with sqlite3.connect(sqlite_store._path) as other:
                other.execute("DELETE FROM events")
            other.close()
            return [before, len(unit.events.search(None))]

        assert await sqlite_store.observe(look) == [1, 1]
        with pytest.raises(EventNotFound):
            await sqlite_store.observe(lambda unit: unit.events.get(event_id))
        held_task = await gate.hold(sqlite_store)
        assert await event_names(sqlite_store) == []
        gate.open.set()
        await held_task

    async def test_it_cannot_write(
        self, sqlite_store: SqliteStore, caplog: pytest.LogCaptureFixture
    ) -> None:
        with pytest.raises(Unavailable):
            await sqlite_store.observe(adds("A"))
        assert "attempt to write a readonly database" in caplog.text
        assert await event_names(sqlite_store) == []

    async def test_a_refusal_is_told_and_leaves_the_store_usable(
        self, sqlite_store: SqliteStore
    ) -> None:
        for _ in range(3):
            with pytest.raises(EventNotFound):
                await sqlite_store.observe(lambda unit: unit.events.get(ANNOUNCEMENT.event_id))
        with pytest.raises(RuntimeError, match="a bug"):
            await sqlite_store.observe(_bug)
        assert await event_names(sqlite_store) == []


def _bug(unit: Any) -> None:
    unit.events.search(None)
    raise RuntimeError("a bug")


class TestFailures:
    async def test_another_process_that_writes_is_waited_for(
        self, database: Path, sqlite_store: SqliteStore
    ) -> None:
        other = sqlite3.connect(database, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable):
            await sqlite_store.transact(adds("A"))  # for as long as the store is told to wait
        waits = asyncio.create_task(sqlite_store.transact(adds("B")))
        await asyncio.sleep(0)
        other.execute("COMMIT")
        other.close()
        await waits
        assert await event_names(sqlite_store) == ["B"]

    async def test_nobody_else_writes_between_a_read_and_a_write(
        self, database: Path, sqlite_store: SqliteStore
    ) -> None:
        def work(unit: Any) -> str:
            unit.events.search(None)
            other = sqlite3.connect(database, isolation_level=None, timeout=0)
            try:
                other.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                return str(error)
            finally:
                other.close()
            return "it could"

        assert await sqlite_store.transact(work) == "database is locked"

    async def test_a_full_disk_does_nothing_by_halves_and_passes(
        self, sqlite_store: SqliteStore, heard: list[Any]
    ) -> None:

        def limit(unit: Any, pages: int) -> None:
            driver_of(unit).execute(f"PRAGMA max_page_count = {pages}")

        await sqlite_store.transact(lambda unit: limit(unit, 1))  # no less than it has
        kept = []
        for number in range(1000):
            try:
                await sqlite_store.transact(adds(f"{number:03}" + "x" * 100))
            except Unavailable:
                break
            kept.append(f"{number:03}" + "x" * 100)
        else:
            pytest.fail("the disk never was full")
        assert await event_names(sqlite_store) == kept
        assert len(heard) == len(kept)
        with pytest.raises(Unavailable):
            await sqlite_store.transact(
                lambda unit: [adds("9" * 100 + str(n))(unit) for n in range(99)]
            )
        assert await event_names(sqlite_store) == kept
        await sqlite_store.transact(lambda unit: limit(unit, 1_000_000))
        await sqlite_store.transact(adds("again"))
        assert await event_names(sqlite_store) == [*kept, "again"]

    async def test_a_file_damaged_meanwhile_is_unavailable(
        self, database: Path, sqlite_store: SqliteStore
    ) -> None:
        await sqlite_store.transact(lambda unit: [adds(f"{n}" * 50)(unit) for n in range(99)])
        size = database.stat().st_size
        with sqlite3.connect(database) as other:
            other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        other.close()
        with database.open("r+b") as file:
            file.seek(4096)
            file.write(b"\xff" * size)
        with pytest.raises(Unavailable):
            await sqlite_store.observe(lambda unit: unit.events.search(None))
        with pytest.raises(Unavailable):
            await sqlite_store.transact(lambda unit: unit.accounts.add("other", "hash", NOON))

    async def test_a_file_that_is_no_database_is_one_line(self, tmp_path: Path) -> None:
        (tmp_path / "it.db").write_bytes(b"no database " * 1000)
        store = SqliteStore(tmp_path / "it.db", TestClock(), LocalNotifier())
        with pytest.raises(UnusableDatabase, match=r"it\.db: file is not a database$"):
            await store.start()
        await store.close()

    def test_few_commits_wait_for_the_log_to_be_copied(self, sqlite_store: SqliteStore) -> None:
        for connection in sqlite_store._connections:
            assert connection.execute("PRAGMA wal_autocheckpoint").fetchone() == (4_000,)

    @pytest.mark.skipif(not IO_COUNTS.exists(), reason="needs what Linux counts of a process")
    async def test_marks_are_written_to_the_log_alone(
        self, sqlite_store: SqliteStore, database: Path
    ) -> None:
        """What is kept to undo a statement, and what triggers collect, is in no file."""
        people = await add_event_with_places(
            sqlite_store, *(f"Person {number}" for number in range(100))
        )
        log, (marker, *others) = database.with_name(f"{database.name}-wal"), people
        written, length = bytes_written(), log.stat().st_size
        await sqlite_store.transact(lambda unit: [mark(unit, each, marker) for each in others])
        grown = log.stat().st_size - length
        assert grown > 64 * 1024  # as much as would stay in memory otherwise
        assert bytes_written() - written < grown + 4096

    @pytest.mark.parametrize("name", sqlite.PRAGMAS)
    async def test_it_does_not_start_with_less_than_we_promise(
        self, name: str, database: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Weaker(sqlite3.Connection):
            def execute(self, sql: str, *given: Any) -> sqlite3.Cursor:
                sets_pragma = sql.startswith(f"PRAGMA {name} =")
                off = "DELETE" if name == "journal_mode" else "OFF"
                return super().execute(f"PRAGMA {name} = {off}" if sets_pragma else sql, *given)

        monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=Weaker))
        store = SqliteStore(database, TestClock(), LocalNotifier())
        with pytest.raises(WrongPragmas, match=f"PRAGMA {name} is .* and not "):
            await store.start()
        await store.close()
