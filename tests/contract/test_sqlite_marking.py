"""Marking over SQLite: whole whoever goes meanwhile, and as dear with 10 people as with 2 000."""

from __future__ import annotations

import asyncio
import re
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.sql.sqlite import SqliteStore
from attendance_core.accounts import CredentialKind
from attendance_core.testing.clock import TestClock
from attendance_core.testing.lectures import EVENT, PROCESS, Lecture
from attendance_core.vocabulary import UserId
from tests.support.cancelled_steps import awaited, cancelled_at
from tests.support.marking_steps import ANNA, STEPS, Step, nothing
from tests.support.sqlite_file import an_empty_database

NEVER_REACHED = 99  # suspensions: no step has as many


async def open_store(folder: Path, file: Path | None = None) -> SqliteStore:
    """Over an empty database in a folder, or over this file."""
    store = SqliteStore(file or an_empty_database(folder), TestClock(), LocalNotifier())
    await store.start()
    return store


LOOKS: tuple[Step, ...] = (
    lambda lecture: lecture.do.identify(token="none", kind=CredentialKind.COOKIE),
    lambda lecture: lecture.do.get_profile(actor=ANNA, user_id=ANNA),
    lambda lecture: lecture.do.read_room(event_id=EVENT, process_id=PROCESS, watched=[ANNA]),
    lambda lecture: lecture.do.read_places(event_id=EVENT, user_ids=[ANNA]),
    lambda lecture: lecture.do.find_ending(connection=lecture.markers[0]),
    lambda lecture: lecture.do.get_joined_events(actor=ANNA),
    lambda lecture: lecture.do.get_my_attendance(actor=ANNA),
    lambda lecture: lecture.do.get_attendance(actor=UserId(1), event_id=EVENT),
    lambda lecture: lecture.do.get_friend_list(actor=ANNA),
    lambda lecture: lecture.do.get_friend_requests(actor=ANNA),
)


def rows_of(store: SqliteStore) -> list[str]:
    """Every row of the file."""
    with sqlite3.connect(store._path) as connection:
        rows = list(connection.iterdump())
    connection.close()
    return rows


class StepRows(NamedTuple):
    """Every row before a step and after it, and whether it was cancelled."""

    before: list[str]
    after: list[str]
    is_cancelled: bool


class TestCancelled:
    @pytest.mark.parametrize("name", STEPS)
    async def test_at_every_suspension_the_store_is_whole(self, name: str, tmp_path: Path) -> None:
        first, step = STEPS[name]

        async def try_step(suspension: int) -> StepRows:
            folder = tmp_path / str(suspension)
            folder.mkdir()
            store = await open_store(folder)
            lecture = await Lecture.begun(store, waiting=2)
            await first(lecture)
            before = rows_of(store)
            task = asyncio.create_task(awaited(cancelled_at(suspension, step(lecture))))
            await asyncio.wait([task])
            await store.close()
            return StepRows(before, rows_of(store), task.cancelled())

        before, after, cancelled = await try_step(NEVER_REACHED)
        assert not cancelled
        for suspension in range(NEVER_REACHED):
            _, found, cancelled = await try_step(suspension)
            if not cancelled:
                break
            # Every step that changes anything is one transaction, and was handed over
            assert found in (before, after)
        assert found == after
        assert suspension > 0 or before == after


class Cost(NamedTuple):
    """The statements of one step, without their values, and the machine's steps."""

    statements: list[str]
    step_count: int


class Meter:
    """What SQLite is asked, and how many steps its machine takes, over all connections."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.statements: list[str] = []
        self.step_count = 0
        meter = self

        class Metered(sqlite3.Connection):
            def __init__(self, *given: Any, **options: Any) -> None:
                super().__init__(*given, **options)
                self.set_trace_callback(lambda sql: meter.statements.append(sql))
                super().set_progress_handler(meter._step, 1)

            def set_progress_handler(self, *_: Any) -> None:
                """There is one; looks are as short as they are."""

        monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=Metered))

    def _step(self) -> int:
        self.step_count += 1
        return 0

    async def measure(self, step: Step, lecture: Lecture) -> Cost:
        """Takes one step, and tells what it costs."""
        self.statements, self.step_count = [], 0
        await step(lecture)
        statements = [re.sub(r"\d+|'.*?'", "?", each) for each in self.statements]
        return Cost(statements, self.step_count)


@pytest.fixture(scope="module")
def files_by_waiting(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """A database in which so many wait, for each number of them."""

    async def file_of(waiting: int) -> Path:
        folder = tmp_path_factory.mktemp(str(waiting))
        store = await open_store(folder)
        await Lecture.begun(store, waiting=waiting)
        await store.close()
        (file,) = folder.iterdir()
        return file

    with ThreadPoolExecutor(1) as thread:  # a loop may be running in ours
        return {
            waiting: thread.submit(asyncio.run, file_of(waiting)).result()
            for waiting in (10, 2_000)
        }


class TestCost:
    @pytest.mark.parametrize("name", STEPS)
    async def test_a_step_costs_the_same_with_10_and_with_2_000_who_wait(
        self,
        name: str,
        files_by_waiting: dict[int, Path],
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        first, step = STEPS[name]
        meter = Meter(monkeypatch)
        costs = []
        for waiting, file in files_by_waiting.items():
            folder = tmp_path / str(waiting)
            folder.mkdir()
            store = await open_store(folder, Path(shutil.copy(file, folder)))
            lecture = Lecture.found(store, waiting=waiting)
            await first(lecture)
            costs.append(await meter.measure(step, lecture))
            await store.close()
        few, many = costs
        assert few.statements == many.statements
        assert many.step_count <= few.step_count * 1.05

    async def test_no_step_reads_a_table_from_end_to_end(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        meter = Meter(monkeypatch)
        seen: set[str] = set()
        for number, (first, step) in enumerate(
            [*STEPS.values(), *((nothing, look) for look in LOOKS)]
        ):
            folder = tmp_path / str(number)
            folder.mkdir()
            store = await open_store(folder)
            lecture = await Lecture.begun(store, waiting=2)
            await first(lecture)
            meter.statements = []
            await step(lecture)
            seen.update(meter.statements)
            await store.close()
        asked = [each for each in seen if each.startswith(("SELECT", "UPDATE", "DELETE"))]
        assert len(asked) > 20
        with sqlite3.connect(an_empty_database(tmp_path)) as connection:
            scans = {
                plan[3]
                for each in asked
                for plan in connection.execute(f"EXPLAIN QUERY PLAN {each}")
                if plan[3].startswith("SCAN")
            }
        connection.close()
        # There are few processes; and of a subquery, what it has found by an index
        few_rows = re.compile(r"SCAN (\(subquery-\d+\)|anon_\d+|latest_connections LEFT-JOIN)")
        scans = {each for each in scans if not few_rows.fullmatch(each)}
        assert scans <= {"SCAN processes", "SCAN CONSTANT ROW"}
