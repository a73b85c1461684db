"""Sheets as files, cell by cell, each written by a process of its own. Contract: 8.13, 8.14."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import AsyncIterator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

import psutil
import pytest

from attendance_adapters import sheet_job, sheet_worker, sheets
from attendance_adapters.sheet_words import WORDS
from attendance_adapters.sheets import SheetFiles
from attendance_core.attendance import (
    Annulled,
    Participant,
    SheetPiece,
    SheetRow,
)
from attendance_core.errors import InvalidArgument, NotAnOrganiser, Unavailable
from attendance_core.events import Event
from attendance_core.marking.ledger import AnnulReason, EntryNotes, Grade, Origin
from attendance_core.marking.places import Marked, SheetCounts
from attendance_core.ports import SheetFormat, SheetStyle
from attendance_core.vocabulary import LATEST_INSTANT, EventCode, EventId, UserId
from tests.support import xlsx
from tests.support.live_house import eventually
from tests.support.site import opened_site

ANNA, BORIS = UserId(7), UserId(12)
SOFFICE = shutil.which("soffice")
NEEDS_SOFFICE = os.environ.get("ATTENDANCE_TEST_LIBREOFFICE") == "required"
NINE = 1_788_242_400.0  # 2026-09-01, 09:00 in Moscow
NAME = '=HYPERLINK("http://e.test";"Лекция")'
EVENT = Event(EventId(UUID(int=15)), NAME, ANNA, NINE, NINE + 5400, EventCode("ABCDEF"))
MOSCOW, UTC = SheetStyle("csv", "Europe/Moscow", "ru"), SheetStyle("csv", "UTC", "en")
ROWS = (
    SheetRow(Participant(ANNA, "Анна; «ё»", True, None), "joined"),
    SheetRow(
        Participant(
            BORIS,
            "-Борис 😀",
            False,
            Marked(ANNA, NINE + 61.75, 3, Origin.HAND),
            True,
            Grade.ORGANISER,
            EntryNotes("@Боря", "+без телефона", "-Борис 😀"),
        ),
        "marked",
        "Анна; «ё»",
        (
            Annulled(
                NINE, "שרה", NINE + 60, "Анна", AnnulReason.WRONG_PERSON, "не тот", UserId(13), ANNA
            ),
        ),
        2,
    ),
    SheetRow(
        Participant(UserId(13), "שרה _x0041_ \ufffe", False, None, False),
        "left",
        None,
        (Annulled(NINE, "-Борис 😀", NINE + 1, "שרה", AnnulReason.NOT_ME, "", BORIS, UserId(13)),),
    ),
)
COUNTS = SheetCounts(3, 0, 0, 1, participants=2)
HISTORY = (
    "ещё раньше: 2; отметка 2026-09-01 09:00:00+03:00 (שרה) "
    "отменена 2026-09-01 09:01:00+03:00 (Анна): отмечен другой человек (не тот)"
)
TABLE: list[list[Any]] = [
    [NAME],
    ["Начало", "2026-09-01 09:00:00+03:00"],
    ["Конец", "2026-09-01 10:30:00+03:00"],
    [],
    list(WORDS["ru"]["columns"]),
    [None, "Анна; «ё»", None, "проверена", "организует занятие", None, None, None, None, None],
    [
        *(1, "-Борис 😀", "@Боря", None, "есть отметка", "2026-09-01 09:01:01+03:00", "Анна; «ё»"),
        *("организатор", "+без телефона", HISTORY),
    ],
    [
        *(2, "שרה _x0041_ \ufffe", None, None, "отметка отменена", None, None, None, None),
        "отметка 2026-09-01 09:00:00+03:00 (-Борис 😀) "
        "отменена 2026-09-01 09:00:01+03:00 (שרה): «это не я»",
    ],
    [],
    [None, "Всего", 3],
    [None, "Ждут", 0],
    [None, "Сейчас отмечают", 0],
    [None, "Отмечено", 1],
    [None, "Без организатора и ушедших", 2],
    [None, "Составлено", "2026-09-01 10:00:00+03:00"],
]


async def pieces(*rows: SheetRow, size: int = 2, event: Event = EVENT) -> AsyncIterator[SheetPiece]:
    for first in range(0, len(rows) or 1, size):
        yield SheetPiece(event, NINE + 3600, rows[first : first + size], COUNTS)


def trimmed(row: Iterable[Any]) -> list[Any]:
    """Without the empty cells at its end, which no table shows."""
    cells = [None if cell == "" else cell for cell in row]
    while cells and cells[-1] is None:
        cells.pop()
    return cells


@pytest.fixture
def files() -> Iterator[SheetFiles]:
    made = SheetFiles()
    yield made
    made.close()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where files are that nobody should find."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


async def content(files: SheetFiles, style: SheetStyle = MOSCOW, **options: Any) -> bytes:
    with await files.write(pieces(*ROWS, **options), style) as file:
        return file.read()


class TestCells:
    """Contract: 8.13."""

    async def test_csv_is_what_excel_opens_and_calculates_nothing(self, files: SheetFiles) -> None:
        """Contract: 8.14."""
        text = (await content(files)).decode()
        assert text.startswith("\ufeff\"'=HYPERLINK(") and "sep=" not in text
        assert text.endswith("\r\n") and "\n" not in text.replace("\r\n", "")
        table = list(csv.reader(io.StringIO(text[1:]), delimiter=";"))
        dangerous = {NAME, "-Борис 😀", "@Боря", "+без телефона"}
        assert [trimmed(row) for row in table] == [
            trimmed(
                f"'{cell}" if cell in dangerous else cell if cell is None else str(cell)
                for cell in row
            )
            for row in TABLE
        ]

    async def test_xlsx_has_the_same_cells_as_texts_and_a_head_that_stays(
        self, files: SheetFiles
    ) -> None:
        book = xlsx.read(io.BytesIO(await content(files, MOSCOW._replace(format="xlsx"))))
        assert [trimmed(row) for row in book.rows] == [trimmed(row) for row in TABLE]
        assert (book.title, book.frozen_rows) == ("Посещаемость", 5)
        assert book.widths == pytest.approx(sheet_worker.WIDTHS, abs=1)
        assert book.formulas == 0
        assert not [part for part in book.parts if "rels" in part and "sheet" in part], "no links"

    async def test_json_has_the_names_of_the_calls(self, files: SheetFiles) -> None:
        read = json.loads(await content(files, SheetStyle("json", "Asia/Yekaterinburg", "ru")))
        nothing = {"marked_as": None, "marked_at": None, "marked_by": None}
        nothing |= {"marked_by_id": None, "grade": None}
        assert read == {
            "event": {
                "event_id": str(EVENT.event_id),
                "name": NAME,
                "time_from": "2026-09-01T11:00:00+05:00",
                "time_to": "2026-09-01T12:30:00+05:00",
            },
            "rows": [
                {
                    **{"number": None, "user_id": 7, "display_name": "Анна; «ё»"},
                    "confirmed": True,
                    **{"state": "joined", **nothing, "note": None},
                    **{"annulled": [], "annulled_before": 0},
                },
                {
                    **{"number": 1, "user_id": 12, "display_name": "-Борис 😀"},
                    **{"confirmed": False, "state": "marked", "marked_as": "@Боря"},
                    **{"marked_at": "2026-09-01T11:01:01+05:00", "marked_by": "Анна; «ё»"},
                    "marked_by_id": 7,
                    **{"grade": "organiser", "note": "+без телефона", "annulled_before": 2},
                    "annulled": [
                        {
                            "marked_at": "2026-09-01T11:00:00+05:00",
                            "marked_by": "שרה",
                            "marked_by_id": 13,
                            "at": "2026-09-01T11:01:00+05:00",
                            "by": "Анна",
                            "by_id": 7,
                            "reason": "wrong_person",
                            "note": "не тот",
                        }
                    ],
                },
                {
                    **{"number": 2, "user_id": 13, "display_name": "שרה _x0041_ \ufffe"},
                    **{"confirmed": False, "state": "left", **nothing, "note": None},
                    "annulled": [
                        {
                            "marked_at": "2026-09-01T11:00:00+05:00",
                            "marked_by": "-Борис 😀",
                            "marked_by_id": 12,
                            "at": "2026-09-01T11:00:01+05:00",
                            "by": "שרה",
                            "by_id": 13,
                            "reason": "not_me",
                            "note": None,
                        }
                    ],
                    "annulled_before": 0,
                },
            ],
            "counts": {"joined": 3, "waiting": 0, "held": 0, "marked": 1, "participants": 2},
            "made_at": "2026-09-01T12:00:00+05:00",
        }

    @pytest.mark.parametrize(
        ("ends", "states"),
        [
            (NINE + 3601, ["ещё не в списке", "ждёт", "отметка отменена"]),
            (NINE + 3600, ["без отметки", "ждёт", "отметка отменена"]),
        ],
    )
    async def test_nobody_is_about_to_come_after_the_end_or_with_an_annulled_mark(
        self, files: SheetFiles, ends: float, states: list[str]
    ) -> None:
        event = Event(EVENT.event_id, "x", ANNA, NINE, ends, EVENT.code)
        person = Participant(BORIS, "Б", False, None)
        annulled = Annulled(NINE, "А", NINE, "А", AnnulReason.OTHER, "", ANNA, ANNA)
        rows = (
            SheetRow(person, "joined"),
            SheetRow(person, "waiting", None, (annulled,)),
            SheetRow(person, "joined", None, (annulled,)),
        )
        with await files.write(pieces(*rows, event=event), MOSCOW) as file:
            table = list(csv.reader(io.StringIO(file.read().decode()), delimiter=";"))
        assert [row[4] for row in table[5:8]] == states

    @pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
    def test_no_text_is_calculated(self, sign: str) -> None:
        assert sheet_worker.harmless(f"{sign}1") == f"'{sign}1"
        assert sheet_worker.harmless(f"1{sign}") == f"1{sign}"

    @pytest.mark.parametrize("kind", ["csv", "json", "xlsx"])
    async def test_an_event_of_nobody_has_a_sheet(
        self, files: SheetFiles, kind: SheetFormat
    ) -> None:
        written = await files.write(pieces(), UTC._replace(format=kind))
        with written as file:
            if kind == "json":
                assert json.load(file)["rows"] == []
            elif kind == "csv":
                assert len(file.read().decode().splitlines()) == 12
            else:
                assert len(xlsx.read(file).rows) == 12

    async def test_the_last_second_there_is_can_be_written_in_every_zone(
        self, files: SheetFiles
    ) -> None:
        last = Event(EVENT.event_id, "x", ANNA, NINE, LATEST_INSTANT, EVENT.code)
        text = (await content(files, MOSCOW, event=last)).decode()
        assert "9999-12-31 23:59:59+00:00" in text

    def test_both_languages_have_the_same_words(self) -> None:
        assert WORDS["ru"].keys() == WORDS["en"].keys()
        assert len(WORDS["ru"]["columns"]) == len(WORDS["en"]["columns"])
        assert len(sheet_worker.WIDTHS) == len(WORDS["en"]["columns"])
        named = {each.value for each in (*AnnulReason, *Grade)}
        states = {"joined", "waiting", "held", "marked", "left"}
        for words in WORDS.values():
            assert named | states <= words.keys()
            assert len(words["title"]) <= 31
            assert set(words["counts"]) == set(SheetCounts._fields)


class TestZones:
    @pytest.mark.parametrize(
        "zone",
        [
            *("", "Moscow", "europe/moscow", "Europe", "../UTC", "/etc/passwd", "localtime"),
            *("Europe/Moscow\n", "right/UTC", "Factory", "UTC+3", "a" * 5000, "Ж"),
        ],
    )
    async def test_one_that_there_is_not_is_named_before_anything_is_read(
        self, files: SheetFiles, zone: str
    ) -> None:
        with pytest.raises(InvalidArgument) as caught:
            await files.write(pieces(*ROWS), UTC._replace(zone=zone))
        assert caught.value.words == {"field": "tz"}

    @pytest.mark.parametrize("zone", ["UTC", "Etc/UTC", "America/Argentina/Ushuaia", "US/Pacific"])
    async def test_those_of_iana_are_known(self, files: SheetFiles, zone: str) -> None:
        assert await content(files, UTC._replace(zone=zone))


async def running(files: SheetFiles) -> subprocess.Popen[bytes]:
    """The worker, once it runs."""
    await eventually(lambda: any(job.worker for job in files._running))
    (worker,) = (job.worker for job in files._running)
    assert worker is not None
    return worker


class Endless:
    """Rows of which the second piece comes when the test says."""

    def __init__(self) -> None:
        self.goes_on = asyncio.Event()

    async def pieces(self) -> AsyncIterator[SheetPiece]:
        yield SheetPiece(EVENT, NINE, ROWS, COUNTS)
        await self.goes_on.wait()
        for _ in range(2000):  # more than pipes take of themselves
            yield SheetPiece(EVENT, NINE, ROWS, COUNTS)


async def test_a_worker_waits_for_others_from_the_first(
    files: SheetFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before it says anything of itself. Decision 0019."""
    begins = (sheets.WORKER_COMMAND[0], "-c", "import time; time.sleep(60)")
    monkeypatch.setattr(sheets, "WORKER_COMMAND", begins)
    writing = asyncio.create_task(files.write(Endless().pieces(), UTC))
    worker = await running(files)
    ours, its = (os.getpriority(os.PRIO_PROCESS, pid) for pid in (0, worker.pid))
    assert its == min(ours + sheet_job.NICENESS, 19)
    writing.cancel()
    await asyncio.wait({writing})


class SlowStart:
    """Has each process begin when the test says."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_asked, self.goes_on = threading.Event(), threading.Event()
        self.begun: list[subprocess.Popen[bytes]] = []
        self._start = subprocess.Popen
        monkeypatch.setattr(subprocess, "Popen", self)

    def __call__(self, *command: Any, **options: Any) -> subprocess.Popen[bytes]:
        self.is_asked.set()
        assert self.goes_on.wait(5), "the loop waits for the start of a process"
        self.begun.append(self._start(*command, **options))
        return self.begun[-1]


class TestStarts:
    """The event loop goes on while a worker is started. Decision 0019."""

    async def test_one_that_is_left_as_it_starts_is_ended(
        self, files: SheetFiles, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        open_before = psutil.Process().num_fds()
        start = SlowStart(monkeypatch)
        writing = asyncio.create_task(files.write(Endless().pieces(), UTC))
        await eventually(start.is_asked.is_set)
        writing.cancel()
        assert not (await asyncio.wait({writing}, timeout=0.05))[0], "what it starts is used yet"
        start.goes_on.set()
        await asyncio.wait({writing}, timeout=10)
        (worker,) = start.begun
        assert writing.cancelled() and worker.returncode == -signal.SIGKILL
        assert list(folder.iterdir()) == [] and not files._running
        await eventually(lambda: psutil.Process().num_fds() == open_before)

    async def test_closing_ends_one_as_it_starts(
        self, files: SheetFiles, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        start = SlowStart(monkeypatch)
        writing = asyncio.create_task(files.write(pieces(*ROWS), UTC))
        await eventually(start.is_asked.is_set)
        files.close()
        start.goes_on.set()
        with pytest.raises(Unavailable):
            await asyncio.wait_for(writing, 10)
        (worker,) = start.begun
        assert worker.returncode == -signal.SIGKILL and list(folder.iterdir()) == []

    async def test_one_that_is_left_at_any_step_keeps_nothing_open(
        self, files: SheetFiles, folder: Path
    ) -> None:
        assert await content(files)
        open_before, others = psutil.Process().num_fds(), psutil.Process().children()
        for steps in range(12):
            writing = asyncio.create_task(files.write(pieces(*ROWS), UTC))
            for _ in range(steps):
                await asyncio.sleep(0)
            writing.cancel()
            await asyncio.wait({writing}, timeout=10)
            assert writing.cancelled() and list(folder.iterdir()) == []
        await eventually(lambda: psutil.Process().num_fds() == open_before)
        assert set(psutil.Process().children()) <= set(others)  # servers of other tests

    async def test_one_that_is_left_before_its_turn_waits_for_nobody(
        self, files: SheetFiles, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(files, "_threads", ThreadPoolExecutor(1))
        first = asyncio.create_task(files.write(Endless().pieces(), UTC))
        await running(files)
        open_before = psutil.Process().num_fds()
        second = asyncio.create_task(files.write(Endless().pieces(), UTC))
        await eventually(lambda: len(files._running) == 2)
        second.cancel()
        await asyncio.wait({second}, timeout=5)
        assert second.cancelled() and not first.done()
        await eventually(lambda: psutil.Process().num_fds() == open_before)
        first.cancel()
        await asyncio.wait({first}, timeout=10)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
class TestDeaths:
    """Whoever dies, there is a whole file or none, and nothing is left. Contract: 8.14."""

    async def test_a_worker_that_is_killed_is_unavailable(
        self, files: SheetFiles, folder: Path, kind: SheetFormat
    ) -> None:
        rows = Endless()
        writing = asyncio.create_task(files.write(rows.pieces(), UTC._replace(format=kind)))
        worker = await running(files)
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
        writing = asyncio.create_task(files.write(rows.pieces(), UTC._replace(format=kind)))
        worker = await running(files)
        writing.cancel()
        await asyncio.wait({writing}, timeout=10)
        assert writing.cancelled() and worker.returncode == -signal.SIGKILL
        assert list(folder.iterdir()) == [] and not files._running

    async def test_closing_lets_nobody_wait(
        self, files: SheetFiles, folder: Path, kind: SheetFormat
    ) -> None:
        rows = Endless()
        writing = asyncio.create_task(files.write(rows.pieces(), UTC._replace(format=kind)))
        await running(files)
        files.close()
        rows.goes_on.set()
        with pytest.raises(Unavailable):
            await asyncio.wait_for(writing, 10)
        with pytest.raises(Unavailable):
            await files.write(pieces(*ROWS), UTC)
        assert list(folder.iterdir()) == []

    async def test_what_a_look_raises_is_raised_and_what_takes_too_long_is_given_up(
        self, folder: Path, kind: SheetFormat
    ) -> None:
        async def helps_no_more() -> AsyncIterator[SheetPiece]:
            yield SheetPiece(EVENT, NINE, ROWS, COUNTS)
            raise NotAnOrganiser

        files, style = SheetFiles(max_seconds=0.3), UTC._replace(format=kind)
        with pytest.raises(NotAnOrganiser):
            await SheetFiles().write(helps_no_more(), style)
        with pytest.raises(Unavailable) as caught:
            await files.write(Endless().pieces(), style)
        assert isinstance(caught.value.__cause__, TimeoutError)
        assert list(folder.iterdir()) == [] and not files._running

    def test_a_worker_whose_service_dies_writes_nothing_whole_and_removes_its_folder(
        self, tmp_path: Path, kind: SheetFormat
    ) -> None:
        folder = tmp_path / "folder"
        head = {"words": WORDS["en"], "name": "x", "starts_at": 0, "ends_at": 1, "made_at": 0}
        for lines in ("", json.dumps(head) + "\n[]\n", json.dumps(head)):
            folder.mkdir()
            done = subprocess.run(
                [*sheets.WORKER_COMMAND, kind, "UTC", str(folder)],
                input=lines.encode(),
                capture_output=True,
                check=False,
            )
            assert done.returncode == sheet_worker.EXIT_CUT, done.stderr
            assert not folder.exists()


WRITES_FOR_EVER = """
import asyncio
from uuid import UUID

from attendance_adapters.sheets import SheetFiles
from attendance_core.attendance import SheetPiece
from attendance_core.events import Event
from attendance_core.marking.places import SheetCounts
from attendance_core.ports import SheetStyle

async def pieces():
    event = Event(UUID(int=15), "Algebra", 7, 0, 5400, "ABCDEF")
    yield SheetPiece(event, 0, (), SheetCounts(0, 0, 0, 0, 0))
    await asyncio.Event().wait()

asyncio.run(SheetFiles().write(pieces(), SheetStyle("xlsx", "UTC", "en")))
"""


async def test_what_is_left_of_two_that_are_killed_goes_with_the_next_start(
    folder: Path, files: SheetFiles
) -> None:
    """And not before: nobody removes what is still written. Decision 0019."""
    environment = {**os.environ, "TMPDIR": str(folder)}
    service = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WRITES_FOR_EVER, env=environment
    )
    await eventually(lambda: list(folder.glob("*/*")), 30)  # the worker has begun
    (worker,) = psutil.Process(service.pid).children()
    await files.sweep()
    worker.suspend()
    service.kill()
    await service.wait()
    await files.sweep()
    assert list(folder.glob("*/*")), "the worker writes there"
    worker.kill()
    await eventually(lambda: not psutil.pid_exists(worker.pid) or worker.status() == "zombie")
    (folder / "attendance-sheet-link").symlink_to(folder / "else")
    (folder / "else").mkdir()
    async with opened_site(None):
        pass
    assert sorted(each.name for each in folder.iterdir()) == ["attendance-sheet-link", "else"]


class TestBounds:
    async def test_where_the_machine_has_no_room_for_a_worker_it_is_unavailable(
        self, files: SheetFiles, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as full:
            full.setattr(sheets, "WORKER_COMMAND", ("/nowhere/python",))
            with pytest.raises(Unavailable):
                await content(files)
        assert list(folder.iterdir()) == []
        assert await content(files)

    async def test_ten_thousand_rows_take_no_more_memory_than_it_may_have(
        self, files: SheetFiles
    ) -> None:
        """Contract: 8.14: what it may take is a limit of the process, and is enough."""
        assert sheet_worker.MAX_MEMORY_BYTES == 30 * 1024 * 1024
        many = pieces(*(ROWS * 3334)[:10_000], size=500)
        with await files.write(many, MOSCOW._replace(format="xlsx")) as file:
            book = xlsx.read(file)
        *_, before, last = book.rows[: 5 + 10_000]
        assert (before[0], last[1]) == (6_666, "Анна; «ё»")

    async def test_it_knows_no_secrets_of_the_service_and_none_of_its_modules(
        self, files: SheetFiles, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DATABASE_PASSWORD", "secret")
        look = "import os, sys; sys.stderr.write(str([dict(os.environ), list(sys.modules)])); 1/0"
        monkeypatch.setattr(sheets, "WORKER_COMMAND", (sheets.WORKER_COMMAND[0], "-c", look))
        with pytest.raises(Unavailable) as caught:
            await content(files)
        assert "secret" not in str(caught.value.__cause__)
        source = Path(sheet_worker.__file__).read_text()
        assert "import attendance" not in source and "from attendance" not in source


@pytest.mark.slow
@pytest.mark.skipif(SOFFICE is None and not NEEDS_SOFFICE, reason="there is no LibreOffice here")
async def test_libreoffice_opens_it_and_finds_the_same_cells(
    files: SheetFiles, tmp_path: Path
) -> None:
    workbook = tmp_path / "sheet.xlsx"
    workbook.write_bytes(await content(files, MOSCOW._replace(format="xlsx")))
    assert SOFFICE is not None, "ATTENDANCE_TEST_LIBREOFFICE=required, and there is none"
    convert = [SOFFICE, "--headless", f"-env:UserInstallation=file://{tmp_path}/profile"]
    convert += ["--convert-to", "csv:Text - txt - csv (StarCalc):59,34,76", "--outdir"]
    ran = await asyncio.create_subprocess_exec(
        *convert, str(tmp_path), str(workbook), env={**os.environ, "HOME": str(tmp_path)}
    )
    assert await asyncio.wait_for(ran.wait(), 100) == 0
    text = (tmp_path / "sheet.csv").read_text().removeprefix("\ufeff")
    table = [trimmed(row) for row in csv.reader(io.StringIO(text), delimiter=";")]
    assert table == [trimmed(None if each is None else str(each) for each in row) for row in TABLE]
