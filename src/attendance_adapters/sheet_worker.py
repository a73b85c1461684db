"""Run as a program, by its path: reads a sheet from stdin, writes a file of it to stdout.

The arguments are the format and the time zone. A line of JSON each: the words and the event; then
rows, as many lines as they come in; then the counts, without which nothing is whole. Or instead of
those where the facts are that rows are made of, and whose each look is to read; or such facts; and
then null, which is the end. Of ours it imports only what needs nothing else: the package brings
along three times the memory that all of this takes.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from importlib.util import find_spec, module_from_spec
from typing import Any, BinaryIO, Final, Protocol
from zoneinfo import ZoneInfo

MAX_MEMORY_BYTES: Final = 30 * 1024 * 1024  # Contract: 8.14, of its own, beside the programs
MAX_FILE_BYTES: Final = 256 * 1024 * 1024  # a hundred times an export of 10 000 rows
MAX_CPU_SECONDS: Final = 60  # 20 000 rows take 5; ends one whose service has died, too
EXIT_CUT: Final = 3  # what was to be read had no end

# What a table makes a formula of, in the Far East in full width, too. Contract: 8.13
FORMULA_SIGNS: Final = tuple("=+-@\t\r\uff1d\uff0b\uff0d\uff20")

Cell = str | int | None


class Cut(Exception):
    """Raised where the lines have no end."""


class Table(Protocol):
    """Takes rows of cells, and is a file in the end."""

    def add(self, *cells: Cell, is_bold: bool = False) -> None:
        """Adds a row."""
        ...

    def close(self) -> None:
        """Writes what is left."""
        ...


class CsvTable:
    """As Excel opens it by a double click in Russia, and everything else does, too."""

    def __init__(self, output: BinaryIO) -> None:
        self._text = io.TextIOWrapper(output, "utf-8-sig", newline="")
        self._rows = csv.writer(self._text, delimiter=";", lineterminator="\r\n")

    def add(self, *cells: Cell, is_bold: bool = False) -> None:
        self._rows.writerow([harmless(each) if isinstance(each, str) else each for each in cells])

    def close(self) -> None:
        self._text.detach()  # which writes what is left, and leaves the file open


def harmless(text: str) -> str:
    """Has a text be none that a table would calculate."""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def clock_of(zone: tzinfo, between: str) -> Callable[[float], str]:
    """Makes what writes an instant as it is there, with the offset."""

    def written(at: float) -> str:
        try:
            local = datetime.fromtimestamp(at, zone)
        except (OverflowError, ValueError):  # behind the year 9999, but not in UTC
            local = datetime.fromtimestamp(at, UTC)
        return local.isoformat(between, "seconds")

    return written


def write_table(table: Table, zone: tzinfo, head: Mapping[str, Any], lines: Iterator[Any]) -> None:
    """Writes a heading, the rows, and the counts. Raises Cut."""
    words, when = head["words"], clock_of(zone, " ")
    table.add(head["name"], is_bold=True)
    table.add(words["starts"], when(head["starts_at"]))
    table.add(words["ends"], when(head["ends_at"]))
    table.add()
    table.add(*words["columns"], is_bold=True)
    is_over = head["made_at"] >= head["ends_at"]
    for line in _numbered(lines):
        if isinstance(line, dict):
            break
        for row in line:
            state = words[_told_state(row, is_over)]
            table.add(row["number"], *_cells(row, state, words, when))
    else:
        raise Cut
    table.add()
    for name, count in line.items():
        table.add(None, words["counts"][name], count)
    table.add(None, words["made"], when(head["made_at"]))
    table.close()


def _numbered(lines: Iterator[Any]) -> Iterator[Any]:
    """Numbers the rows as the page's sheet does, which has none of whoever only organises."""
    number = 0
    for line in lines:
        for row in () if isinstance(line, dict) else line:
            row["number"] = None
            if not row["only_organises"]:
                row["number"] = number = number + 1
        yield line


def _told_state(row: Mapping[str, Any], is_over: bool) -> str:
    """Names the state for people: who has lost a mark, or can get none any more, is not about to
    come.
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
    row: Mapping[str, Any], state: str, words: Any, when: Callable[[float], str]
) -> Sequence[Cell]:
    return (
        _name(row["display_name"], words),
        row["marked_as"],
        words["confirmed"] if row["confirmed"] else None,
        state,
        None if row["marked_at"] is None else when(row["marked_at"]),
        _name(row["marked_by"], words),
        None if row["grade"] is None else words[row["grade"]],
        row["note"],
        _annulled(row, words, when),
    )


def _name(name: str | None, words: Any) -> Any:
    """Names somebody; whoever has deleted their account has no name. Contract: 9.1."""
    return words["deleted"] if name == "" else name


def _annulled(row: Mapping[str, Any], words: Any, when: Callable[[float], str]) -> str:
    """Tells of the marks that do not stand, the earliest first."""
    told = [
        words["annulled"].format(
            marked_at=when(each["marked_at"]),
            marked_by=_name(each["marked_by"], words),
            at=when(each["at"]),
            by=_name(each["by"], words),
            reason=words[each["reason"]],
        )
        + (f" ({each['note']})" if each["note"] else "")
        for each in row["annulled"]
    ]
    if row["annulled_before"]:
        told.insert(0, words["before"].format(count=row["annulled_before"]))
    return "; ".join(told)


def write_json(output: BinaryIO, zone: tzinfo, head: Mapping[str, Any], lines: Any) -> None:
    """Writes one object, with the names that calls have for things. Raises Cut."""
    when = clock_of(zone, "T")
    event = {
        "event_id": head["event_id"],
        "name": head["name"],
        "time_from": when(head["starts_at"]),
        "time_to": when(head["ends_at"]),
    }
    output.write(b'{"event":' + _json(event) + b',"rows":[')
    written = 0
    for line in _numbered(lines):
        if isinstance(line, dict):
            break
        for row in line:
            written += 1
            if row["marked_at"] is not None:
                row["marked_at"] = when(row["marked_at"])
            for each in row["annulled"]:
                each["marked_at"], each["at"] = when(each["marked_at"]), when(each["at"])
            del row["only_organises"]
            output.write(b"," * (written > 1) + b"\n" + _json({"number": row.pop("number"), **row}))
    else:
        raise Cut
    ending = _json({"counts": line, "made_at": when(head["made_at"])})
    output.write(b"\n]," + ending[1:] + b"\n")


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def write(source: BinaryIO, output: BinaryIO, kind: str, zone: tzinfo) -> None:
    """Writes the file of a sheet that is read to its end. Raises Cut."""
    head = next(map(json.loads, source), None)
    if head is None:
        raise Cut
    lines = _lines(source, head)
    if kind == "json":
        write_json(output, zone, head, lines)
    elif kind == "csv":
        write_table(CsvTable(output), zone, head, lines)
    else:
        from attendance_adapters.sheet_workbook import XlsxTable

        write_table(XlsxTable(output, head["words"]["title"]), zone, head, lines)
    output.flush()


def _lines(source: BinaryIO, head: Mapping[str, Any]) -> Iterator[Any]:
    """Yields rows, and then the counts: as they come, or made of facts."""
    lines = map(json.loads, source)
    if head["rows"] == "made":
        return lines
    spare_core()
    from attendance_adapters.sheet_reader import made_of_facts, read_in_place

    if head["rows"] == "in facts":
        return made_of_facts(head, lines)
    place: Any = next(lines, None)
    looks: list[Sequence[int]] = []
    for user_ids in lines:
        if user_ids is None:
            return made_of_facts(head, read_in_place(place, looks, head["made_at"], source))
        looks.append(user_ids)
    raise Cut


def spare_core() -> None:
    """Has modules of the core come without their package, which would take 0.3 s of a core."""
    core = find_spec("attendance_core")
    assert core is not None
    sys.modules.setdefault("attendance_core", module_from_spec(core))


def _limit_process() -> None:
    """Limits this process's memory, files and time; its parent sees to its priority."""
    if sys.platform == "linux":
        import resource

        for resource_kind, limit in (
            (resource.RLIMIT_DATA, MAX_MEMORY_BYTES),
            (resource.RLIMIT_FSIZE, MAX_FILE_BYTES),
            (resource.RLIMIT_CPU, MAX_CPU_SECONDS),
            (resource.RLIMIT_CORE, 0),
        ):
            _, hard_limit = resource.getrlimit(resource_kind)
            unlimited = hard_limit == resource.RLIM_INFINITY
            lowered = limit if unlimited else min(limit, hard_limit)
            resource.setrlimit(resource_kind, (lowered, lowered))


def main() -> int:
    """Writes the sheet on stdin to stdout, and returns the exit code."""
    _limit_process()
    kind, zone = sys.argv[1:]
    try:
        here = UTC if zone == "UTC" else ZoneInfo(zone)
        write(sys.stdin.buffer, sys.stdout.buffer, kind, here)
    except Cut:
        return EXIT_CUT
    return 0


if __name__ == "__main__":
    sys.exit(main())
