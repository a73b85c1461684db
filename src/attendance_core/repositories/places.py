"""Keeps who is in an event, waits, is held or was marked. See the package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from attendance_core.vocabulary import EventId, Instant, UserId

if TYPE_CHECKING:
    from attendance_core.marking.places import Place, PlaceKey


class Places(Protocol):
    """Keeps one person in one event."""

    def make(self, event_id: EventId, user_id: UserId) -> None:
        """Makes the place of a person who has none in this event; they are no member yet.

        Does nothing where they have one, for nobody, and for whoever has deleted their account.
        Raises EventNotFound.
        """
        ...

    def lock(
        self, event_id: EventId, user_ids: Sequence[UserId], with_held_by: UserId | None = None
    ) -> Mapping[UserId, Place]:
        """Locks the places of these people and of whom ``with_held_by`` holds, if they exist.

        In the order of user id, until the transaction ends.
        """
        ...

    def put(self, place: Place) -> None:
        """Replaces it; a mark itself is kept by `Ledger`.

        Raises Taken where it would be the second that one marker holds in the event.
        """
        ...

    def remove(self, event_id: EventId, user_id: UserId) -> None:
        """Removes a place without an entry in the ledger, which is locked."""
        ...

    def waiting_or_held(self, event_id: EventId) -> Sequence[Place]:
        """Lists those who wait or are held, in no particular order."""
        ...

    def of(self, event_id: EventId, user_ids: Sequence[UserId]) -> Sequence[Place]:
        """Reads the places of these people, those that exist; does not lock them."""
        ...

    def others_joined(self, event_id: EventId, user_id: UserId) -> bool:
        """Tells whether anybody but this person is in the event, or was and has left."""
        ...

    def lapsed(self, now: Instant, limit: int) -> Sequence[PlaceKey]:
        """Lists those whose hold has run out by now, earliest first."""
        ...
