"""Events in dicts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from attendance_adapters.in_memory.pieces import piece_of
from attendance_adapters.in_memory.tables import Tables
from attendance_core.attendance import AttendedEvent
from attendance_core.errors import EventNameTaken, EventNotFound, SomebodyWasMarked
from attendance_core.events import WHOLE_LIST, Event, EventQuery
from attendance_core.folding import fold, is_found
from attendance_core.marking.places import Place, PlaceKey
from attendance_core.pieces import ListQuery
from attendance_core.vocabulary import EventCode, EventId, Instant, UserId


class Events:
    """Keeps events; `repositories.Events`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def add(self, event: Event) -> None:
        name_key = fold(event.name)
        if name_key in self._tables.event_names:
            raise EventNameTaken
        self._tables.event_names[name_key] = event.event_id
        self._tables.event_codes[event.code] = event.event_id
        self._tables.events[event.event_id] = event

    def get(self, event_id: EventId) -> Event:
        if event_id not in self._tables.events:
            raise EventNotFound
        return self._tables.events[event_id]

    def find_by_code(self, code: EventCode) -> Event | None:
        event_id = self._tables.event_codes.get(code)
        return None if event_id is None else self._tables.events[event_id]

    def lock_shared(self, event_id: EventId) -> Event:
        return self.get(event_id)

    def lock(self, event_id: EventId) -> Event:
        return self.get(event_id)

    def lock_whole(self, event_id: EventId) -> Event:
        return self.get(event_id)

    def put(self, event: Event) -> None:
        names, name_key = self._tables.event_names, fold(event.name)
        if names.get(name_key, event.event_id) != event.event_id:
            raise EventNameTaken
        del names[fold(self._tables.events[event.event_id].name)]
        names[name_key] = event.event_id
        self._tables.events[event.event_id] = event

    def give(self, event_id: EventId, user_id: UserId) -> None:
        event = self._tables.events[event_id]
        self._tables.events[event_id] = replace(event, creator_id=user_id)

    def remove(self, event_id: EventId) -> None:
        tables = self._tables
        if any(key.event_id == event_id for key in tables.ledger):
            raise SomebodyWasMarked
        event = tables.events[event_id]
        del tables.events[event_id]
        del tables.event_names[fold(event.name)]
        del tables.event_codes[event.code]
        for key in list(tables.places):
            if key.event_id == event_id:
                del tables.places[key]
        if event_id in tables.boards:
            del tables.boards[event_id]
        for key in list(tables.helpers):
            if key.event_id == event_id:
                del tables.helpers[key]
        for connection in list(tables.connections.values()):
            if connection.event_id == event_id:
                del tables.connections[connection.connection_id]

    def search(self, folded_part: str | None, query: EventQuery = WHOLE_LIST) -> Sequence[Event]:
        events = self._tables.events.values()
        found = (
            event for event in events if folded_part is None or is_found(event.name, folded_part)
        )
        return _piece_of_events(found, query)

    def created_by(self, user_id: UserId, query: EventQuery = WHOLE_LIST) -> Sequence[Event]:
        events = self._tables.events.values()
        created = (event for event in events if event.creator_id == user_id)
        return _piece_of_events(created, query)

    def organised_by(self, user_id: UserId, query: EventQuery = WHOLE_LIST) -> Sequence[Event]:
        tables = self._tables
        organised = (
            event
            for event in tables.events.values()
            if event.creator_id == user_id or PlaceKey(event.event_id, user_id) in tables.helpers
        )
        return _piece_of_events(organised, query)

    def count_not_over(self, user_id: UserId, now: Instant, limit: int) -> int:
        events = self._tables.events.values()
        count = sum(event.creator_id == user_id and event.ends_at > now for event in events)
        return min(count, limit)

    def joined_by(self, user_id: UserId, query: EventQuery = WHOLE_LIST) -> Sequence[Event]:
        joined = (
            self._tables.events[place.event_id]
            for place in self._tables.places.values()
            if place.user_id == user_id and place.member
        )
        return _piece_of_events(joined, query)

    def attended_by(
        self, user_id: UserId, query: ListQuery[AttendedEvent]
    ) -> Sequence[AttendedEvent]:
        attended = (
            self._attended_event(place)
            for key, place in self._tables.places.items()
            if key.user_id == user_id and (place.member or place.last_n)
        )
        return piece_of(attended, query, lambda each: _list_key(each.event, newest_first=True))

    def _attended_event(self, place: Place) -> AttendedEvent:
        event, last = self._tables.events[place.event_id], self._tables.last_line_of(place)
        if last is None:
            return AttendedEvent(event, None)
        if last.entry.origin is None:
            return AttendedEvent(event, None, annulled=last)
        return AttendedEvent(event, self._tables.mark_of(place), last.entry.grade)


def _piece_of_events(events: Iterable[Event], query: EventQuery) -> Sequence[Event]:
    found = filter(query.has, events)
    return piece_of(found, query, lambda event: _list_key(event, newest_first=query.newest_first))


def _list_key(event: Event, *, newest_first: bool) -> tuple[Any, ...]:
    """Makes the key that events are listed by."""
    start = -event.starts_at if newest_first else event.starts_at
    return (start, fold(event.name), event.event_id)
