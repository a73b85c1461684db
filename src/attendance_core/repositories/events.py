"""Keeps events and their lists. See the package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from attendance_core.vocabulary import EventCode, EventId, Instant, UserId

if TYPE_CHECKING:
    from attendance_core.attendance import AttendedEvent
    from attendance_core.events import Event, EventQuery
    from attendance_core.pieces import ListQuery


class Events(Protocol):
    """Keeps gatherings. Lists are ordered by start, the earliest first, then folded name, then id.

    ``query`` says which of them, where not all, and whether the latest start comes first.
    """

    def add(self, event: Event) -> None:
        """Adds it, with a code that no event has. Raises EventNameTaken, ignoring case."""
        ...

    def get(self, event_id: EventId) -> Event:
        """Reads it. Raises EventNotFound."""
        ...

    def find_by_code(self, code: EventCode) -> Event | None: ...

    def lock_shared(self, event_id: EventId) -> Event:
        """Gets it; until the transaction ends nobody changes it, and others may do the same.

        Whoever locks places, too, does so before. Raises EventNotFound.
        """
        ...

    def lock(self, event_id: EventId) -> Event:
        """Gets it; until the transaction ends nobody else changes it, or opens a socket or marks.

        Its places are left alone: whoever locks some of them, too, does so before. Raises
        EventNotFound.
        """
        ...

    def lock_whole(self, event_id: EventId) -> Event:
        """Gets it; nobody else changes or uses it, or a place of it, until the transaction ends.

        Raises EventNotFound.
        """
        ...

    def put(self, event: Event) -> None:
        """Replaces all but creator and code; it is locked. Raises EventNameTaken, ignoring case."""
        ...

    def give(self, event_id: EventId, user_id: UserId) -> None:
        """Has another person be the creator of one that is locked."""
        ...

    def remove(self, event_id: EventId) -> None:
        """Removes it, its places and connections. Raises SomebodyWasMarked where it has entries."""
        ...

    def search(self, folded_part: str | None, query: EventQuery = ...) -> Sequence[Event]:
        """Finds those whose name has each word of the folded part in it; all without a part."""
        ...

    def created_by(self, user_id: UserId, query: EventQuery = ...) -> Sequence[Event]: ...

    def organised_by(self, user_id: UserId, query: EventQuery = ...) -> Sequence[Event]:
        """Lists those this person created or helps in."""
        ...

    def count_not_over(self, user_id: UserId, now: Instant, limit: int) -> int:
        """Counts those this person created that end after now, up to ``limit``."""
        ...

    def joined_by(self, user_id: UserId, query: EventQuery = ...) -> Sequence[Event]:
        """Lists those this person is in now."""
        ...

    def attended_by(
        self, user_id: UserId, query: ListQuery[AttendedEvent]
    ) -> Sequence[AttendedEvent]:
        """Lists those they are in or have an entry of; latest start first, then name, then id."""
        ...
