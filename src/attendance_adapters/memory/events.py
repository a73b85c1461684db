"""Events in dicts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attendance_adapters.memory.state import State
from attendance_core.attendance import Attended
from attendance_core.errors import EventNameTaken, EventNotFound, SomebodyWasMarked
from attendance_core.events import Event
from attendance_core.vocabulary import EventId, UserId, fold


class Events:
    """`repositories.Events`."""

    def __init__(self, state: State) -> None:
        self._state = state

    def add(self, event: Event) -> None:
        key = fold(event.name)
        if key in self._state.event_names:
            raise EventNameTaken
        self._state.event_names[key] = event.event_id
        self._state.events[event.event_id] = event

    def get(self, event_id: EventId) -> Event:
        if event_id not in self._state.events:
            raise EventNotFound
        return self._state.events[event_id]

    def lock(self, event_id: EventId) -> Event:
        return self.get(event_id)

    def remove(self, event_id: EventId) -> None:
        state = self._state
        if any(seat[0] == event_id for seat in state.marks):
            raise SomebodyWasMarked
        event = state.events.pop(event_id)
        del state.event_names[fold(event.name)]
        for seat in [each for each in state.places if each[0] == event_id]:
            del state.places[seat]
        for gone in [each for each in state.connections.values() if each.event_id == event_id]:
            del state.connections[gone.connection_id]

    def search(self, part: str | None, limit: int | None, offset: int) -> Sequence[Event]:
        return _page(
            (
                each
                for each in self._state.events.values()
                if part is None or part in fold(each.name)
            ),
            limit,
            offset,
        )

    def created_by(self, user_id: UserId, limit: int | None, offset: int) -> Sequence[Event]:
        mine = (each for each in self._state.events.values() if each.creator_id == user_id)
        return _page(mine, limit, offset)

    def joined_by(self, user_id: UserId, limit: int | None, offset: int) -> Sequence[Event]:
        mine = (
            self._state.events[event_id]
            for (event_id, person), place in self._state.places.items()
            if person == user_id and place.member
        )
        return _page(mine, limit, offset)

    def attended_by(self, user_id: UserId, limit: int | None, offset: int) -> Sequence[Attended]:
        attended = [
            Attended(self._state.events[seat[0]], self._state.marked(seat))
            for seat, place in self._state.places.items()
            if seat[1] == user_id and (place.member or seat in self._state.marks)
        ]
        attended.sort(
            key=lambda each: (
                -each.event.starts_at,
                fold(each.event.name),
                each.event.event_id,
            )
        )
        return attended[offset : None if limit is None else offset + limit]


def _page(events: Iterable[Event], limit: int | None, offset: int) -> Sequence[Event]:
    found = sorted(events, key=lambda each: (each.starts_at, fold(each.name), each.event_id))
    return found[offset : None if limit is None else offset + limit]
