"""Writes a sheet as JSON, for programs. Contract: 8.13."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import tzinfo
from typing import Any, BinaryIO

from attendance_adapters.sheet_parts import CutShort, numbered, time_writer


def write_json(
    output: BinaryIO, zone: tzinfo, head: Mapping[str, Any], parts: Iterator[Any]
) -> None:
    """Writes one object, with the names that calls have for things. Raises CutShort."""
    write_time = time_writer(zone, "T")
    event = {
        "event_id": head["event_id"],
        "name": head["name"],
        "time_from": write_time(head["starts_at"]),
        "time_to": write_time(head["ends_at"]),
    }
    output.write(b'{"event":' + _json(event) + b',"rows":[')
    row_count = 0
    for part in numbered(parts):
        if isinstance(part, dict):
            counts = part
            break
        for row in part:
            row_count += 1
            if row["marked_at"] is not None:
                row["marked_at"] = write_time(row["marked_at"])
            for mark in row["annulled"]:
                mark["marked_at"] = write_time(mark["marked_at"])
                mark["at"] = write_time(mark["at"])
            del row["only_organises"]
            comma = b"," * (row_count > 1)
            output.write(comma + b"\n" + _json({"number": row.pop("number"), **row}))
    else:
        raise CutShort
    ending = _json({"counts": counts, "made_at": write_time(head["made_at"])})
    output.write(b"\n]," + ending[1:] + b"\n")


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
