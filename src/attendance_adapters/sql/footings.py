"""Footings in SQL: one statement reads all that a command, or an opening, stands on.

It runs behind the one that locks the places, so it sees whatever those who had them before have
written. Where it waits for whoever changes the event, the event is told as it is then, and all else
as it was before: that is kept by the places, or is compared with a time before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import FromClause, Select, String, Uuid, bindparam, select, true

from attendance_adapters.sql.connections import (
    CONNECTION_COLUMNS,
    LATEST_CONNECTIONS_OF_USER,
    connection_from,
)
from attendance_adapters.sql.events import EVENT_COLUMNS, event_from
from attendance_adapters.sql.executor import LOCK_FIRST, Executor
from attendance_adapters.sql.places import (
    PLACE_COLUMNS,
    PLACES_WITH_MARKS,
    is_of_users_or_held_in_event,
    place_from,
)
from attendance_adapters.sql.tables import connections, events, places, processes, sessions
from attendance_core.marking.connections import Connection, Process
from attendance_core.marking.places import Place
from attendance_core.repositories import Footing, OpeningFooting
from attendance_core.vocabulary import UserId

LOCK_PLACES = (
    select(places.c.user_id)
    .where(is_of_users_or_held_in_event)
    .order_by(places.c.user_id)
    .with_for_update()
)
_opening_process = processes.alias("opening_process")
_latest_connections = LATEST_CONNECTIONS_OF_USER.subquery("latest_connections")
_PROCESS_AND_SESSION_COLUMNS = (
    _opening_process.c.process_id,
    _opening_process.c.renewed_at,
    _opening_process.c.unbroken_since,
    sessions.c.session_id,
)

# What a row has: a place; then the event, and what else there is one of, the same in every row;
# then one of the latest connections of a person. Each place is there once for each of these
_USER_ID: Final = 0  # whose place it is
_PLACE: Final = slice(0, len(PLACE_COLUMNS))
_EVENT: Final = slice(_PLACE.stop, _PLACE.stop + len(EVENT_COLUMNS))
_CONNECTION: Final = slice(_EVENT.stop, _EVENT.stop + len(CONNECTION_COLUMNS))
_PROCESS_AND_SESSION: Final = slice(_EVENT.stop, _EVENT.stop + len(_PROCESS_AND_SESSION_COLUMNS))
_LATEST_CONNECTION: Final = slice(-len(CONNECTION_COLUMNS), None)  # not of a mark, which reads none


def _read_locked(source: FromClause, columns: Sequence[Any]) -> Select[Any]:
    """Makes the statement that reads the places which `LOCK_PLACES` locks, and the rest of these.

    It begins with `_PLACE` and `_EVENT`; ``columns`` come behind them.
    """
    return (
        select(*PLACE_COLUMNS, *EVENT_COLUMNS, *columns)
        .select_from(source)
        .where(is_of_users_or_held_in_event)
        .order_by(places.c.user_id)
        .execution_options(**{LOCK_FIRST: LOCK_PLACES})
    )


_places_and_event = PLACES_WITH_MARKS.join(
    events, events.c.event_id == bindparam("event_id", type_=Uuid)
)
_with_connection = _places_and_event.outerjoin(
    connections, connections.c.connection_id == bindparam("connection_id", type_=Uuid)
).outerjoin(processes, processes.c.process_id == connections.c.process_id)
_with_process_and_session = _places_and_event.outerjoin(
    _opening_process, _opening_process.c.process_id == bindparam("process_id", type_=Uuid)
).outerjoin(sessions, sessions.c.session_id == bindparam("session_id", type_=String))
READ_FOR_COMMAND = _read_locked(
    _with_connection.outerjoin(_latest_connections, true()),
    [*CONNECTION_COLUMNS, *_latest_connections.c],
)
# As a mark locks the event in any case, by its foreign key
READ_FOR_MARK = _read_locked(_with_connection, CONNECTION_COLUMNS).with_for_update(
    read=True, key_share=True, of=events
)
# As a new connection locks the event in any case, by its foreign key
READ_FOR_OPENING = _read_locked(
    _with_process_and_session.outerjoin(_latest_connections, true()),
    [*_PROCESS_AND_SESSION_COLUMNS, *_latest_connections.c],
).with_for_update(read=True, key_share=True, of=events)


class Footings:
    """Locks what commands stand on, and reads it; `repositories.Footings`."""

    def __init__(self, executor: Executor) -> None:
        self._execute = executor.execute

    def lock_for_command(
        self,
        connection: Connection,
        targets: Sequence[UserId],
        with_connections_of: UserId | None,
        connection_limit: int,
    ) -> Footing | None:
        parameters = {
            **_command_parameters(connection, targets),
            "user_id": with_connections_of,
            "limit": connection_limit,
        }
        rows = list(self._execute(READ_FOR_COMMAND, parameters))
        return _footing_from(
            rows,
            {} if with_connections_of is None else {with_connections_of: _latest_in(rows)},
        )

    def lock_for_mark(self, connection: Connection, targets: Sequence[UserId]) -> Footing | None:
        rows = list(self._execute(READ_FOR_MARK, _command_parameters(connection, targets)))
        return _footing_from(rows, {})

    def lock_for_opening(
        self, connection: Connection, connection_limit: int
    ) -> OpeningFooting | None:
        parameters = {
            **_place_parameters(connection, []),
            "user_id": connection.user_id,
            "process_id": connection.process_id,
            "session_id": connection.session_id,
            "limit": connection_limit,
        }
        rows = list(self._execute(READ_FOR_OPENING, parameters))
        locked = _places_in(rows)
        if connection.user_id not in locked:
            return None
        row = rows[0]
        process_id, renewed_at, unbroken_since, session_id = row[_PROCESS_AND_SESSION]
        return OpeningFooting(
            locked,
            event_from(row[_EVENT]),
            None if process_id is None else Process(process_id, renewed_at, unbroken_since),
            session_id is not None,
            _latest_in(rows),
        )


def _place_parameters(connection: Connection, targets: Sequence[UserId]) -> dict[str, Any]:
    user_id = connection.user_id
    user_ids = sorted({user_id, *targets})
    return {"event_id": connection.event_id, "user_ids": user_ids, "held_by": user_id}


def _command_parameters(connection: Connection, targets: Sequence[UserId]) -> dict[str, Any]:
    return {**_place_parameters(connection, targets), "connection_id": connection.connection_id}


def _footing_from(
    rows: Sequence[Sequence[Any]], connections_of: Mapping[UserId, Sequence[Connection]]
) -> Footing | None:
    if not rows:
        return None
    row = rows[0]
    connection = _joined_connection_from(row[_CONNECTION])
    return Footing(_places_in(rows), event_from(row[_EVENT]), connection, connections_of)


def _places_in(rows: Sequence[Sequence[Any]]) -> Mapping[UserId, Place]:
    places_in_rows = (place_from(row[_PLACE]) for row in rows)
    return {place.user_id: place for place in places_in_rows}


def _latest_in(rows: Sequence[Sequence[Any]]) -> Sequence[Connection]:
    """Lists the connections of a person: they are in the rows of each place, so in the first's."""
    of_first_place = [row for row in rows if row[_USER_ID] == rows[0][_USER_ID]]
    joined = (_joined_connection_from(row[_LATEST_CONNECTION]) for row in of_first_place)
    return [connection for connection in joined if connection is not None]


def _joined_connection_from(columns: Sequence[Any]) -> Connection | None:
    """Makes a connection of the columns of an outer join, which may have found none."""
    return None if columns[0] is None else connection_from(columns)
