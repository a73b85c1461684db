"""What the files of a sheet are written of: lists of rows, and then the counts. Decision 0019.

A row is a dict, whose keys are those that `sheets` gives it; the counts are one, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, tzinfo
from typing import Any


class CutShort(Exception):
    """Raised where what is to be written has no end."""


def numbered(parts: Iterator[Any]) -> Iterator[Any]:
    """Numbers the rows as the page's sheet does, which has none of whoever only organises."""
    number = 0
    for part in parts:
        for row in () if isinstance(part, dict) else part:
            row["number"] = None
            if not row["only_organises"]:
                row["number"] = number = number + 1
        yield part


def time_writer(zone: tzinfo, separator: str) -> Callable[[float], str]:
    """Makes what writes an instant as it is in this zone, with the offset.

    The separator stands between the date and the time.
    """

    def write_time(at: float) -> str:
        try:
            local = datetime.fromtimestamp(at, zone)
        except (OverflowError, ValueError):  # behind the year 9999, but not in UTC
            local = datetime.fromtimestamp(at, UTC)
        return local.isoformat(separator, "seconds")

    return write_time
