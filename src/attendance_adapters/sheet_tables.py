"""Writes a sheet as a table, for people: CSV here, and whatever else takes rows of cells.

Contract: 8.13.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import Any, BinaryIO, Final, Protocol

from attendance_adapters.sheet_parts import CutShort, numbered, time_writer

# What a cell begins with that is read as a formula; in the Far East in full width, too.
# Contract: 8.13
FORMULA_SIGNS: Final = tuple("=+-@\t\r\uff1d\uff0b\uff0d\uff20")

Cell = str | int | None


class Table(Protocol):
    """Takes rows of cells, and is a file in the end."""

    def add(self, *cells: Cell, is_bold: bool = False) -> None:
        """Adds a row."""
        ...

    def close(self) -> None:
        """Writes what is left."""
        ...


class CsvTable:
    """Writes CSV as Excel opens it by a double click in Russia, and everything else does, too."""

    def __init__(self, output: BinaryIO) -> None:
        self._text = io.TextIOWrapper(output, "utf-8-sig", newline="")
        self._rows = csv.writer(self._text, delimiter=";", lineterminator="\r\n")

    def add(self, *cells: Cell, is_bold: bool = False) -> None:
        self._rows.writerow(
            [kept_as_text(cell) if isinstance(cell, str) else cell for cell in cells]
        )

    def close(self) -> None:
        self._text.detach()  # which writes what is left, and leaves the file open


def kept_as_text(text: str) -> str:
    """Puts an apostrophe before what would be read as a formula, which makes it a text again."""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def write_table(table: Table, zone: tzinfo, head: Mapping[str, Any], parts: Iterator[Any]) -> None:
    """Writes a heading, the rows, and the counts. Raises CutShort."""
    words, write_time = head["words"], time_writer(zone, " ")
    table.add(head["name"], is_bold=True)
    table.add(words["starts"], write_time(head["starts_at"]))
    table.add(words["ends"], write_time(head["ends_at"]))
    table.add()
    table.add(*words["columns"], is_bold=True)
    is_over = head["made_at"] >= head["ends_at"]
    for part in numbered(parts):
        if isinstance(part, dict):
            counts = part
            break
        for row in part:
            state = words[_state_for_people(row, is_over)]
            table.add(row["number"], *_cells(row, state, words, write_time))
    else:
        raise CutShort
    table.add()
    for name, count in counts.items():
        table.add(None, words["counts"][name], count)
    table.add(None, words["made"], write_time(head["made_at"]))
    table.close()


def _state_for_people(row: Mapping[str, Any], is_over: bool) -> str:
    """Finds the key of the words for a state, which tell more of whoever is only joined.

    They organise and do nothing else, or have lost their mark, or can get none any more.
    """
    state: str = row["state"]
    if state != "joined":
        return state
    if row["only_organises"]:
        return "organises"
    if row["annulled"]:
        return "left"  # whose mark is annulled, too
    return "unmarked" if is_over else state


def _cells(
    row: Mapping[str, Any], state: str, words: Any, write_time: Callable[[float], str]
) -> Sequence[Cell]:
    return (
        _name(row["display_name"], words),
        row["marked_as"],
        words["confirmed"] if row["confirmed"] else None,
        state,
        None if row["marked_at"] is None else write_time(row["marked_at"]),
        _name(row["marked_by"], words),
        None if row["grade"] is None else words[row["grade"]],
        row["note"],
        _history(row, words, write_time),
    )


def _name(name: str | None, words: Any) -> Any:
    """Names somebody; whoever has deleted their account has no name. Contract: 9.1."""
    return words["deleted"] if name == "" else name


def _history(row: Mapping[str, Any], words: Any, write_time: Callable[[float], str]) -> str:
    """Tells of the marks that do not stand, the earliest first."""
    told = [
        words["annulled"].format(
            marked_at=write_time(mark["marked_at"]),
            marked_by=_name(mark["marked_by"], words),
            at=write_time(mark["at"]),
            by=_name(mark["by"], words),
            reason=words[mark["reason"]],
        )
        + (f" ({mark['note']})" if mark["note"] else "")
        for mark in row["annulled"]
    ]
    if row["annulled_before"]:
        told.insert(0, words["before"].format(count=row["annulled_before"]))
    return "; ".join(told)
