"""Places in dicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from attendance_adapters.memory.pieces import piece_of
from attendance_adapters.memory.tables import Tables
from attendance_core.attendance import Participant
from attendance_core.errors import EventNotFound, Taken
from attendance_core.events import Event
from attendance_core.folding import name_order
from attendance_core.marking.places import (
    Held,
    Marked,
    Place,
    PlaceKey,
    SheetCounts,
    Waiting,
)
from attendance_core.pieces import ListQuery
from attendance_core.profiles import Confirmation, group_of
from attendance_core.vocabulary import EventId, Instant, UserId


class Places:
    """Keeps places; `repositories.Places`. Reads from the ledger who is marked, as SQL does."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def _with_mark(self, place: Place) -> Place:
        marked = self._tables.marked(place)
        return place if marked is None else replace(place, state=marked)

    def _in_event(self, event_id: EventId) -> list[Place]:
        """Lists the places of an event, without their marks."""
        return [place for place in self._tables.places.values() if place.event_id == event_id]

    def make(self, event_id: EventId, user_id: UserId) -> None:
        if event_id not in self._tables.events:
            raise EventNotFound
        key = PlaceKey(event_id, user_id)
        if user_id in self._tables.profiles and key not in self._tables.places:
            self._tables.places[key] = Place(event_id, user_id)

    def lock(
        self, event_id: EventId, user_ids: Sequence[UserId], marker: UserId | None = None
    ) -> Mapping[UserId, Place]:
        held_ids = [
            place.user_id
            for place in (self._in_event(event_id) if marker is not None else ())
            if isinstance(place.state, Held) and place.state.marker == marker
        ]
        places = self.of(event_id, sorted({*user_ids, *held_ids}))
        return {place.user_id: place for place in places}

    def put(self, place: Place) -> None:
        if isinstance(place.state, Held):
            for other in self._in_event(place.event_id):
                is_held = isinstance(other.state, Held) and other.state.marker == place.state.marker
                if is_held and other.user_id != place.user_id:
                    raise Taken
        if isinstance(place.state, Marked):
            place = replace(place, state=None)
        self._tables.places[PlaceKey(place.event_id, place.user_id)] = place

    def listed(self, event_id: EventId) -> Sequence[Place]:
        places = map(self._with_mark, self._in_event(event_id))
        return [place for place in places if isinstance(place.state, Waiting | Held)]

    def of(self, event_id: EventId, user_ids: Sequence[UserId]) -> Sequence[Place]:
        keys = [PlaceKey(event_id, user_id) for user_id in dict.fromkeys(user_ids)]
        places = self._tables.places
        return [self._with_mark(places[key]) for key in keys if key in places]

    def participants(
        self, event_id: EventId, query: ListQuery[Participant]
    ) -> Sequence[Participant]:
        places = map(self._with_mark, self._in_event(event_id))
        return self._participants_among(places, query)

    def participant_ids(self, event_id: EventId, most: int) -> Sequence[UserId]:
        return [each.user_id for each in self.participants(event_id, ListQuery(most))]

    def participants_of(
        self, event_id: EventId, user_ids: Sequence[UserId]
    ) -> Sequence[Participant]:
        return self._participants_among(self.of(event_id, user_ids), ListQuery())

    def _participants_among(
        self, places: Iterable[Place], query: ListQuery[Participant]
    ) -> Sequence[Participant]:
        found = [self._participant(place) for place in places if place.member or place.last_n]
        return piece_of(found, query, lambda one: (*name_order(one.display_name), one.user_id))

    def _participant(self, place: Place) -> Participant:
        scan = self._tables.scans.get(place.user_id)
        is_confirmed = scan is not None and scan.state is Confirmation.APPROVED
        profile = self._tables.profiles[place.user_id]
        person = Participant(
            place.user_id,
            profile.display_name,
            is_confirmed,
            place.state,
            place.member,
            group=group_of(profile.bio),
        )
        last = self._tables.last_line(place)
        if last is not None and isinstance(place.state, Marked):
            return replace(person, grade=last.entry.grade, notes=last.notes)
        return person if last is None else replace(person, annulled=last)

    def counts(self, event: Event, now: Instant) -> SheetCounts:
        in_event = self._in_event(event.event_id)
        sheet = [place for place in in_event if place.member or place.last_n]
        listed = [place for place in sheet if isinstance(place.state, Waiting | Held)]
        if event.ends_at <= now:
            listed = []
        held = sum(
            isinstance(place.state, Held) and not place.hold_has_lapsed(now) for place in listed
        )
        marked = sum(place.last_n % 2 for place in sheet)
        others = sum(
            place.member and (place.user_id != event.creator_id or place in listed)
            for place in sheet
            if place.last_n % 2 == 0
        )
        return SheetCounts(len(sheet), len(listed) - held, held, marked, marked + others)

    def others_joined(self, event_id: EventId, user_id: UserId) -> bool:
        return any(place.user_id != user_id for place in self._in_event(event_id))

    def lapsed(self, now: Instant, limit: int) -> Sequence[PlaceKey]:
        lapsed = sorted(
            (place.state.until, key)
            for key, place in self._tables.places.items()
            if isinstance(place.state, Held) and place.state.until <= now
        )
        return [key for _, key in lapsed[:limit]]
