"""What somebody in an event is seen as.

It takes plain values alone, since the process that writes sheets imports it.
"""

from __future__ import annotations

from typing import Literal

from attendance_core.vocabulary import Instant

SeenState = Literal["joined", "waiting", "held", "marked", "left"]
"""``joined``: a member who is none of the others; ``left``: no member, but with an entry there."""


def seen_state(
    *,
    is_marked: bool,
    is_member: bool,
    is_listed: bool,
    held_until: Instant | None,
    event_ends_at: Instant,
    now: Instant,
) -> SeenState:
    """Tells the state as it is now, also where a hold has run out that no sweep has ended."""
    if is_marked:
        return "marked"
    if not is_member:
        return "left"  # but has an entry. Contract: 8.8
    if not is_listed or now >= event_ends_at:
        return "joined"
    if held_until is not None and now < held_until:
        return "held"
    return "waiting"
