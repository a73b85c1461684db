"""Rooms in SQL: one statement reads all of a room, whatever its parts, so all of it at one moment.

Decision 0022: to PostgreSQL each statement is a round trip, and several need a transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CompoundSelect,
    Integer,
    Select,
    String,
    Uuid,
    bindparam,
    cast,
    literal_column,
    null,
    or_,
    select,
)

from attendance_adapters.sql.column_types import BigId, InstantType
from attendance_adapters.sql.executor import WITH_TIME, Executor
from attendance_adapters.sql.glances import GLANCE_AT_ROOMS, GLANCE_COLUMNS, glance_from
from attendance_adapters.sql.places import (
    PLACE_COLUMNS,
    PLACES_WITH_MARKS,
    is_of_users,
    place_from,
)
from attendance_adapters.sql.tables import IS_MARKING, connections, events, places, processes
from attendance_core.marking.connections import Connection, Process, Role
from attendance_core.marking.frames import EventUpdated
from attendance_core.marking.glances import RoomGlance
from attendance_core.marking.places import Place
from attendance_core.repositories import StoredRoom
from attendance_core.vocabulary import EventId, ProcessId, UserId

# What a row is about: the event, a socket, who is listed, or who is watched and is not
_EVENT, _SOCKET, _LISTED, _WATCHED = range(4)
# The columns of every row, of which each part fills some. `PLACE_COLUMNS` come first, in their
# order and under their names, but for the event: it is known, and to read an id costs SQLite most
_COLUMNS: Final[Mapping[str, Any]] = {
    "user_id": BigId,
    "member": Boolean,
    "version": BigInteger,
    "barred_marker": BigId,
    "barred_until": InstantType,
    "since": InstantType,
    "held_by": BigId,
    "held_until": InstantType,
    "origin": String,
    "actor_id": BigId,
    "at": InstantType,
    "last_n": Integer,
    "connection_id": Uuid,
    "process_id": Uuid,
    "session_id": String,
}
_COLUMNS_WITH_GLANCE: Final[Mapping[str, Any]] = {
    **_COLUMNS,
    "glance_listed": String,
    "glance_sockets": String,
    "has_lost_marker": Integer,
    "earliest_renewal": InstantType,
}
_OF_PLACE = {each.name: each for each in PLACE_COLUMNS if each.name != "event_id"}
_OF_SOCKET = {
    "user_id": connections.c.user_id,
    "barred_until": processes.c.unbroken_since,
    "since": connections.c.lost_at,
    "held_until": processes.c.renewed_at,
    "origin": connections.c.role,
    "connection_id": connections.c.connection_id,
    "process_id": connections.c.process_id,
    "session_id": connections.c.session_id,
}
_OF_EVENT = {"since": events.c.starts_at, "held_until": events.c.ends_at, "origin": events.c.name}
_PLACE_TO = 1 + len(_OF_PLACE)
_GLANCE_FROM, _GLANCE_TO = 1 + len(_COLUMNS), 1 + len(_COLUMNS_WITH_GLANCE)
_event_id = bindparam("event_id", type_=Uuid)
_process_id = bindparam("process_id", type_=Uuid)


def _reading(of_event: Mapping[str, Any], columns: Mapping[str, Any]) -> CompoundSelect[Any]:
    """Makes the statement: of its first part there is one row, and none without the event."""

    def part(number: int, found: Mapping[str, Any]) -> Select[Any]:
        return select(
            literal_column(str(number), Integer).label("part"),
            *(found.get(name, cast(null(), type_)).label(name) for name, type_ in columns.items()),
        )

    in_room = connections.c.event_id == _event_id
    sockets = connections.outerjoin(processes, processes.c.process_id == connections.c.process_id)
    place_is_in_event = places.c.event_id == _event_id
    return (
        part(_EVENT, of_event)
        .where(events.c.event_id == _event_id)
        .union_all(
            # The event in both halves, so that SQLite finds each by its index
            part(_SOCKET, _OF_SOCKET)
            .select_from(sockets)
            .where(or_(in_room & (connections.c.process_id == _process_id), in_room & IS_MARKING)),
            part(_LISTED, _OF_PLACE)
            .select_from(PLACES_WITH_MARKS)
            .where(place_is_in_event, places.c.since.is_not(None)),
            part(_WATCHED, _OF_PLACE)
            .select_from(PLACES_WITH_MARKS)
            .where(place_is_in_event, is_of_users, places.c.since.is_(None)),
        )
        .execution_options(**{WITH_TIME: True})
    )


READ_ROOM = _reading(_OF_EVENT, _COLUMNS)
_glance_names = list(_COLUMNS_WITH_GLANCE)[len(_COLUMNS) :]
READ_ROOM_AND_GLANCE = _reading(
    {**_OF_EVENT, **dict(zip(_glance_names, GLANCE_COLUMNS, strict=True))}, _COLUMNS_WITH_GLANCE
)


class Rooms:
    """Reads rooms, and glances at them; `repositories.Rooms`."""

    def __init__(self, executor: Executor) -> None:
        self._execute = executor.execute

    def find(
        self,
        event_id: EventId,
        process_id: ProcessId,
        watched: Sequence[UserId],
        *,
        with_glance: bool = False,
    ) -> StoredRoom | None:
        keys = {"event_id": event_id, "process_id": process_id, "user_ids": list(watched)}
        event: EventUpdated | None = None
        glance: RoomGlance | None = None
        sockets: list[Connection] = []
        listed: list[Place] = []
        not_listed: list[Place] = []
        for row in self._execute(READ_ROOM_AND_GLANCE if with_glance else READ_ROOM, keys):
            part = row[0]
            if part == _LISTED:
                listed.append(_place_from(event_id, row))
            elif part == _SOCKET:
                sockets.append(_connection_from(event_id, row))
            elif part == _WATCHED:
                not_listed.append(_place_from(event_id, row))
            else:
                event = _event_from(row)
                if with_glance:
                    glance = glance_from(event_id, event, row[_GLANCE_FROM:_GLANCE_TO])
        if event is None:
            return None
        asked = frozenset(watched)
        found = [each for each in listed if each.user_id in asked] + not_listed
        return StoredRoom(event, listed, found, sockets, glance)

    def glances(self, event_ids: Sequence[EventId], process_id: ProcessId) -> Sequence[RoomGlance]:
        keys = {"event_ids": list(event_ids), "process_id": process_id}
        return [
            glance_from(event_id, EventUpdated(name, starts_at, ends_at), rest)
            for event_id, name, starts_at, ends_at, *rest in self._execute(GLANCE_AT_ROOMS, keys)
        ]


def _event_from(row: Sequence[Any]) -> EventUpdated:
    _, _, _, _, _, _, starts_at, _, ends_at, name, *_ = row
    return EventUpdated(name, starts_at, ends_at)


def _place_from(event_id: EventId, row: Sequence[Any]) -> Place:
    return place_from((row[1], event_id, *row[2:_PLACE_TO]))


def _connection_from(event_id: EventId, row: Sequence[Any]) -> Connection:
    _, user_id, _, _, _, unbroken_since, lost_at, _, renewed_at, role, *rest = row
    _, _, _, connection_id, process_id, session_id, *_ = rest
    process = None if renewed_at is None else Process(process_id, renewed_at, unbroken_since)
    return Connection(
        connection_id, event_id, user_id, Role(role), process_id, session_id, lost_at, process
    )
