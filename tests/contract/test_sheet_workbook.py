"""A workbook whose rows are written by us and the rest by XlsxWriter. Contract: 8.13, 8.14."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook

from attendance_adapters.sheet_workbook import MAX_CELL, ROWS_AT_ONCE, WIDTHS, XlsxTable
from tests.support import xlsx

# What somebody may be called, and more: all that there is but what no text of ours has
TEXTS = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(
    [
        *(" a ", "\n", "a\tb", "a\r\nb", "\x00", "\ufffe\uffff", "<r>a & <b></r>", "a & b < c > d"),
        *("_x0041_", "_x0041_x0042_", "__x005F_x00e9_", "_x004_", "&amp;", "=1+1", "😀 \x85"),
    ]
)
CELLS = st.lists(TEXTS | st.integers(0, 20_000) | st.none(), min_size=1, max_size=len(WIDTHS))


def workbook_of(*rows: Sequence[Any]) -> xlsx.Workbook:
    """The workbook of these rows, the first of which is in bold, as it is read."""
    made = io.BytesIO()
    written = XlsxTable(made, "Attendance")
    for number, row in enumerate(rows):
        written.add(*row, is_bold=not number)
    written.close()
    return xlsx.read(made)


@settings(deadline=None)
@given(row=CELLS)
def test_what_is_text_comes_back_as_it_was(row: list[Any]) -> None:
    wanted = [None if cell == "" else cell for cell in row]
    (_, found) = workbook_of(["head"], [*row, "end"]).rows
    assert found == [*wanted, "end"]


@settings(deadline=None)
@given(text=TEXTS.filter(lambda text: text and not ("_x" in text or text.startswith("<r>"))))
def test_a_cell_is_written_as_xlsxwriter_would(text: str) -> None:
    """But for two codes one behind the other, and what looks like its own way to write a text of
    several looks: of those it loses something.
    """
    made = io.BytesIO()
    with Workbook(made, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        sheet.write_string(0, 0, text)
    assert workbook_of([text]).rows == xlsx.read(made).rows


def test_a_cell_has_no_more_than_a_table_takes() -> None:
    ((first, second),) = workbook_of(["😀" * 40_000, "a<" * 40_000]).rows
    assert (first, second) == ("😀" * MAX_CELL, ("a<" * 40_000)[:MAX_CELL])


def test_its_head_is_bold_and_nothing_else() -> None:
    """And whoever reads it is not told that it ends somewhere else."""
    made = io.BytesIO()
    written = XlsxTable(made, "Attendance")
    for number in range(300):
        written.add("a", number, is_bold=not number)
    written.close()
    sheet = xlsx.part(made, xlsx.SHEET)
    assert (sheet.count(' s="1"'), sheet.count("<row "), "<dimension" in sheet) == (2, 300, False)
    assert xlsx.part(made, "xl/styles.xml").count("<b/>") == 1


@pytest.mark.parametrize("row_count", [0, 1, 99, 100, 101, 1000])
def test_no_row_is_lost_however_many_there_are(row_count: int) -> None:
    rows = [["a", number] for number in range(1, row_count + 1)]
    assert workbook_of(["head"], [], *rows, ["end"]).rows == [["head"], [], *rows, ["end"]]


def test_few_rows_are_kept() -> None:
    """Contract: 8.14."""
    written = XlsxTable(io.BytesIO(), "Attendance")
    for number in range(10 * ROWS_AT_ONCE):
        written.add("a", number)
        assert len(written._unwritten) < ROWS_AT_ONCE
    written.close()


def test_blanks_around_a_text_are_kept() -> None:
    made = io.BytesIO()
    written = XlsxTable(made, "Attendance")
    written.add(" a", "b ", "c d")
    written.close()
    assert xlsx.part(made, xlsx.SHEET).count('<t xml:space="preserve">') == 2


def test_a_row_costs_few_calls() -> None:
    """Of functions: XlsxWriter makes a hundred of a row of nine. Decision 0019."""
    row = (7, "Анна; «ё»", "Аня", "checked", "marked", "2026-09-01", "Борис", "peer", "a & b")
    written = XlsxTable(io.BytesIO(), "Attendance")
    calls = 0

    def count(frame: Any, event: str, argument: Any) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        for _ in range(100):
            written.add(*row)
    finally:
        sys.setprofile(None)
    written.close()
    assert calls <= 100 * (len(row) + 4)
