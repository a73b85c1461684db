"""Rooms in SQL: one statement reads all of a room, whatever its parts, so all of it at one moment.

Decision 0022: to PostgreSQL each statement is a round trip, and several need a transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final, TypeVar

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
from attendance_adapters.sql.connections import connection_from
from attendance_adapters.sql.executor import WITH_TIME, Executor
from attendance_adapters.sql.glances import GLANCE_AT_ROOMS, GLANCE_COLUMNS, glance_from
from attendance_adapters.sql.places import PLACES_WITH_MARKS, is_of_users, place_from
from attendance_adapters.sql.tables import (
    IS_MARKING,
    connections,
    events,
    ledger,
    places,
    processes,
)
from attendance_core.marking.connections import Connection
from attendance_core.marking.frames import EventUpdated
from attendance_core.marking.glances import RoomGlance
from attendance_core.marking.places import Place
from attendance_core.repositories import StoredRoom
from attendance_core.vocabulary import EventId, ProcessId, UserId

T = TypeVar("T")
Values = Mapping[str, Any]  # a value for each column of which a part has one, by its name

# The statement is a union, and says of each row which part of the room it is about
_EVENT, _SOCKET, _LISTED_PLACE, _WATCHED_PLACE = range(4)
# The other columns of every row, by their types. A column costs every row, so the parts share them:
# the three instants and the text are another thing in each part, as its values say below. The id of
# the event is in none: it is known, and to read an id costs SQLite most
_COLUMN_TYPES: Final[Mapping[str, Any]] = {
    "user_id": BigId,
    "first_instant": InstantType,
    "second_instant": InstantType,
    "third_instant": InstantType,
    "text": String,
    # Of places alone
    "member": Boolean,
    "version": BigInteger,
    "barred_marker": BigId,
    "held_by": BigId,
    "actor_id": BigId,
    "at": InstantType,
    "last_n": Integer,
    # Of sockets alone
    "connection_id": Uuid,
    "process_id": Uuid,
    "session_id": String,
}
_GLANCE_TYPES: Final[Mapping[str, Any]] = {
    "listed": String,
    "sockets": String,
    "has_lost_marker": Integer,
    "earliest_renewal": InstantType,
}
_COLUMN_TYPES_WITH_GLANCE: Final = {**_COLUMN_TYPES, **_GLANCE_TYPES}

# What a part has in which column, in the order in which the values are taken out of a row
_EVENT_VALUES: Final[Values] = {
    "text": events.c.name,
    "first_instant": events.c.starts_at,
    "second_instant": events.c.ends_at,
}
_GLANCE_VALUES: Final[Values] = dict(zip(_GLANCE_TYPES, GLANCE_COLUMNS, strict=True))
# As `CONNECTION_COLUMNS`, without the event's id
_SOCKET_VALUES: Final[Values] = {
    "connection_id": connections.c.connection_id,
    "user_id": connections.c.user_id,
    "text": connections.c.role,
    "process_id": connections.c.process_id,
    "session_id": connections.c.session_id,
    "first_instant": connections.c.lost_at,
    "second_instant": processes.c.renewed_at,
    "third_instant": processes.c.unbroken_since,
}
# As `PLACE_COLUMNS`, without the event's id
_PLACE_VALUES: Final[Values] = {
    "user_id": places.c.user_id,
    "member": places.c.member,
    "version": places.c.version,
    "barred_marker": places.c.barred_marker,
    "first_instant": places.c.barred_until,
    "second_instant": places.c.since,
    "held_by": places.c.held_by,
    "third_instant": places.c.held_until,
    "text": ledger.c.origin,
    "actor_id": ledger.c.actor_id,
    "at": ledger.c.at,
    "last_n": places.c.last_n,
}
_event_id = bindparam("event_id", type_=Uuid)
_process_id = bindparam("process_id", type_=Uuid)
_POSITIONS: Final = {
    name: position for position, name in enumerate(("part", *_COLUMN_TYPES_WITH_GLANCE))
}


def _taker_of(names: Iterable[str]) -> Callable[[Sequence[Any]], Sequence[Any]]:
    """Makes what takes some values out of a row, in this order."""
    return itemgetter(*(_POSITIONS[name] for name in names))


def _maker_of(
    make: Callable[[Sequence[Any]], T], values: Values
) -> Callable[[EventId, Sequence[Any]], T]:
    """Has ``make`` be given the values of a row, with the id of the event behind the first."""
    first_name, *other_names = values
    first_position, others_in = _POSITIONS[first_name], _taker_of(other_names)

    def make_from(event_id: EventId, row: Sequence[Any]) -> T:
        return make((row[first_position], event_id, *others_in(row)))

    return make_from


_event_values_in = _taker_of(_EVENT_VALUES)
_glance_values_in = _taker_of(_GLANCE_VALUES)
_socket_from = _maker_of(connection_from, _SOCKET_VALUES)
_place_from = _maker_of(place_from, _PLACE_VALUES)


def _select_room(event_values: Values, column_types: Mapping[str, Any]) -> CompoundSelect[Any]:
    """Makes the statement: of its first part there is one row, and none without the event."""

    def select_part(part: int, values: Values) -> Select[Any]:
        return select(
            literal_column(str(part), Integer).label("part"),
            *(
                values.get(name, cast(null(), type_)).label(name)
                for name, type_ in column_types.items()
            ),
        )

    is_in_room = connections.c.event_id == _event_id
    is_of_process = connections.c.process_id == _process_id
    sockets = connections.outerjoin(processes, processes.c.process_id == connections.c.process_id)
    is_place_in_event = places.c.event_id == _event_id
    return (
        select_part(_EVENT, event_values)
        .where(events.c.event_id == _event_id)
        .union_all(
            # The event in both halves, so that SQLite finds each by its index
            select_part(_SOCKET, _SOCKET_VALUES)
            .select_from(sockets)
            .where(or_(is_in_room & is_of_process, is_in_room & IS_MARKING)),
            select_part(_LISTED_PLACE, _PLACE_VALUES)
            .select_from(PLACES_WITH_MARKS)
            .where(is_place_in_event, places.c.since.is_not(None)),
            # Whoever is watched and listed is in the part before
            select_part(_WATCHED_PLACE, _PLACE_VALUES)
            .select_from(PLACES_WITH_MARKS)
            .where(is_place_in_event, is_of_users, places.c.since.is_(None)),
        )
        .execution_options(**{WITH_TIME: True})
    )


READ_ROOM = _select_room(_EVENT_VALUES, _COLUMN_TYPES)
READ_ROOM_AND_GLANCE = _select_room({**_EVENT_VALUES, **_GLANCE_VALUES}, _COLUMN_TYPES_WITH_GLANCE)


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
        parameters = {"event_id": event_id, "process_id": process_id, "user_ids": list(watched)}
        event: EventUpdated | None = None
        glance: RoomGlance | None = None
        sockets: list[Connection] = []
        listed: list[Place] = []
        watched_unlisted: list[Place] = []
        for row in self._execute(READ_ROOM_AND_GLANCE if with_glance else READ_ROOM, parameters):
            part = row[0]
            if part == _LISTED_PLACE:
                listed.append(_place_from(event_id, row))
            elif part == _SOCKET:
                sockets.append(_socket_from(event_id, row))
            elif part == _WATCHED_PLACE:
                watched_unlisted.append(_place_from(event_id, row))
            else:
                event = EventUpdated(*_event_values_in(row))
                if with_glance:
                    glance = glance_from(event_id, event, _glance_values_in(row))
        if event is None:
            return None
        watched_ids = frozenset(watched)
        watched_listed = [place for place in listed if place.user_id in watched_ids]
        return StoredRoom(event, listed, watched_listed + watched_unlisted, sockets, glance)

    def glances(self, event_ids: Sequence[EventId], process_id: ProcessId) -> Sequence[RoomGlance]:
        parameters = {"event_ids": list(event_ids), "process_id": process_id}
        return [
            glance_from(event_id, EventUpdated(name, starts_at, ends_at), glance_values)
            for event_id, name, starts_at, ends_at, *glance_values in self._execute(
                GLANCE_AT_ROOMS, parameters
            )
        ]
