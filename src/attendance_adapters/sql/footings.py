"""Footings in SQL: one statement reads all that a command, or an opening, stands on.

Where it waits for whoever changes the event, the event is told as it is then, and all else as it
was before: that is kept by the places, which are locked, or is compared with a time before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import String, Uuid, bindparam, select, true

from attendance_adapters.sql.connections import (
    CONNECTION_COLUMNS,
    LATEST_CONNECTIONS_OF_USER,
    connection_from,
)
from attendance_adapters.sql.events import EVENT_COLUMNS, event_from
from attendance_adapters.sql.executor import Executor
from attendance_adapters.sql.tables import connections, events, processes, sessions
from attendance_core.marking.connections import Connection, Process
from attendance_core.repositories import Footing, OpeningFooting

_is_event = events.c.event_id == bindparam("event_id", type_=Uuid)
OF_COMMAND = (
    select(*EVENT_COLUMNS, *CONNECTION_COLUMNS)
    .select_from(
        events.outerjoin(
            connections, connections.c.connection_id == bindparam("connection_id", type_=Uuid)
        ).outerjoin(processes, processes.c.process_id == connections.c.process_id)
    )
    .where(_is_event)
)
# As a mark locks it in any case, by its foreign key
OF_MARK = OF_COMMAND.with_for_update(read=True, key_share=True, of=events)
_own = processes.alias("own")
_theirs = LATEST_CONNECTIONS_OF_USER.subquery("theirs")
# As a new connection locks it in any case, by its foreign key
OF_OPENING = (
    select(
        *EVENT_COLUMNS,
        _own.c.process_id,
        _own.c.renewed_at,
        _own.c.unbroken_since,
        sessions.c.session_id,
        *_theirs.c,
    )
    .select_from(
        events.outerjoin(_own, _own.c.process_id == bindparam("process_id", type_=Uuid))
        .outerjoin(sessions, sessions.c.session_id == bindparam("session_id", type_=String))
        .outerjoin(_theirs, true())
    )
    .where(_is_event)
    .with_for_update(read=True, key_share=True, of=events)
)
_OWN_FROM = len(EVENT_COLUMNS)
_THEIRS_FROM = _OWN_FROM + 4


class Footings:
    """Reads what commands stand on; `repositories.Footings`."""

    def __init__(self, executor: Executor) -> None:
        self._execute = executor.execute

    def of_command(self, connection: Connection, *, marks: bool) -> Footing | None:
        keys = {"event_id": connection.event_id, "connection_id": connection.connection_id}
        row = self._execute(OF_MARK if marks else OF_COMMAND, keys).one_or_none()
        if row is None:
            return None
        return Footing(event_from(row[:_OWN_FROM]), _found_in(row[_OWN_FROM:]))

    def of_opening(self, connection: Connection, limit: int) -> OpeningFooting | None:
        keys = {
            "event_id": connection.event_id,
            "user_id": connection.user_id,
            "process_id": connection.process_id,
            "session_id": connection.session_id,
            "limit": limit,
        }
        rows = list(self._execute(OF_OPENING, keys))
        if not rows:
            return None
        first = rows[0]
        process_id, renewed_at, unbroken_since, session_id = first[_OWN_FROM:_THEIRS_FROM]
        theirs = [found for row in rows if (found := _found_in(row[_THEIRS_FROM:])) is not None]
        return OpeningFooting(
            event_from(first[:_OWN_FROM]),
            None if process_id is None else Process(process_id, renewed_at, unbroken_since),
            session_id is not None,
            theirs,
        )


def _found_in(row: Sequence[Any]) -> Connection | None:
    """Makes a connection of the columns of an outer join, which may have found none."""
    return None if row[0] is None else connection_from(row)
