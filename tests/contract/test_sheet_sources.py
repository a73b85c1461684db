"""Whoever reads the rows of a sheet, it is the same sheet. Contract: 8.13. Decision 0019."""

from __future__ import annotations

import asyncio
import json
import random
import socket
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from attendance_adapters import sheet_reader, sheet_worker, sheets
from attendance_adapters.in_memory import MemoryStore
from attendance_adapters.service_ports import SheetSource
from attendance_adapters.sheet_words import WORDS
from attendance_adapters.sheets import SheetFiles
from attendance_adapters.sql import sheet_facts
from attendance_adapters.sql.sheet_facts import ReadForWorker, ReadInPlace
from attendance_adapters.sql.sqlite import SqliteStore
from attendance_core.attendance import ExportAttendance, SheetBegun, SheetReading
from attendance_core.errors import NotAnOrganiser, Unavailable
from attendance_core.marking.places import Held, Waiting
from attendance_core.ports import SheetStyle
from attendance_core.testing.clock import NOON, TestClock
from attendance_core.testing.lectures import EVENT
from attendance_core.testing.open_day import add_open_day
from attendance_core.testing.people import add_people, an_event
from attendance_core.vocabulary import UserId

JSON_STYLE = SheetStyle("json", "UTC", "en")


def source_of(store: Any) -> SheetSource | None:
    """What the entrances give for such a store."""
    if isinstance(store, MemoryStore):
        return None
    return ReadInPlace(store._path) if isinstance(store, SqliteStore) else ReadForWorker()


@pytest.fixture
def files(store: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What reads a few people at a time."""
    for name in ("PEOPLE_A_LOOK_OF_SERVICE", "PEOPLE_A_LOOK_OF_WORKER"):
        monkeypatch.setattr(sheet_facts, name, 7)
    made = SheetFiles(source_of(store))
    yield made
    made.close()


def reading_of(store: Any, actor: UserId | None = None) -> SheetReading:
    return ExportAttendance(store.browse).reading(actor=actor, event_id=EVENT)


async def json_of(writing: Any) -> Any:
    with await writing as file:
        return json.load(file)


async def have_some_wait(store: Any, ids: list[UserId]) -> None:
    """Some of them wait, are held, or were until just now."""

    def work(unit: Any) -> None:
        places = unit.places.lock(EVENT, ids)
        free = [each for each in places.values() if each.member and each.state is None]
        for number, place in enumerate(free):
            held = Held(NOON, ids[number], NOON + (900 if number % 2 else -1))
            unit.places.put(place.changed(state=(Waiting(NOON), held)[number % 3 > 0]))

    await store.transact(work)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("seconds_later", [0, 10_000])
async def test_it_is_that_which_the_core_makes(
    store: Any, files: SheetFiles, clock: TestClock, seed: int, seconds_later: int
) -> None:
    ids = await add_open_day(store, random.Random(seed))
    await have_some_wait(store, ids)
    clock.pass_(seconds_later)  # during the event, and when it is over
    fed = await json_of(files.feed(reading_of(store).pieces(), JSON_STYLE))
    assert await json_of(files.write(reading_of(store), JSON_STYLE)) == fed
    assert len(fed["rows"]) > 14 and any(row["annulled_before"] for row in fed["rows"])
    states = {row["state"] for row in fed["rows"]}
    assert states >= ({"waiting", "held", "marked"} if not seconds_later else {"joined", "marked"})


async def test_an_event_of_nobody_has_one(store: Any, files: SheetFiles) -> None:
    await add_people(store, "А")
    await store.transact(lambda unit: unit.events.add(an_event()))
    assert (await json_of(files.write(reading_of(store), JSON_STYLE)))["rows"] == []


async def test_who_may_not_have_it_any_more_when_it_is_made_has_none(
    store: Any, files: SheetFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the last thing before it is sent."""
    ids = await add_open_day(store, random.Random(7))
    await store.transact(lambda unit: unit.helpers.add(EVENT, ids[5], NOON))
    reading, look_count = reading_of(store, ids[5]), 0
    browse: Callable[..., Any] = reading.browse

    async def left_out_meanwhile(look: Any) -> Any:
        nonlocal look_count
        look_count += 1
        if look_count == 2:
            await store.transact(lambda unit: unit.helpers.remove(EVENT, ids[5]))
        return await browse(look)

    reading.browse = left_out_meanwhile
    monkeypatch.setattr("attendance_core.attendance.sheet.ROWS_A_LOOK", 7)
    with pytest.raises(NotAnOrganiser):
        await files.write(reading, JSON_STYLE)
    assert not files._running
    with pytest.raises(NotAnOrganiser):
        await files.write(reading_of(store, ids[5]), JSON_STYLE)


async def told_of(store: SqliteStore) -> list[Any]:
    """What a worker is told of a file of SQLite: where it is, and whose each look is to read."""
    reading = reading_of(store)
    source = ReadInPlace(store._path)
    return [each async for each in source.worker_input(reading, await reading.begin())]


class TestInPlace:
    """Of SQLite workers read the file by themselves."""

    async def test_a_worker_is_told_in_many_small_steps(self, sqlite_store: SqliteStore) -> None:
        """Of the event loop, which others wait for meanwhile."""
        ids = [UserId(number) for number in range(1, 10_001)]
        steps, at_each = 0, []

        async def goes_on() -> None:
            nonlocal steps
            while True:
                steps += 1
                await asyncio.sleep(0)

        class Worker:
            def write(self, line: bytes) -> None:
                at_each.append((steps, len(line)))

            async def drain(self) -> None:
                pass

        source, begun = ReadInPlace(sqlite_store._path), SheetBegun(an_event(), NOON, ids)
        worker: Any = Worker()
        other_work = asyncio.create_task(goes_on())
        await sheets._tell(source, reading_of(sqlite_store), begun, JSON_STYLE, worker)
        other_work.cancel()
        _, facts_source, *looks, end = at_each
        assert max(size for _, size in looks) < 5_000 and len(looks) == 20
        assert len({at for at, _ in (facts_source, *looks, end)}) == len(looks) + 2

    async def test_a_worker_cannot_write_there(self, sqlite_store: SqliteStore) -> None:
        await add_open_day(sqlite_store, random.Random(1))
        facts_source, *looks, _ = await told_of(sqlite_store)
        facts_source["statements"] = [["DELETE FROM scans RETURNING user_id", []]]

        ours, its = socket.socketpair()
        cannot = pytest.raises(sqlite3.OperationalError, match="readonly")
        with ours, its, its.makefile("rb") as from_service, cannot:
            next(sheet_reader.read_in_place(facts_source, looks, NOON, from_service))

    async def test_one_whose_service_dies_writes_nothing_whole(
        self, sqlite_store: SqliteStore
    ) -> None:
        await add_open_day(sqlite_store, random.Random(1))
        head = {"words": WORDS["en"], "name": "x", "event_id": str(EVENT), "creator_id": 1}
        head |= {"starts_at": 0, "ends_at": 1, "made_at": 0, "how_rows_come": "in place"}
        lines = [json.dumps(each) + "\n" for each in (head, *await told_of(sqlite_store))]
        for count in range(1, len(lines) + 1):
            done = await asyncio.to_thread(
                subprocess.run,
                [*sheets.WORKER_COMMAND, "csv", "UTC"],
                input="".join(lines[:count]).encode(),
                capture_output=True,
                check=False,
            )
            assert done.returncode == sheet_worker.EXIT_CUT_SHORT, done.stderr

    async def test_a_file_that_cannot_be_read_is_unavailable(
        self, sqlite_store: SqliteStore, tmp_path: Path
    ) -> None:
        await add_open_day(sqlite_store, random.Random(1))
        files = SheetFiles(ReadInPlace(tmp_path / "a 100% new?.db"))
        with pytest.raises(Unavailable) as caught:
            await files.write(reading_of(sqlite_store), JSON_STYLE)
        assert "unable to open database file" in str(caught.value.__cause__)
        assert not (tmp_path / "a 100% new?.db").exists()
        files.close()
