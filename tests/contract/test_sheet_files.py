"""Sheets as files, cell by cell. Contract: 8.13, 8.14."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from attendance_adapters import sheet_tables, sheet_workbook
from attendance_adapters.sheet_words import WORDS
from attendance_adapters.sheets import SheetFiles
from attendance_core.attendance import AnnulledSeen, Participant, SheetRow
from attendance_core.errors import InvalidArgument
from attendance_core.events import Event
from attendance_core.marking.ledger import AnnulReason, Grade
from attendance_core.ports import SheetFormat, SheetStyle
from attendance_core.sheet_counts import SheetCounts
from attendance_core.vocabulary import LATEST_INSTANT
from tests.support import xlsx
from tests.support.sheet_rows import (
    ANNA,
    BORIS,
    EVENT,
    MOSCOW_STYLE,
    NAME,
    NINE_O_CLOCK,
    ROWS,
    UTC_STYLE,
    content,
    pieces,
)
from tests.support.sheet_rows import sheet_files as files

__all__ = ["files"]

SOFFICE = shutil.which("soffice")
NEEDS_SOFFICE = os.environ.get("ATTENDANCE_TEST_LIBREOFFICE") == "required"
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


def trimmed(row: Iterable[Any]) -> list[Any]:
    """Without the empty cells at its end, which no table shows."""
    cells = [None if cell == "" else cell for cell in row]
    while cells and cells[-1] is None:
        cells.pop()
    return cells


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
        book = xlsx.read(io.BytesIO(await content(files, MOSCOW_STYLE._replace(format="xlsx"))))
        assert [trimmed(row) for row in book.rows] == [trimmed(row) for row in TABLE]
        assert (book.title, book.frozen_row_count) == ("Посещаемость", 5)
        assert book.widths == pytest.approx(sheet_workbook.WIDTHS, abs=1)
        assert book.formula_count == 0
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
            (NINE_O_CLOCK + 3601, ["ещё не в списке", "ждёт", "отметка отменена"]),
            (NINE_O_CLOCK + 3600, ["без отметки", "ждёт", "отметка отменена"]),
        ],
    )
    async def test_nobody_is_about_to_come_after_the_end_or_with_an_annulled_mark(
        self, files: SheetFiles, ends: float, states: list[str]
    ) -> None:
        event = Event(EVENT.event_id, "x", ANNA, NINE_O_CLOCK, ends, EVENT.code)
        person = Participant(BORIS, "Б", False, None)
        annulled = AnnulledSeen(
            NINE_O_CLOCK, "А", NINE_O_CLOCK, "А", AnnulReason.OTHER, "", ANNA, ANNA
        )
        rows = (
            SheetRow(person, "joined"),
            SheetRow(person, "waiting", None, (annulled,)),
            SheetRow(person, "joined", None, (annulled,)),
        )
        with await files.feed(pieces(*rows, event=event), MOSCOW_STYLE) as file:
            table = list(csv.reader(io.StringIO(file.read().decode()), delimiter=";"))
        assert [row[4] for row in table[5:8]] == states

    async def test_whoever_has_deleted_their_account_is_called_so_wherever_a_name_is(
        self, files: SheetFiles
    ) -> None:
        """Contract: 9.1."""
        annulled = AnnulledSeen(
            NINE_O_CLOCK, "", NINE_O_CLOCK, "", AnnulReason.OTHER, "", ANNA, ANNA
        )
        row = SheetRow(Participant(BORIS, "", False, None), "joined", None, (annulled,))
        with await files.feed(pieces(row), MOSCOW_STYLE) as file:
            table = list(csv.reader(io.StringIO(file.read().decode()), delimiter=";"))
        assert (table[5][1], table[5][9].count("аккаунт удалён")) == ("аккаунт удалён", 2)
        with await files.feed(pieces(row), MOSCOW_STYLE._replace(format="json")) as file:
            assert json.load(file)["rows"][0]["display_name"] == ""

    @pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
    def test_no_text_is_calculated(self, sign: str) -> None:
        assert sheet_tables.kept_as_text(f"{sign}1") == f"'{sign}1"
        assert sheet_tables.kept_as_text(f"1{sign}") == f"1{sign}"

    @pytest.mark.parametrize("kind", ["csv", "json", "xlsx"])
    async def test_an_event_of_nobody_has_a_sheet(
        self, files: SheetFiles, kind: SheetFormat
    ) -> None:
        written = await files.feed(pieces(), UTC_STYLE._replace(format=kind))
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
        last = Event(EVENT.event_id, "x", ANNA, NINE_O_CLOCK, LATEST_INSTANT, EVENT.code)
        text = (await content(files, MOSCOW_STYLE, event=last)).decode()
        assert "9999-12-31 23:59:59+00:00" in text

    def test_both_languages_have_the_same_words(self) -> None:
        assert WORDS["ru"].keys() == WORDS["en"].keys()
        assert len(WORDS["ru"]["columns"]) == len(WORDS["en"]["columns"])
        assert len(sheet_workbook.WIDTHS) == len(WORDS["en"]["columns"])
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
            await files.feed(pieces(*ROWS), UTC_STYLE._replace(zone=zone))
        assert caught.value.words == {"field": "tz"}

    @pytest.mark.parametrize("zone", ["UTC", "Etc/UTC", "America/Argentina/Ushuaia", "US/Pacific"])
    async def test_those_of_iana_are_known(self, files: SheetFiles, zone: str) -> None:
        assert await content(files, UTC_STYLE._replace(zone=zone))


@pytest.mark.long
@pytest.mark.skipif(SOFFICE is None and not NEEDS_SOFFICE, reason="there is no LibreOffice here")
async def test_libreoffice_opens_it_and_finds_the_same_cells(
    files: SheetFiles, tmp_path: Path
) -> None:
    workbook = tmp_path / "sheet.xlsx"
    workbook.write_bytes(await content(files, MOSCOW_STYLE._replace(format="xlsx")))
    assert SOFFICE is not None, "ATTENDANCE_TEST_LIBREOFFICE=required, and there is none"
    convert = [SOFFICE, "--headless", f"-env:UserInstallation=file://{tmp_path}/profile"]
    # With ";" between the cells, quotes around them, in UTF-8
    convert += ["--convert-to", "csv:Text - txt - csv (StarCalc):59,34,76", "--outdir"]
    ran = await asyncio.create_subprocess_exec(
        *convert, str(tmp_path), str(workbook), env={**os.environ, "HOME": str(tmp_path)}
    )
    assert await asyncio.wait_for(ran.wait(), 100) == 0
    text = (tmp_path / "sheet.csv").read_text().removeprefix("\ufeff")
    table = [trimmed(row) for row in csv.reader(io.StringIO(text), delimiter=";")]
    assert table == [trimmed(None if each is None else str(each) for each in row) for row in TABLE]
