"""Who helps in events, in dicts."""

from __future__ import annotations

from collections.abc import Sequence

from attendance_adapters.in_memory.tables import Tables
from attendance_core.errors import PersonNotFound
from attendance_core.events import Helper
from attendance_core.marking.places import PlaceKey
from attendance_core.vocabulary import EventId, Instant, UserId


class Helpers:
    """Keeps helpers; `repositories.Helpers`."""

    def __init__(self, tables: Tables) -> None:
        self._helpers = tables.helpers
        self._profiles = tables.profiles

    def add(self, event_id: EventId, user_id: UserId, at: Instant) -> None:
        if user_id not in self._profiles:
            raise PersonNotFound
        self._helpers[PlaceKey(event_id, user_id)] = at

    def remove(self, event_id: EventId, user_id: UserId) -> None:
        key = PlaceKey(event_id, user_id)
        if key in self._helpers:
            del self._helpers[key]

    def has(self, event_id: EventId, user_id: UserId) -> bool:
        return PlaceKey(event_id, user_id) in self._helpers

    def of(self, event_id: EventId) -> Sequence[Helper]:
        theirs = sorted(
            (added_at, key.user_id)
            for key, added_at in self._helpers.items()
            if key.event_id == event_id
        )
        return [Helper(user_id, self._profiles[user_id].display_name) for _, user_id in theirs]

    def helped_by(self, user_id: UserId, event_ids: Sequence[EventId]) -> frozenset[EventId]:
        return frozenset(
            event_id for event_id in event_ids if PlaceKey(event_id, user_id) in self._helpers
        )
