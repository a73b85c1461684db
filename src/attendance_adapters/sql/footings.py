"""Footings in SQL: one statement reads all that a command, or an opening, stands on.

It runs behind the one that locks the places, so it sees whatever those who had them before have
written. Where it waits for whoever changes the event, the event is told as it is then, and all else
as it was before: that is kept by the places, or is compared with a time before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import FromClause, Select, String, Uuid, bindparam, select, true

from attendance_adapters.sql.connections import (
    CONNECTION_COLUMNS,
    LATEST_CONNECTIONS_OF_USER,
    connection_from,
)
from attendance_adapters.sql.events import EVENT_COLUMNS, event_from
from attendance_adapters.sql.executor import LOCKED_BY, Executor
from attendance_adapters.sql.places import (
    PLACE_COLUMNS,
    PLACES_WITH_MARKS,
    is_of_users_or_held,
    place_from,
)
from attendance_adapters.sql.tables import connections, events, places, processes, sessions
from attendance_core.marking.connections import Connection, Process
from attendance_core.marking.places import Place
from attendance_core.repositories import Footing, OpeningFooting
from attendance_core.vocabulary import UserId

LOCK_PLACES = (
    select(places.c.user_id).where(is_of_users_or_held).order_by(places.c.user_id).with_for_update()
)
_PLACES_AND_EVENT = PLACES_WITH_MARKS.join(
    events, events.c.event_id == bindparam("event_id", type_=Uuid)
)
_theirs = LATEST_CONNECTIONS_OF_USER.subquery("theirs")


def _read(columns: Sequence[Any], from_: FromClause) -> Select[Any]:
    """Reads places, as `LOCK_PLACES` locks them, and with each of them all of the rest."""
    return (
        select(*PLACE_COLUMNS, *EVENT_COLUMNS, *columns)
        .select_from(from_)
        .where(is_of_users_or_held)
        .order_by(places.c.user_id)
        .execution_options(**{LOCKED_BY: LOCK_PLACES})
    )


_OF_SOCKET = _PLACES_AND_EVENT.outerjoin(
    connections, connections.c.connection_id == bindparam("connection_id", type_=Uuid)
).outerjoin(processes, processes.c.process_id == connections.c.process_id)
OF_COMMAND = _read([*CONNECTION_COLUMNS, *_theirs.c], _OF_SOCKET.outerjoin(_theirs, true()))
# As a mark locks it in any case, by its foreign key
OF_MARK = _read(CONNECTION_COLUMNS, _OF_SOCKET).with_for_update(
    read=True, key_share=True, of=events
)
_own = processes.alias("own")
# As a new connection locks it in any case, by its foreign key
OF_OPENING = _read(
    [
        _own.c.process_id,
        _own.c.renewed_at,
        _own.c.unbroken_since,
        sessions.c.session_id,
        *_theirs.c,
    ],
    _PLACES_AND_EVENT.outerjoin(_own, _own.c.process_id == bindparam("process_id", type_=Uuid))
    .outerjoin(sessions, sessions.c.session_id == bindparam("session_id", type_=String))
    .outerjoin(_theirs, true()),
).with_for_update(read=True, key_share=True, of=events)
_EVENT_FROM = len(PLACE_COLUMNS)
_REST_FROM = _EVENT_FROM + len(EVENT_COLUMNS)
_THEIRS_FROM_END = -len(CONNECTION_COLUMNS)


class Footings:
    """Locks what commands stand on, and reads it; `repositories.Footings`."""

    def __init__(self, executor: Executor) -> None:
        self._execute = executor.execute

    def lock_for_command(
        self, connection: Connection, targets: Sequence[UserId], whose: UserId | None, limit: int
    ) -> Footing | None:
        keys = {**_keys_of_command(connection, targets), "user_id": whose, "limit": limit}
        rows = list(self._execute(OF_COMMAND, keys))
        return _footing_from(rows, {} if whose is None else {whose: _theirs_in(rows)})

    def lock_for_mark(self, connection: Connection, targets: Sequence[UserId]) -> Footing | None:
        rows = list(self._execute(OF_MARK, _keys_of_command(connection, targets)))
        return _footing_from(rows, {})

    def lock_for_opening(self, connection: Connection, limit: int) -> OpeningFooting | None:
        keys = {
            **_keys_of_places(connection, []),
            "user_id": connection.user_id,
            "process_id": connection.process_id,
            "session_id": connection.session_id,
            "limit": limit,
        }
        rows = list(self._execute(OF_OPENING, keys))
        locked = _places_in(rows)
        if connection.user_id not in locked:
            return None
        event, rest = rows[0][_EVENT_FROM:_REST_FROM], rows[0][_REST_FROM:_THEIRS_FROM_END]
        process_id, renewed_at, unbroken_since, session_id = rest
        return OpeningFooting(
            locked,
            event_from(event),
            None if process_id is None else Process(process_id, renewed_at, unbroken_since),
            session_id is not None,
            _theirs_in(rows),
        )


def _keys_of_places(connection: Connection, targets: Sequence[UserId]) -> dict[str, Any]:
    marker = connection.user_id
    user_ids = sorted({marker, *targets})
    return {"event_id": connection.event_id, "user_ids": user_ids, "held_by": marker}


def _keys_of_command(connection: Connection, targets: Sequence[UserId]) -> dict[str, Any]:
    return {**_keys_of_places(connection, targets), "connection_id": connection.connection_id}


def _footing_from(
    rows: Sequence[Sequence[Any]], connections_of: Mapping[UserId, Sequence[Connection]]
) -> Footing | None:
    if not rows:
        return None
    event, rest = rows[0][_EVENT_FROM:_REST_FROM], rows[0][_REST_FROM:]
    own = _found_in(rest[: len(CONNECTION_COLUMNS)])
    return Footing(_places_in(rows), event_from(event), own, connections_of)


def _places_in(rows: Sequence[Sequence[Any]]) -> Mapping[UserId, Place]:
    return {row[0]: place_from(row[:_EVENT_FROM]) for row in rows}


def _theirs_in(rows: Sequence[Sequence[Any]]) -> Sequence[Connection]:
    """Lists the connections behind the first place: the last columns of its rows."""
    of_one_place = [row[_THEIRS_FROM_END:] for row in rows if row[0] == rows[0][0]]
    return [found for row in of_one_place if (found := _found_in(row)) is not None]


def _found_in(row: Sequence[Any]) -> Connection | None:
    """Makes a connection of the columns of an outer join, which may have found none."""
    return None if row[0] is None else connection_from(row)
