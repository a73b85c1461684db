"""Lists who is in the sheet of an event, and counts them. See the package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from attendance_core.vocabulary import EventId, Instant, UserId

if TYPE_CHECKING:
    from attendance_core.attendance import Participant
    from attendance_core.events import Event
    from attendance_core.pieces import ListQuery
    from attendance_core.sheet_counts import SheetCounts


class Participants(Protocol):
    """Shows members of an event, and whoever has an entry there."""

    def listed(self, event_id: EventId, query: ListQuery[Participant]) -> Sequence[Participant]:
        """Lists them by display name, then id."""
        ...

    def ids(self, event_id: EventId, limit: int) -> Sequence[UserId]:
        """Lists who the first of them are, in their order."""
        ...

    def of(self, event_id: EventId, user_ids: Sequence[UserId]) -> Sequence[Participant]:
        """Lists those who are among these people, in the same order."""
        ...

    def counts(self, event: Event, now: Instant) -> SheetCounts:
        """Counts them; one whose hold has run out by now waits.

        When the event is over nobody waits or is held any more.
        """
        ...
