"""Run as a program, by its path: reads a sheet from stdin, writes a file of it to stdout.

The arguments are the format and the time zone. Stdin has a line of JSON each: the head first, with
the words, the event, and how the rows come. Then, by that:

- ``made``: lists of rows, and in the end the counts;
- ``in facts``: the facts of one look each, of which rows are made, and in the end null;
- ``in place``: where the facts are, the people of one look each, and in the end null.

Where the end is missing nothing is whole, and the exit code says so. Of ours it imports only what
needs nothing else, for the sake of its memory. Decision 0019.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, tzinfo
from importlib.util import find_spec, module_from_spec
from typing import Any, BinaryIO, Final
from zoneinfo import ZoneInfo

from attendance_adapters.sheet_json import write_json
from attendance_adapters.sheet_parts import CutShort
from attendance_adapters.sheet_tables import CsvTable, write_table

MAX_MEMORY_BYTES: Final = 30 * 1024 * 1024  # Contract: 8.14, of its own, beside the programs
MAX_FILE_BYTES: Final = 256 * 1024 * 1024  # a hundred times an export of 10 000 rows
MAX_CPU_SECONDS: Final = 60  # 20 000 rows take 5; ends one whose service has died, too
EXIT_CUT_SHORT: Final = 3  # what was to be read had no end


def write(source: BinaryIO, output: BinaryIO, file_format: str, zone: tzinfo) -> None:
    """Writes the file of a sheet that is read to its end. Raises CutShort."""
    head = next(map(json.loads, source), None)
    if head is None:
        raise CutShort
    parts = _parts(source, head)
    if file_format == "json":
        write_json(output, zone, head, parts)
    elif file_format == "csv":
        write_table(CsvTable(output), zone, head, parts)
    else:
        from attendance_adapters.sheet_workbook import XlsxTable

        write_table(XlsxTable(output, head["words"]["title"]), zone, head, parts)
    output.flush()


def _parts(source: BinaryIO, head: Mapping[str, Any]) -> Iterator[Any]:
    """Yields rows, and then the counts: as they come, or made of facts. Raises CutShort."""
    told = map(json.loads, source)
    if head["how_rows_come"] == "made":
        return told
    stub_core_package()
    from attendance_adapters.sheet_rows import make_of_facts

    if head["how_rows_come"] == "in facts":
        return make_of_facts(head, told)
    from attendance_adapters.sheet_reader import read_in_place

    facts_source: Any = next(told, None)
    user_ids_of_looks: list[Sequence[int]] = []
    for user_ids in told:
        if user_ids is None:
            looks = read_in_place(facts_source, user_ids_of_looks, head["made_at"], source)
            return make_of_facts(head, looks)
        user_ids_of_looks.append(user_ids)
    raise CutShort


def stub_core_package() -> None:
    """Has modules of the core come without their package, of which they need nothing."""
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
    file_format, zone_name = sys.argv[1:]
    try:
        zone = UTC if zone_name == "UTC" else ZoneInfo(zone_name)
        write(sys.stdin.buffer, sys.stdout.buffer, file_format, zone)
    except CutShort:
        return EXIT_CUT_SHORT
    return 0


if __name__ == "__main__":
    sys.exit(main())
