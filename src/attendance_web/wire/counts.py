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


def encode_counts(seen: CountsSeen) -> bytes:
    """Writes one event with the counts of a moment; behind the last ones the end."""
    counts = seen.counts
    shown = CountsShown(
        joined=counts.joined,
        waiting=counts.waiting,
        held=counts.held,
        marked=counts.marked,
        participants=counts.participants,
        at=round(seen.at, 3),
    )
    written = b"event: counts\ndata: %b\n\n" % msgspec.json.encode(shown)
    return written + END if seen.is_over else written
