"""What the files of a sheet have alike: the parts they are written of, and how times are written.

The parts are lists of rows, and then the counts. A row is a dict, and so are the counts, with the
keys that `sheets` gives them. Decision 0019.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, tzinfo
from typing import Any


class CutShort(Exception):
    """The parts of a sheet ended before its counts came, so that no file of it is whole."""


def numbered(parts: Iterator[Any]) -> Iterator[Any]:
    """Puts a number into each row, as the page's sheet does: None for whoever only organises."""
    number = 0
    for part in parts:
        for row in () if isinstance(part, dict) else part:
            row["number"] = None
            if not row["only_organises"]:
                row["number"] = number = number + 1
        yield part


def time_writer(zone: tzinfo, separator: str) -> Callable[[float], str]:
    """Makes a function that writes an instant by the clocks of this zone, with its offset.

    It writes ``separator`` between the date and the time.
    """

    def write_time(at: float) -> str:
        try:
            local = datetime.fromtimestamp(at, zone)
        except (OverflowError, ValueError):  # in this zone after the year 9999, in UTC not yet
            local = datetime.fromtimestamp(at, UTC)
        return local.isoformat(separator, "seconds")

    return write_time
