"""What is in a workbook, read by nothing but its own words: ISO/IEC 29500."""

from __future__ import annotations

import re
import zipfile
from typing import IO, NamedTuple
from xml.etree import ElementTree

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
SHEET = "xl/worksheets/sheet1.xml"
ESCAPED = re.compile("_x([0-9A-F]{4})_")


class Workbook(NamedTuple):
    """Its one worksheet: cells by row, texts and numbers, and how it is shown."""

    title: str
    rows: list[list[str | float | None]]
    frozen_row_count: int
    widths: list[float]
    formula_count: int
    parts: set[str]


def read(file: IO[bytes]) -> Workbook:
    """Reads all of it into memory."""
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
        sheet = ElementTree.fromstring(archive.read(SHEET))
        parts = set(archive.namelist())
    rows: list[list[str | float | None]] = []
    for row in sheet.iter(f"{MAIN}row"):
        rows += [[] for _ in range(int(row.attrib["r"]) - 1 - len(rows))]
        cells: list[str | float | None] = []
        for cell in row.iter(f"{MAIN}c"):
            letters = cell.attrib["r"].rstrip("0123456789")
            assert len(letters) == 1
            cells += [None] * (ord(letters) - ord("A") - len(cells))
            cells.append(_value(cell))
        rows.append(cells)
    pane = next(sheet.iter(f"{MAIN}pane"))
    assert pane.attrib["state"] == "frozen"
    return Workbook(
        next(book.iter(f"{MAIN}sheet")).attrib["name"],
        rows,
        int(pane.attrib["ySplit"]),
        [float(column.attrib["width"]) for column in sheet.iter(f"{MAIN}col")],
        len(list(sheet.iter(f"{MAIN}f"))),
        parts,
    )


def part(file: IO[bytes], name: str) -> str:
    """Reads one of its parts, as it is written."""
    with zipfile.ZipFile(file) as archive:
        return archive.read(name).decode()


def _value(cell: ElementTree.Element) -> str | float | None:
    if cell.attrib.get("t") == "inlineStr":
        text = "".join(each.text or "" for each in cell.iter(f"{MAIN}t"))
        return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    assert "t" not in cell.attrib or cell.attrib["t"] == "n"
    value = cell.find(f"{MAIN}v")
    return None if value is None or value.text is None else float(value.text)
