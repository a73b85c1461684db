"""How the SQLite store runs functions: in groups, for callers who go, and at its end."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest

from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.sql import sqlite_writer
from attendance_adapters.sql.sqlite import SqliteStore
from attendance_core.errors import EventNameTaken, Unavailable
from attendance_core.testing.clock import NOON, TestClock
from tests.support.sqlite_writer import (
    ANNOUNCEMENT,
    Gate,
    adds,
    driver_of,
    event_names,
    in_one_group,
    noting_statements,
)


class Ends(BaseException):
    """Not an Exception: a way out that nobody catches by accident."""


class TestGroups:
    async def test_functions_that_wait_share_one_commit(self, sqlite_store: SqliteStore) -> None:
        seen: list[str] = []
        await sqlite_store.transact(noting_statements(seen))
        await in_one_group(sqlite_store, adds("A"), adds("B"), adds("C"))
        assert seen.count("COMMIT") == 3  # whoever asked for the notes, the gate, all three
        assert await event_names(sqlite_store) == ["A", "B", "C"]

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
        self, fails: Any, error: type[Exception], sqlite_store: SqliteStore, heard: list[Any]
    ) -> None:
        before, failed, after = await in_one_group(sqlite_store, adds("A"), fails, adds("B"))
        assert isinstance(failed, error)
        assert isinstance(before, type(after))
        assert await event_names(sqlite_store) == ["A", "B"]
        assert heard == [ANNOUNCEMENT, ANNOUNCEMENT]

    @pytest.mark.parametrize("error", [Ends, StopIteration, KeyboardInterrupt, SystemExit])
    async def test_the_writer_survives_whatever_a_function_raises(
        self, error: type[BaseException], sqlite_store: SqliteStore
    ) -> None:
        def fails(unit: Any) -> None:
            adds("X")(unit)
            raise error

        with pytest.raises((Ends, RuntimeError)):
            await sqlite_store.transact(fails)
        await sqlite_store.transact(adds("A"))
        assert await event_names(sqlite_store) == ["A"]

    async def test_a_refusal_waits_for_the_commit_it_rests_on(
        self, sqlite_store: SqliteStore
    ) -> None:
        told: list[str] = []
        gate = Gate()
        held_task = await gate.hold(sqlite_store)
        second_gate = Gate()

        async def add(name: str) -> None:
            try:
                await sqlite_store.transact(adds(name))
            except EventNameTaken:
                told.append("refused")

        tasks = [asyncio.create_task(add("A")), asyncio.create_task(add("A"))]
        await asyncio.sleep(0)
        last = asyncio.create_task(sqlite_store.transact(second_gate._wait))  # of the same group
        await asyncio.sleep(0)
        gate.open.set()
        await held_task
        await asyncio.to_thread(second_gate.reached.wait)
        # Both functions have run: the refusal is known, but the name it names is not kept yet
        await asyncio.sleep(0)
        assert told == []
        second_gate.open.set()
        await asyncio.gather(last, *tasks)
        assert told == ["refused"]

    async def test_a_commit_that_fails_fails_its_whole_group(
        self, sqlite_store: SqliteStore, heard: list[Any]
    ) -> None:

        def spoils(unit: Any) -> None:
            # A key that is checked at COMMIT: nothing of ours is, so that only this one fails
            driver = driver_of(unit)
            driver.execute("PRAGMA defer_foreign_keys = ON")
            driver.execute(
                "INSERT INTO places (event_id, user_id, member, version) VALUES ('none', 1, 0, 0)"
            )

        results = await in_one_group(sqlite_store, adds("A"), adds("A"), spoils, adds("B"))
        assert [type(each) for each in results] == [Unavailable] * 4
        assert len({id(each) for each in results}) == 4
        assert await event_names(sqlite_store) == []
        assert heard == []
        await sqlite_store.transact(adds("A"))
        assert await event_names(sqlite_store) == ["A"]
        assert heard == [ANNOUNCEMENT]

    async def test_no_group_is_longer_than_the_most(
        self, database: Path, clock: TestClock, notifier: LocalNotifier
    ) -> None:
        store = SqliteStore(database, clock, notifier, max_group_size=2)
        await store.start()
        await store.transact(lambda unit: unit.accounts.add("creator", "hash", NOON))
        seen: list[str] = []
        await store.transact(noting_statements(seen))
        await in_one_group(store, adds("A"), adds("B"), adds("C"))
        assert seen.count("COMMIT") == 4
        await store.close()


class TestCallersWhoGo:
    async def test_what_was_handed_over_is_done(
        self, sqlite_store: SqliteStore, heard: list[Any]
    ) -> None:
        gate = Gate()
        held_task = await gate.hold(sqlite_store)
        gone = asyncio.create_task(sqlite_store.transact(adds("A")))
        stays = asyncio.create_task(sqlite_store.transact(adds("B")))
        await asyncio.sleep(0)
        gone.cancel()
        with pytest.raises(asyncio.CancelledError):
            await gone
        gate.open.set()
        await asyncio.gather(held_task, stays)
        assert await event_names(sqlite_store) == ["A", "B"]
        assert heard == [ANNOUNCEMENT, ANNOUNCEMENT]

    async def test_a_refusal_nobody_waits_for_is_no_noise(
        self, sqlite_store: SqliteStore, caplog: pytest.LogCaptureFixture
    ) -> None:
        gone = asyncio.create_task(sqlite_store.transact(lambda unit: int("x")))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.wait([gone])
        await sqlite_store.transact(lambda unit: None)
        assert caplog.records == []

    async def test_a_loop_that_was_closed_meanwhile_stops_nobody(
        self, sqlite_store: SqliteStore, caplog: pytest.LogCaptureFixture
    ) -> None:
        gate = Gate()
        held_task = await gate.hold(sqlite_store)

        def other_loop() -> None:
            loop = asyncio.new_event_loop()
            task = loop.create_task(sqlite_store.transact(adds("A")))
            loop.call_soon(loop.stop)
            loop.run_forever()  # one step: it has handed the function over
            task.cancel()
            loop.run_until_complete(asyncio.wait([task]))
            loop.close()

        await asyncio.to_thread(other_loop)
        gate.open.set()
        await held_task
        await sqlite_store.transact(adds("B"))
        assert await event_names(sqlite_store) == ["A", "B"]
        await sqlite_store.close()
        assert [each.message for each in caplog.records] == [
            "a loop was closed before its answers came"
        ]


class TestTooMany:
    async def test_whoever_finds_the_queue_full_is_refused(
        self, sqlite_store: SqliteStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sqlite_writer, "MAX_QUEUED", 2)
        gate = Gate()
        held_task = await gate.hold(sqlite_store)
        tasks = [asyncio.create_task(sqlite_store.transact(adds(name))) for name in "ABC"]
        refused, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        assert [type(task.exception()) for task in refused] == [Unavailable]
        gate.open.set()
        await held_task
        await asyncio.wait(tasks)
        assert await event_names(sqlite_store) == ["A", "B"]
        await sqlite_store.transact(adds("D"))

    async def test_what_nobody_can_be_told_in_time_is_not_begun(
        self,
        sqlite_store: SqliteStore,
        monkeypatch: pytest.MonkeyPatch,
        heard: list[Any],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        gate = Gate()
        held_task = await gate.hold(sqlite_store)
        late = [asyncio.create_task(sqlite_store.transact(adds(name))) for name in "AB"]
        await asyncio.sleep(0)
        late[1].cancel()
        monkeypatch.setattr(sqlite_writer, "QUEUE_SECONDS", 0.0)
        gate.open.set()
        await held_task
        assert [type(each) for each in await asyncio.gather(*late, return_exceptions=True)] == [
            Unavailable,
            asyncio.CancelledError,
        ]
        monkeypatch.undo()
        await sqlite_store.transact(adds("C"))
        assert await event_names(sqlite_store) == ["C"]
        assert heard == [ANNOUNCEMENT]
        assert sqlite_store.abandoned_count == 0
        (line,) = [each.message for each in caplog.records]
        assert line == "2 transactions came too late to be begun"


class TestTheEnd:
    async def test_closing_at_once_carries_out_what_was_handed_over(
        self, database: Path, sqlite_store: SqliteStore, heard: list[Any]
    ) -> None:
        tasks = [asyncio.create_task(sqlite_store.transact(adds(name))) for name in "ABC"]
        await asyncio.sleep(0)
        await sqlite_store.close()
        assert all(task.done() for task in tasks)
        assert heard == [ANNOUNCEMENT] * 3
        with sqlite3.connect(database) as connection:
            assert connection.execute("SELECT count(*) FROM events").fetchone() == (3,)
        connection.close()

    async def test_nobody_waits_for_ever_who_comes_while_it_closes(
        self, sqlite_store: SqliteStore
    ) -> None:
        """In any thread: whoever is not refused is answered."""
        begin = threading.Barrier(5)
        answers: list[int | str] = []

        def caller() -> None:
            async def calls() -> None:
                begin.wait()
                try:
                    while True:
                        answers.append(
                            await asyncio.wait_for(sqlite_store.transact(lambda unit: 1), 20)
                        )
                except Unavailable:
                    answers.append("refused")

            asyncio.run(calls())

        threads = [threading.Thread(target=caller) for _ in range(4)]
        for thread in threads:
            thread.start()
        await asyncio.to_thread(begin.wait)
        await sqlite_store.close()
        for thread in threads:
            await asyncio.to_thread(thread.join)
        assert answers.count("refused") == 4

    async def test_a_closed_store_is_unavailable(self, sqlite_store: SqliteStore) -> None:
        await sqlite_store.close()
        with pytest.raises(Unavailable):
            await sqlite_store.transact(lambda unit: None)
        with pytest.raises(Unavailable):
            await sqlite_store.observe(lambda unit: None)
        await sqlite_store.close()

    async def test_so_is_one_that_was_not_started(
        self, database: Path, clock: TestClock, notifier: LocalNotifier
    ) -> None:
        store = SqliteStore(database, clock, notifier)
        with pytest.raises(Unavailable):
            await store.transact(lambda unit: None)
        with pytest.raises(Unavailable):
            await store.observe(lambda unit: None)
        await store.close()
