"""Keeps who organises events beside their creators. See the package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from attendance_core.vocabulary import EventId, Instant, UserId

if TYPE_CHECKING:
    from attendance_core.events import Helper


class Helpers(Protocol):
    """Keeps who helps the creator of an event; they go with it."""

    def add(self, event_id: EventId, user_id: UserId, at: Instant) -> None:
        """Adds one who is none yet; the event is locked. Raises PersonNotFound."""
        ...

    def remove(self, event_id: EventId, user_id: UserId) -> None:
        """Removes one; does nothing where they do not help."""
        ...

    def has(self, event_id: EventId, user_id: UserId) -> bool:
        """Tells whether this person helps."""
        ...

    def of(self, event_id: EventId) -> Sequence[Helper]:
        """Lists them in the order they were added, then by id."""
        ...

    def helped_by(self, user_id: UserId, event_ids: Sequence[EventId]) -> frozenset[EventId]:
        """Finds those of these events in which this person helps."""
        ...
