"""How many people of a sheet are seen as what.

Of plain values alone: the process that writes sheets imports it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from attendance_core.seen_states import SeenState


class SheetCounts(NamedTuple):
    """How many people are on the sheet of an event, and how many of them in which state."""

    joined: int  # everybody in whatever state: the members, and whoever has an entry
    waiting: int
    held: int
    marked: int
    participants: int  # without whoever has left, and without a creator who only organises


def sheet_counts(states: Mapping[SeenState, int], only_organise_count: int) -> SheetCounts:
    """Makes the counts of how many people are in which state, and how many only organise."""
    everybody = sum(states.values())
    return SheetCounts(
        joined=everybody,
        waiting=states.get("waiting", 0),
        held=states.get("held", 0),
        marked=states.get("marked", 0),
        participants=everybody - states.get("left", 0) - only_organise_count,
    )
