"""How the counts of an event are written, for whoever watches them. Contract: WatchAttendance."""

from __future__ import annotations

from typing import Final

import msgspec

from attendance_core.attendance import CountsSeen

EVENT_STREAM: Final = "text/event-stream"
COMMENT: Final = b":\n\n"  # so that nobody on the way takes the connection for dead
END: Final = b"event: end\ndata: {}\n\n"


class CountsShown(msgspec.Struct, frozen=True):
    """``joined`` is everybody on the sheet, the others are parts of it; ``at``: UNIX seconds.

    ``participants``: without who has left, and without a creator who only organises.
    """

    joined: int
    waiting: int
    held: int
    marked: int
    participants: int
    at: float


def encode_counts(sheet: CountsSeen) -> bytes:
    """Writes one event with the counts of a moment; behind the last ones the end."""
    shown = CountsShown(*sheet.counts, round(sheet.at, 3))
    counts = b"event: counts\ndata: %b\n\n" % msgspec.json.encode(shown)
    return counts + END if sheet.is_over else counts
