"""Places in dicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from attendance_adapters.in_memory.tables import Tables
from attendance_core.errors import EventNotFound, Taken
from attendance_core.marking.places import Held, Marked, Place, PlaceKey, Waiting
from attendance_core.vocabulary import EventId, Instant, UserId


class Places:
    """Keeps places; `repositories.Places`. Reads from the ledger who is marked, as SQL does."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def _with_mark(self, place: Place) -> Place:
        mark = self._tables.mark_of(place)
        return place if mark is None else replace(place, state=mark)

    def _stored_in_event(self, event_id: EventId) -> list[Place]:
        """Lists the places of an event as their table has them, which is without marks."""
        return [place for place in self._tables.places.values() if place.event_id == event_id]

    def in_event(self, event_id: EventId) -> list[Place]:
        """Lists the places of an event, in no particular order."""
        return list(map(self._with_mark, self._stored_in_event(event_id)))

    def make(self, event_id: EventId, user_id: UserId) -> None:
        if event_id not in self._tables.events:
            raise EventNotFound
        key = PlaceKey(event_id, user_id)
        profile = self._tables.profiles.get(user_id)
        if profile is None or profile.is_deleted:
            return
        if key not in self._tables.places:
            self._tables.places[key] = Place(event_id, user_id)

    def lock(
        self, event_id: EventId, user_ids: Sequence[UserId], with_held_by: UserId | None = None
    ) -> Mapping[UserId, Place]:
        held_ids = [
            place.user_id
            for place in (self._stored_in_event(event_id) if with_held_by is not None else ())
            if isinstance(place.state, Held) and place.state.marker == with_held_by
        ]
        places = self.of(event_id, sorted({*user_ids, *held_ids}))
        return {place.user_id: place for place in places}

    def put(self, place: Place) -> None:
        if isinstance(place.state, Held):
            marker = place.state.marker
            for other in self._stored_in_event(place.event_id):
                is_held_by_them = isinstance(other.state, Held) and other.state.marker == marker
                if is_held_by_them and other.user_id != place.user_id:
                    raise Taken
        if isinstance(place.state, Marked):
            place = replace(place, state=None)
        self._tables.places[PlaceKey(place.event_id, place.user_id)] = place

    def remove(self, event_id: EventId, user_id: UserId) -> None:
        del self._tables.places[PlaceKey(event_id, user_id)]

    def waiting_or_held(self, event_id: EventId) -> Sequence[Place]:
        return [
            place for place in self.in_event(event_id) if isinstance(place.state, Waiting | Held)
        ]

    def of(self, event_id: EventId, user_ids: Sequence[UserId]) -> Sequence[Place]:
        keys = [PlaceKey(event_id, user_id) for user_id in dict.fromkeys(user_ids)]
        places = self._tables.places
        return [self._with_mark(places[key]) for key in keys if key in places]

    def others_joined(self, event_id: EventId, user_id: UserId) -> bool:
        return any(place.user_id != user_id for place in self._stored_in_event(event_id))

    def lapsed(self, now: Instant, limit: int) -> Sequence[PlaceKey]:
        lapsed = sorted(
            (place.state.until, key)
            for key, place in self._tables.places.items()
            if isinstance(place.state, Held) and place.state.until <= now
        )
        return [key for _, key in lapsed[:limit]]
