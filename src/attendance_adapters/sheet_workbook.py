"""A workbook of one worksheet, written as its rows come, and nowhere before that. Decision 0019.

XlsxWriter makes the frame, which is all of it but the rows: looks, widths, what is printed. The
rows go in between as texts of ours, at a tenth of what a cell costs there.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from string import ascii_uppercase
from typing import BinaryIO, Final
from zipfile import ZIP_DEFLATED, ZipFile

from xlsxwriter import Workbook  # 12 MB that the other formats need not have

WIDTHS: Final = (5, 34, 24, 10, 14, 26, 28, 16, 30, 60)  # of the columns, in characters
HEADER_ROW: Final = 4  # below the event, its start, its end, and nothing
A4: Final = 9
MAX_CELL: Final = 16_383  # half of what Excel takes of UTF-16, since a character may be two
ROWS_AT_ONCE: Final = 100  # to be compressed
COMPRESSION: Final = 3  # of 9: a third of the time, for a tenth more of bytes

SHEET_PART: Final = "xl/worksheets/sheet1.xml"
# Around the rows; what is in bold has a number. How large the worksheet is has not to be said
FRAME: Final = re.compile(
    r"(?P<head>.*)<dimension [^>]*/>(?P<layout>.*)<sheetData>"
    r'.* s="(?P<bold>\d+)".*</sheetData>(?P<ending>.*)',
    re.DOTALL,
)
# What is not written as it is, and blanks that would be lost
NEEDS_ESCAPE: Final = re.compile(r"[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_|^\s|\s\Z")
LOOKS_LIKE_CODE: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
UNWRITABLE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]")


class XlsxTable:
    """Writes a workbook as its rows come, with few in memory; what is text stays text."""

    def __init__(self, output: BinaryIO, title: str) -> None:
        frame = ZipFile(_make_frame(title))
        found = FRAME.fullmatch(frame.read(SHEET_PART).decode())
        assert found is not None, "XlsxWriter makes another frame"
        self._bold = f' s="{found["bold"]}"'
        self._ending = "</sheetData>" + found["ending"]
        self._archive = ZipFile(output, "w", ZIP_DEFLATED, compresslevel=COMPRESSION)
        for part in frame.infolist():
            if part.filename != SHEET_PART:
                self._archive.writestr(part, frame.read(part))
        self._sheet = self._archive.open(SHEET_PART, "w")
        self._row = 0
        self._unwritten = [found["head"] + found["layout"] + "<sheetData>"]

    def add(self, *cells: str | int | None, is_bold: bool = False) -> None:
        """Adds a row; of one that is empty there is nothing to write."""
        self._row += 1
        if cells:
            row_xml = "".join(_cells_as_xml(cells, self._row, self._bold if is_bold else ""))
            self._unwritten.append(f'<row r="{self._row}">{row_xml}</row>')
        if len(self._unwritten) >= ROWS_AT_ONCE:
            self._write()

    def close(self) -> None:
        """Writes what is left."""
        self._unwritten.append(self._ending)
        self._write()
        self._sheet.close()
        self._archive.close()

    def _write(self) -> None:
        self._sheet.write("".join(self._unwritten).encode())
        self._unwritten.clear()


def _make_frame(title: str) -> BinaryIO:
    """Makes a workbook without rows, but for a cell that shows the number of bold ones."""
    frame = io.BytesIO()
    with Workbook(frame, {"in_memory": True}) as book:
        sheet = book.add_worksheet(title)
        sheet.write_blank(0, 0, None, book.add_format({"bold": True}))
        for column, width in enumerate(WIDTHS):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(HEADER_ROW + 1, 0)
        sheet.repeat_rows(HEADER_ROW)
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
    return frame


def _cells_as_xml(cells: tuple[str | int | None, ...], row: int, style: str) -> Iterator[str]:
    """Writes those that are not empty: numbers, and texts of which nothing is calculated."""
    for letter, cell in zip(ascii_uppercase, cells, strict=False):
        if isinstance(cell, int):
            yield f'<c r="{letter}{row}"{style}><v>{cell}</v></c>'
        elif cell:
            start = f'<c r="{letter}{row}"{style} t="inlineStr"><is><t'
            if NEEDS_ESCAPE.search(cell):
                yield f'{start} xml:space="preserve">{_escaped(cell)}</t></is></c>'
            else:
                yield f"{start}>{cell[:MAX_CELL]}</t></is></c>"


def _escaped(text: str) -> str:
    """Writes what XML has no sign for by its code, as Excel does, and so what looks like that."""
    text = LOOKS_LIKE_CODE.sub("_x005F_", text[:MAX_CELL])
    text = UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
