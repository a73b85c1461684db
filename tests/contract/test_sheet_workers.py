"""Sheets are written by a process each, which dies without leaving anything. Decision 0019."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from attendance_adapters import sheet_job, sheet_worker, sheets
from attendance_adapters.sheet_words import WORDS
from attendance_adapters.sheets import SheetFiles
from attendance_core.attendance import SheetPiece
from attendance_core.errors import NotAnOrganiser, Unavailable
from attendance_core.ports import SheetFormat
from tests.support import xlsx
from tests.support.eventually import eventually
from tests.support.sheet_rows import (
    COUNTS,
    EVENT,
    MOSCOW_STYLE,
    NINE_O_CLOCK,
    ROWS,
    UTC_STYLE,
    content,
    pieces,
)
from tests.support.sheet_rows import sheet_files as files
from tests.support.sheet_workers import Endless, folder, running_worker

__all__ = ["files", "folder"]


async def test_a_worker_waits_for_others_from_the_first(
    files: SheetFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before it says anything of itself. Decision 0019."""
    sleeping_command = (sheets.WORKER_COMMAND[0], "-c", "import time; time.sleep(60)")
    monkeypatch.setattr(sheets, "WORKER_COMMAND", sleeping_command)
    writing = asyncio.create_task(files.feed(Endless().pieces(), UTC_STYLE))
    worker = await running_worker(files)
    our_niceness, its_niceness = (os.getpriority(os.PRIO_PROCESS, pid) for pid in (0, worker.pid))
    assert its_niceness == min(our_niceness + sheet_job.ADDED_NICENESS, 19)
    # Of another session Linux may take no notice of that; of our group Ctrl-C would end it
    assert (os.getsid(worker.pid), os.getpgid(worker.pid)) == (os.getsid(0), worker.pid)
    writing.cancel()
    await asyncio.wait({writing})


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
class TestDeaths:
    """Whoever dies, there is a whole file or none, and nothing is left. Contract: 8.14."""

    async def test_a_worker_that_is_killed_is_unavailable(
        self, files: SheetFiles, folder: Path, kind: SheetFormat
    ) -> None:
        rows = Endless()
        writing = asyncio.create_task(files.feed(rows.pieces(), UTC_STYLE._replace(format=kind)))
        worker = await running_worker(files)
        worker.kill()
        rows.goes_on.set()
        with pytest.raises(Unavailable) as caught:
            await asyncio.wait_for(writing, 10)
        assert str(-signal.SIGKILL) in str(caught.value.__cause__)
        assert list(folder.iterdir()) == [] and not files._running

    async def test_the_worker_of_one_that_nobody_waits_for_is_ended(
        self, files: SheetFiles, folder: Path, kind: SheetFormat
    ) -> None:
        rows = Endless()
        writing = asyncio.create_task(files.feed(rows.pieces(), UTC_STYLE._replace(format=kind)))
        worker = await running_worker(files)
        writing.cancel()
        await asyncio.wait({writing}, timeout=10)
        assert writing.cancelled() and worker.returncode == -signal.SIGKILL
        assert list(folder.iterdir()) == [] and not files._running

    async def test_closing_lets_nobody_wait(
        self, files: SheetFiles, folder: Path, kind: SheetFormat
    ) -> None:
        rows = Endless()
        writing = asyncio.create_task(files.feed(rows.pieces(), UTC_STYLE._replace(format=kind)))
        await running_worker(files)
        files.close()
        rows.goes_on.set()
        with pytest.raises(Unavailable):
            await asyncio.wait_for(writing, 10)
        with pytest.raises(Unavailable):
            await files.feed(pieces(*ROWS), UTC_STYLE)
        assert list(folder.iterdir()) == []

    async def test_what_a_look_raises_is_raised_and_what_takes_too_long_is_given_up(
        self, folder: Path, kind: SheetFormat
    ) -> None:
        async def pieces_until_refused() -> AsyncIterator[SheetPiece]:
            yield SheetPiece(EVENT, NINE_O_CLOCK, ROWS, COUNTS)
            raise NotAnOrganiser

        files, style = SheetFiles(max_seconds=0.3), UTC_STYLE._replace(format=kind)
        with pytest.raises(NotAnOrganiser):
            await SheetFiles().feed(pieces_until_refused(), style)
        with pytest.raises(Unavailable) as caught:
            await files.feed(Endless().pieces(), style)
        assert isinstance(caught.value.__cause__, TimeoutError)
        assert list(folder.iterdir()) == [] and not files._running

    def test_a_worker_whose_service_dies_writes_nothing_whole(self, kind: SheetFormat) -> None:
        head = {
            "words": WORDS["en"],
            "name": "x",
            "starts_at": 0,
            "ends_at": 1,
            "made_at": 0,
            "how_rows_come": "made",
        }
        for lines in ("", json.dumps(head) + "\n[]\n", json.dumps(head)):
            done = subprocess.run(
                [*sheets.WORKER_COMMAND, kind, "UTC"],
                input=lines.encode(),
                capture_output=True,
                check=False,
            )
            assert done.returncode == sheet_worker.EXIT_CUT_SHORT, done.stderr


WRITES_FOR_EVER = """
import asyncio
from uuid import UUID

from attendance_adapters.sheets import SheetFiles
from attendance_core.attendance import Participant, SheetPiece, SheetRow
from attendance_core.events import Event
from attendance_core.ports import SheetStyle
from attendance_core.sheet_counts import SheetCounts

async def pieces():
    event = Event(UUID(int=15), "Algebra", 7, 0, 5400, "ABCDEF")
    person = Participant(8, "Boris", False, None)
    rows = (SheetRow(person, "waiting"),) * 60
    while True:
        yield SheetPiece(event, 0, rows, SheetCounts(0, 0, 0, 0, 0))

asyncio.run(SheetFiles().feed(pieces(), SheetStyle("xlsx", "UTC", "en")))
"""


async def test_of_a_service_and_its_worker_that_are_killed_nothing_is_left(folder: Path) -> None:
    """Nor is there anything to be found before: what is written has no name. Decision 0019."""
    environment = {**os.environ, "TMPDIR": str(folder)}
    service = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WRITES_FOR_EVER, env=environment
    )
    service_process = psutil.Process(service.pid)
    await eventually(service_process.children, 30)
    (worker,) = service_process.children()
    # It has written some of the rows, and is not at its end
    await eventually(lambda: os.stat(f"/proc/{worker.pid}/fd/1").st_size > 20_000, 30)
    assert list(folder.iterdir()) == []
    worker.suspend()
    service.kill()
    await service.wait()
    worker.kill()
    await eventually(lambda: not psutil.pid_exists(worker.pid) or worker.status() == "zombie")
    assert list(folder.iterdir()) == []


class TestBounds:
    async def test_where_the_machine_has_no_room_for_a_worker_it_is_unavailable(
        self, files: SheetFiles, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(sheets, "WORKER_COMMAND", ("/nowhere/python",))
            with pytest.raises(Unavailable):
                await content(files)
        assert list(folder.iterdir()) == []
        assert await content(files)

    @pytest.mark.long
    async def test_ten_thousand_rows_take_no_more_memory_than_it_may_have(
        self, files: SheetFiles
    ) -> None:
        """Contract: 8.14: what it may take is a limit of the process, and is enough."""
        assert sheet_worker.MAX_MEMORY_BYTES == 30 * 1024 * 1024
        many = pieces(*(ROWS * 3334)[:10_000], size=500)
        with await files.feed(many, MOSCOW_STYLE._replace(format="xlsx")) as file:
            book = xlsx.read(file)
        *_, next_to_last, last = book.rows[: book.frozen_row_count + 10_000]
        # Of the three in ROWS one only organises, and has no number
        assert (next_to_last[0], last[1]) == (6_666, "Анна; «ё»")

    async def test_it_knows_no_secrets_of_the_service_and_none_of_its_modules(
        self, files: SheetFiles, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DATABASE_PASSWORD", "secret")
        tells = "import os, sys; sys.stderr.write(str([dict(os.environ), list(sys.modules)])); 1/0"
        telling_command = (sheets.WORKER_COMMAND[0], "-c", tells)
        monkeypatch.setattr(sheets, "WORKER_COMMAND", telling_command)
        with pytest.raises(Unavailable) as caught:
            await content(files)
        assert "secret" not in str(caught.value.__cause__)
        loads = (
            "import sys; from attendance_adapters import sheet_worker;"
            "sheet_worker.stub_core_package();"
            "import attendance_adapters.sheet_reader; print(*sys.modules)"
        )
        loaded = await asyncio.to_thread(
            subprocess.check_output, [sys.executable, "-P", "-c", loads], text=True
        )
        ours = [each for each in loaded.split() if each.startswith("attendance")]
        assert ours == [
            *("attendance_adapters", "attendance_adapters.sheet_parts"),
            *("attendance_adapters.sheet_json", "attendance_adapters.sheet_tables"),
            *("attendance_adapters.sheet_worker", "attendance_core"),
            *("attendance_core.folding", "attendance_core.vocabulary"),
            *("attendance_core.seen_states", "attendance_core.sheet_counts"),
            *("attendance_adapters.sheet_rows", "attendance_adapters.sheet_reader"),
        ]
        assert not {"sqlalchemy", "asyncio", "xlsxwriter"} & set(loaded.split())
