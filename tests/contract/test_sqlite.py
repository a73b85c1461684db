"""How the SQLite store runs functions: groups, failures, cancellations, its end."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from attendance_adapters.errors import UnusableDatabase, WrongPragmas
from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.sql import sqlite
from attendance_adapters.sql.sqlite import SqliteStore
from attendance_core.announcements import ConnectionsEnded, Why
from attendance_core.errors import EventNameTaken, EventNotFound, Unavailable
from attendance_core.events import Event
from attendance_core.vocabulary import EventId, UserId
from tests.contract.lecture import an_empty_database
from tests.unit.builders import NOON, CountedIds, SetClock

WORD = ConnectionsEnded(EventId(CountedIds().event_id()), Why.DELETED)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return an_empty_database(tmp_path)


@pytest.fixture
async def store(
    database: Path, clock: SetClock, notifier: LocalNotifier
) -> AsyncIterator[SqliteStore]:
    made = SqliteStore(database, clock, notifier, busy_seconds=0.2)
    await made.start()
    await made.transact(lambda unit: unit.accounts.add("creator", "hash", NOON))
    yield made
    await made.close()


@pytest.fixture
async def heard(notifier: LocalNotifier) -> list[Any]:
    announcements: list[Any] = []
    await notifier.subscribe(WORD.event_id, announcements.append)
    return announcements


ids = CountedIds()


def adds(name: str) -> Callable[[Any], EventId]:
    """Work that adds an event, with an announcement."""

    def work(unit: Any) -> EventId:
        event = Event(EventId(ids.event_id()), name, UserId(1), NOON, NOON + 60)
        unit.events.add(event)
        unit.announce(WORD)
        return event.event_id

    return work


async def names(store: Any) -> list[str]:
    return [each.name for each in await store.observe(lambda u: u.events.search(None, None, 0))]


class Gate:
    """Holds the writer in its first function until it is opened, so that others queue."""

    def __init__(self) -> None:
        self.reached, self.open = threading.Event(), threading.Event()

    async def hold(self, store: SqliteStore) -> asyncio.Task[None]:
        """Begun, when this returns."""
        task = asyncio.create_task(store.transact(self._wait))
        await asyncio.to_thread(self.reached.wait)
        return task

    def _wait(self, unit: Any) -> None:
        self.reached.set()
        self.open.wait()


async def in_one_group(store: SqliteStore, *works: Callable[[Any], Any]) -> list[Any]:
    """What became of functions that shared a COMMIT."""
    gate = Gate()
    first = await gate.hold(store)
    tasks = [asyncio.create_task(store.transact(work)) for work in works]
    await asyncio.sleep(0)  # each has handed its function over
    gate.open.set()
    await first
    return await asyncio.gather(*tasks, return_exceptions=True)


def driver_of(unit: Any) -> sqlite3.Connection:
    """What product code never sees."""
    return unit.events._execute.__self__._driver  # type: ignore[no-any-return]


def commits(store: SqliteStore, of: list[str]) -> Callable[[Any], None]:
    """Work after which every statement of the writer is noted."""

    def work(unit: Any) -> None:
        driver_of(unit).set_trace_callback(of.append)

    return work


class Ends(BaseException):
    """Not an Exception: a way out that nobody catches by accident."""


class TestGroups:
    async def test_functions_that_wait_share_one_commit(self, store: SqliteStore) -> None:
        seen: list[str] = []
        await store.transact(commits(store, seen))
        await in_one_group(store, adds("A"), adds("B"), adds("C"))
        assert seen.count("COMMIT") == 3  # whoever asked for the notes, the gate, all three
        assert await names(store) == ["A", "B", "C"]

    @pytest.mark.parametrize(
        ("fails", "error"),
        [
            (adds("A"), EventNameTaken),
            (lambda unit: [adds("X")(unit), int("x")], ValueError),
            (lambda unit: [adds("X")(unit), unit.nobody], AttributeError),
            (lambda unit: [adds("X")(unit), driver_of(unit).execute("no SQL")], Unavailable),
        ],
    )
    async def test_one_that_raises_leaves_its_neighbours_untouched(
        self, fails: Any, error: type[Exception], store: SqliteStore, heard: list[Any]
    ) -> None:
        before, failed, after = await in_one_group(store, adds("A"), fails, adds("B"))
        assert isinstance(failed, error)
        assert isinstance(before, type(after))
        assert await names(store) == ["A", "B"]
        assert heard == [WORD, WORD]

    @pytest.mark.parametrize("error", [Ends, StopIteration, KeyboardInterrupt, SystemExit])
    async def test_the_writer_survives_whatever_a_function_raises(
        self, error: type[BaseException], store: SqliteStore
    ) -> None:
        def fails(unit: Any) -> None:
            adds("X")(unit)
            raise error

        with pytest.raises((Ends, RuntimeError)):
            await store.transact(fails)
        await store.transact(adds("A"))
        assert await names(store) == ["A"]

    async def test_a_refusal_waits_for_the_commit_it_rests_on(self, store: SqliteStore) -> None:
        told: list[str] = []
        gate = Gate()
        first = await gate.hold(store)
        second = Gate()

        async def add(name: str) -> None:
            try:
                await store.transact(adds(name))
            except EventNameTaken:
                told.append("refused")

        tasks = [asyncio.create_task(add("A")), asyncio.create_task(add("A"))]
        await asyncio.sleep(0)
        last = asyncio.create_task(store.transact(second._wait))  # of the same group
        await asyncio.sleep(0)
        gate.open.set()
        await first
        await asyncio.to_thread(second.reached.wait)
        # Both functions have run: the refusal is known, but the name it names is not kept yet
        await asyncio.sleep(0)
        assert told == []
        second.open.set()
        await asyncio.gather(last, *tasks)
        assert told == ["refused"]

    async def test_a_commit_that_fails_fails_its_whole_group(
        self, store: SqliteStore, heard: list[Any]
    ) -> None:

        def spoils(unit: Any) -> None:
            # A key that is checked at COMMIT: nothing of ours is, so that only this one fails
            driver = driver_of(unit)
            driver.execute("PRAGMA defer_foreign_keys = ON")
            driver.execute("INSERT INTO places VALUES ('none', 1, 0, NULL, NULL, NULL, 0)")

        outcome = await in_one_group(store, adds("A"), adds("A"), spoils, adds("B"))
        assert [type(each) for each in outcome] == [Unavailable] * 4
        assert len({id(each) for each in outcome}) == 4
        assert await names(store) == []
        assert heard == []
        await store.transact(adds("A"))
        assert await names(store) == ["A"]
        assert heard == [WORD]

    async def test_no_group_is_longer_than_the_most(
        self, database: Path, clock: SetClock, notifier: LocalNotifier
    ) -> None:
        store = SqliteStore(database, clock, notifier, group_most=2)
        await store.start()
        await store.transact(lambda unit: unit.accounts.add("creator", "hash", NOON))
        seen: list[str] = []
        await store.transact(commits(store, seen))
        await in_one_group(store, adds("A"), adds("B"), adds("C"))
        assert seen.count("COMMIT") == 4
        await store.close()


class TestCallersWhoGo:
    async def test_what_was_handed_over_is_done(self, store: SqliteStore, heard: list[Any]) -> None:
        gate = Gate()
        first = await gate.hold(store)
        gone = asyncio.create_task(store.transact(adds("A")))
        stays = asyncio.create_task(store.transact(adds("B")))
        await asyncio.sleep(0)
        gone.cancel()
        with pytest.raises(asyncio.CancelledError):
            await gone
        gate.open.set()
        await asyncio.gather(first, stays)
        assert await names(store) == ["A", "B"]
        assert heard == [WORD, WORD]

    async def test_a_refusal_nobody_waits_for_is_no_noise(
        self, store: SqliteStore, caplog: pytest.LogCaptureFixture
    ) -> None:
        gone = asyncio.create_task(store.transact(lambda unit: int("x")))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.wait([gone])
        await store.transact(lambda unit: None)
        assert caplog.records == []

    async def test_a_loop_that_was_closed_meanwhile_stops_nobody(
        self, store: SqliteStore, caplog: pytest.LogCaptureFixture
    ) -> None:
        gate = Gate()
        first = await gate.hold(store)

        def other_loop() -> None:
            loop = asyncio.new_event_loop()
            task = loop.create_task(store.transact(adds("A")))
            loop.call_soon(loop.stop)
            loop.run_forever()  # one step: it has handed the function over
            task.cancel()
            loop.run_until_complete(asyncio.wait([task]))
            loop.close()

        await asyncio.to_thread(other_loop)
        gate.open.set()
        await first
        await store.transact(adds("B"))
        assert await names(store) == ["A", "B"]
        await store.close()
        assert [each.message for each in caplog.records] == [
            "a loop was closed before its answers came"
        ]


class TestTheEnd:
    async def test_closing_at_once_carries_out_what_was_handed_over(
        self, database: Path, store: SqliteStore, heard: list[Any]
    ) -> None:
        tasks = [asyncio.create_task(store.transact(adds(name))) for name in "ABC"]
        await asyncio.sleep(0)
        await store.close()
        assert all(task.done() for task in tasks)
        assert heard == [WORD] * 3
        with sqlite3.connect(database) as connection:
            assert connection.execute("SELECT count(*) FROM events").fetchone() == (3,)
        connection.close()

    async def test_nobody_waits_for_ever_who_comes_while_it_closes(
        self, store: SqliteStore
    ) -> None:
        """In any thread: whoever is not refused is answered."""
        begin, answers = threading.Barrier(5), []

        def caller() -> None:
            async def calls() -> None:
                begin.wait()
                try:
                    while True:
                        answers.append(await asyncio.wait_for(store.transact(lambda u: 1), 20))
                except Unavailable:
                    answers.append("refused")

            asyncio.run(calls())

        threads = [threading.Thread(target=caller) for _ in range(4)]
        for thread in threads:
            thread.start()
        await asyncio.to_thread(begin.wait)
        await store.close()
        for thread in threads:
            await asyncio.to_thread(thread.join)
        assert answers.count("refused") == 4

    async def test_a_closed_store_is_unavailable(self, store: SqliteStore) -> None:
        await store.close()
        with pytest.raises(Unavailable):
            await store.transact(lambda unit: None)
        with pytest.raises(Unavailable):
            await store.observe(lambda unit: None)
        await store.close()

    async def test_so_is_one_that_was_not_started(
        self, database: Path, clock: SetClock, notifier: LocalNotifier
    ) -> None:
        store = SqliteStore(database, clock, notifier)
        with pytest.raises(Unavailable):
            await store.transact(lambda unit: None)
        with pytest.raises(Unavailable):
            await store.observe(lambda unit: None)
        await store.close()


class TestLooks:
    async def test_a_long_one_is_begun_again_in_a_thread(self, store: SqliteStore) -> None:
        def work(unit: Any) -> None:
            for number in range(1000):
                adds(f"Event {number}")(unit)

        await store.transact(work)
        threads: list[str] = []

        def look(unit: Any) -> int:
            threads.append(threading.current_thread().name)
            return len(unit.events.search(None, None, 0))

        assert await store.observe(look) == 1000
        assert [name.rpartition("_")[0] for name in threads] == ["", "attendance-reader"]

    async def test_a_short_one_stays_in_the_loop(self, store: SqliteStore) -> None:

        def look(unit: Any) -> tuple[Any, threading.Thread]:
            return unit.accounts.find("CREATOR").user_id, threading.current_thread()

        assert await store.observe(look) == (1, threading.current_thread())

    async def test_however_often_it_is_asked_for(self, store: SqliteStore) -> None:
        """SQLite counts the steps of a statement over all its runs, and of every ROLLBACK."""
        await store.transact(lambda unit: [adds(f"Event {number}")(unit) for number in range(300)])
        elsewhere = 0

        def short(unit: Any) -> None:
            nonlocal elsewhere
            unit.accounts.find("CREATOR")
            elsewhere += threading.current_thread() is not threading.main_thread()

        for number in range(3000):
            await store.observe(short)
            if number % 10 == 0:
                assert len(await names(store)) == 300
        assert elsewhere == 0

    async def test_it_sees_one_moment(self, store: SqliteStore) -> None:
        """Also while a function writes, and what was committed between two of its statements."""
        first = await store.transact(adds("A"))
        gate = Gate()

        def look(unit: Any) -> list[int]:
            before = len(unit.events.search(None, None, 0))
            with sqlite3.connect(store._path) as other:
                other.execute("DELETE FROM events")
            other.close()
            return [before, len(unit.events.search(None, None, 0))]

        assert await store.observe(look) == [1, 1]
        with pytest.raises(EventNotFound):
            await store.observe(lambda unit: unit.events.get(first))
        held = await gate.hold(store)
        assert await names(store) == []
        gate.open.set()
        await held

    async def test_it_cannot_write(
        self, store: SqliteStore, caplog: pytest.LogCaptureFixture
    ) -> None:
        with pytest.raises(Unavailable):
            await store.observe(adds("A"))
        assert "attempt to write a readonly database" in caplog.text
        assert await names(store) == []

    async def test_a_refusal_is_told_and_leaves_the_store_usable(self, store: SqliteStore) -> None:
        for _ in range(3):
            with pytest.raises(EventNotFound):
                await store.observe(lambda unit: unit.events.get(EventId(ids.event_id())))
        with pytest.raises(RuntimeError, match="a bug"):
            await store.observe(_bug)
        assert await names(store) == []


def _bug(unit: Any) -> None:
    unit.events.search(None, None, 0)
    raise RuntimeError("a bug")


class TestFailures:
    async def test_another_process_that_writes_is_waited_for(
        self, database: Path, store: SqliteStore
    ) -> None:
        other = sqlite3.connect(database, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable):
            await store.transact(adds("A"))  # for as long as the store is told to wait
        waits = asyncio.create_task(store.transact(adds("B")))
        await asyncio.sleep(0)
        other.execute("COMMIT")
        other.close()
        await waits
        assert await names(store) == ["B"]

    async def test_nobody_else_writes_between_a_read_and_a_write(
        self, database: Path, store: SqliteStore
    ) -> None:
        def work(unit: Any) -> str:
            unit.events.search(None, None, 0)
            other = sqlite3.connect(database, isolation_level=None, timeout=0)
            try:
                other.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                return str(error)
            finally:
                other.close()
            return "it could"

        assert await store.transact(work) == "database is locked"

    async def test_a_full_disk_does_nothing_by_halves_and_passes(
        self, store: SqliteStore, heard: list[Any]
    ) -> None:

        def limit(unit: Any, pages: int) -> None:
            driver_of(unit).execute(f"PRAGMA max_page_count = {pages}")

        await store.transact(lambda unit: limit(unit, 1))  # no less than it has
        kept = []
        for number in range(1000):
            try:
                await store.transact(adds(f"{number:03}" + "x" * 100))
            except Unavailable:
                break
            kept.append(f"{number:03}" + "x" * 100)
        else:
            pytest.fail("the disk never was full")
        assert await names(store) == kept
        assert len(heard) == len(kept)
        with pytest.raises(Unavailable):
            await store.transact(lambda unit: [adds("9" * 100 + str(n))(unit) for n in range(99)])
        assert await names(store) == kept
        await store.transact(lambda unit: limit(unit, 1_000_000))
        await store.transact(adds("again"))
        assert await names(store) == [*kept, "again"]

    async def test_a_file_damaged_meanwhile_is_unavailable(
        self, database: Path, store: SqliteStore
    ) -> None:
        await store.transact(lambda unit: [adds(f"{n}" * 50)(unit) for n in range(99)])
        pages = database.stat().st_size
        with sqlite3.connect(database) as other:
            other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        other.close()
        with database.open("r+b") as file:
            file.seek(4096)
            file.write(b"\xff" * pages)
        with pytest.raises(Unavailable):
            await store.observe(lambda unit: unit.events.search(None, None, 0))
        with pytest.raises(Unavailable):
            await store.transact(lambda unit: unit.accounts.add("other", "hash", NOON))

    async def test_a_file_that_is_no_database_is_one_line(self, tmp_path: Path) -> None:
        (tmp_path / "it.db").write_bytes(b"no database " * 1000)
        store = SqliteStore(tmp_path / "it.db", SetClock(), LocalNotifier())
        with pytest.raises(UnusableDatabase, match=r"it\.db: file is not a database$"):
            await store.start()
        await store.close()

    @pytest.mark.parametrize("name", sqlite.PRAGMAS)
    async def test_it_does_not_start_with_less_than_we_promise(
        self, name: str, database: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Weaker(sqlite3.Connection):
            def execute(self, sql: str, *given: Any) -> sqlite3.Cursor:
                wish = sql.startswith(f"PRAGMA {name} =")
                off = "DELETE" if name == "journal_mode" else "OFF"
                return super().execute(f"PRAGMA {name} = {off}" if wish else sql, *given)

        monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=Weaker))
        store = SqliteStore(database, SetClock(), LocalNotifier())
        with pytest.raises(WrongPragmas, match=f"PRAGMA {name} is .* and not "):
            await store.start()
        await store.close()
