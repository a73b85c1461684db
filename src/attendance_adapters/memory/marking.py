"""Places, marks, connections and processes in dicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from attendance_adapters.memory.state import Seat, State
from attendance_core.connections import Connection, Process
from attendance_core.errors import AlreadyMarked, EventNotFound, Taken
from attendance_core.events import Participant
from attendance_core.places import Held, Mark, Marked, Place, Waiting
from attendance_core.profiles import Confirmation
from attendance_core.vocabulary import (
    ConnectionId,
    EventId,
    Instant,
    ProcessId,
    SessionId,
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


class Connections:
    """`repositories.Connections`."""

    def __init__(self, state: State) -> None:
        self._connections = state.connections
        self._processes = state.processes

    def _read(self, connection: Connection) -> Connection:
        return replace(connection, process=self._processes.get(connection.process_id))

    def add(self, connection: Connection) -> None:
        self._connections[connection.connection_id] = replace(connection, process=None)

    def find(self, connection_id: ConnectionId) -> Connection | None:
        found = self._connections.get(connection_id)
        return None if found is None else self._read(found)

    def of(self, event_id: EventId, user_id: UserId) -> Sequence[Connection]:
        return [
            self._read(each)
            for each in self._connections.values()
            if each.event_id == event_id and each.user_id == user_id
        ]

    def of_session(self, session_id: SessionId) -> Sequence[Connection]:
        return [
            self._read(each) for each in self._connections.values() if each.session_id == session_id
        ]

    def lose(self, connection_id: ConnectionId, at: Instant) -> None:
        found = self._connections.get(connection_id)
        if found is not None and found.lost_at is None:
            self._connections[connection_id] = replace(found, lost_at=at)

    def remove(self, connection_ids: Sequence[ConnectionId]) -> None:
        for connection_id in connection_ids:
            self._connections.pop(connection_id, None)

    def here(self, event_id: EventId, process_id: ProcessId) -> Sequence[ConnectionId]:
        return [
            each.connection_id
            for each in self._connections.values()
            if each.event_id == event_id and each.process_id == process_id
        ]

    def lapsed(
        self, lost_by: Instant, renewed_by: Instant | None, most: int
    ) -> Sequence[Connection]:
        found = []
        for each in map(self._read, self._connections.values()):
            if each.lost_at is not None:
                lapsed = each.lost_at <= lost_by
            elif renewed_by is not None:
                lapsed = each.process is None or each.process.renewed_at <= renewed_by
            else:
                lapsed = False
            if lapsed:
                found.append(each)
        return found[:most]


class Processes:
    """`repositories.Processes`."""

    def __init__(self, state: State) -> None:
        self._state = state

    def find(self, process_id: ProcessId) -> Process | None:
        return self._state.processes.get(process_id)

    def put(self, process: Process) -> None:
        self._state.processes[process.process_id] = process

    def remove_idle(self, renewed_by: Instant) -> None:
        busy = {each.process_id for each in self._state.connections.values()}
        for process in list(self._state.processes.values()):
            if process.renewed_at <= renewed_by and process.process_id not in busy:
                del self._state.processes[process.process_id]
