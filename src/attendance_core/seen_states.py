"""What somebody in an event is seen as. Of plain values alone: who writes sheets has no others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from attendance_core.vocabulary import Instant

SeenState = Literal["joined", "waiting", "held", "marked", "left"]


def seen_state(
    *,
    is_marked: bool,
    is_member: bool,
    is_listed: bool,
    held_until: Instant | None,
    ends_at: Instant,
    now: Instant,
) -> SeenState:
    """Tells the state as it is now, though no sweep came by."""
    if is_marked:
        return "marked"
    if not is_member:
        return "left"  # and was marked once: Contract: 8.8
    if not is_listed or now >= ends_at:
        return "joined"
    if held_until is not None and now < held_until:
        return "held"
    return "waiting"


def sheet_counts(states: Mapping[SeenState, int], only_organise: int) -> dict[str, int]:
    """Makes the counts of a sheet (`SheetCounts`): how many in it are seen as what."""
    joined = sum(states.values())
    return {
        "joined": joined,
        "waiting": states.get("waiting", 0),
        "held": states.get("held", 0),
        "marked": states.get("marked", 0),
        "participants": joined - states.get("left", 0) - only_organise,
    }
