"""Places, marks, connections and processes in dicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from attendance_adapters.memory.state import Seat, State
from attendance_core.attendance import Participant
from attendance_core.errors import AlreadyMarked, EventNotFound, Taken
from attendance_core.marking.places import Held, Mark, Marked, Place, Waiting
from attendance_core.profiles import Confirmation
from attendance_core.vocabulary import (
    EventId,
    Instant,
    UserId,
    fold,
)


class Places:
    """`repositories.Places`. What is marked is known from the ledger, as it is in SQL."""

    def __init__(self, state: State) -> None:
        self._state = state

    def _read(self, seat: Seat) -> Place:
        place = self._state.places[seat]
        marked = self._state.marked(seat)
        return place if marked is None else replace(place, state=marked)

    def _in(self, event_id: EventId) -> list[Seat]:
        return [seat for seat in self._state.places if seat[0] == event_id]

    def enter(self, event_id: EventId, user_id: UserId) -> None:
        if event_id not in self._state.events:
            raise EventNotFound
        self._state.places.setdefault((event_id, user_id), Place(event_id, user_id))

    def lock(
        self, event_id: EventId, user_ids: Sequence[UserId], holder: UserId | None = None
    ) -> Mapping[UserId, Place]:
        held = [
            seat[1]
            for seat in (self._in(event_id) if holder is not None else ())
            if isinstance(state := self._state.places[seat].state, Held) and state.by == holder
        ]
        return {
            user_id: self._read((event_id, user_id))
            for user_id in sorted({*user_ids, *held})
            if (event_id, user_id) in self._state.places
        }

    def put(self, place: Place) -> None:
        if isinstance(place.state, Held):
            for seat in self._in(place.event_id):
                state = self._state.places[seat].state
                theirs = isinstance(state, Held) and state.by == place.state.by
                if theirs and seat[1] != place.user_id:
                    raise Taken
        if isinstance(place.state, Marked):
            place = replace(place, state=None)
        self._state.places[place.event_id, place.user_id] = place

    def listed(self, event_id: EventId) -> Sequence[Place]:
        places = map(self._read, self._in(event_id))
        return [each for each in places if isinstance(each.state, Waiting | Held)]

    def of(self, event_id: EventId, user_ids: Sequence[UserId]) -> Sequence[Place]:
        return [
            self._read((event_id, user_id))
            for user_id in dict.fromkeys(user_ids)
            if (event_id, user_id) in self._state.places
        ]

    def participants(self, event_id: EventId) -> Sequence[Participant]:
        people = []
        for place in map(self._read, self._in(event_id)):
            if place.member or isinstance(place.state, Marked):
                scan = self._state.scans.get(place.user_id)
                confirmed = scan is not None and scan.state is Confirmation.APPROVED
                name = self._state.profiles[place.user_id].display_name
                people.append(Participant(place.user_id, name, confirmed, place.state))
        return sorted(people, key=lambda each: (fold(each.display_name), each.user_id))

    def lapsed(self, now: Instant, most: int) -> Sequence[tuple[EventId, UserId]]:
        found = sorted(
            (state.until, seat)
            for seat, place in self._state.places.items()
            if isinstance(state := place.state, Held) and state.until <= now
        )
        return [seat for _, seat in found[:most]]


class Marks:
    """`repositories.Marks`."""

    def __init__(self, state: State) -> None:
        self._marks = state.marks

    def add(self, mark: Mark) -> None:
        seat = mark.event_id, mark.user_id
        if seat in self._marks:
            raise AlreadyMarked
        self._marks[seat] = mark

    def karma(self, user_id: UserId) -> int:
        return sum(each.points for each in self._marks.values() if each.marker_id == user_id)
