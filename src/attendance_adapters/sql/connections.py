"""Connections and the leases of their processes in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, String, Uuid, bindparam, delete, exists, insert, select, update

from attendance_adapters.sql.column_types import BigId
from attendance_adapters.sql.executor import Executor
from attendance_adapters.sql.tables import IS_MARKING, connections, places, processes
from attendance_core.marking.connections import Connection, Process, Role
from attendance_core.vocabulary import ConnectionId, EventId, Instant, ProcessId, SessionId, UserId

CONNECTION_COLUMNS = (
    connections.c.connection_id,
    connections.c.event_id,
    connections.c.user_id,
    connections.c.role,
    connections.c.process_id,
    connections.c.session_id,
    connections.c.lost_at,
    processes.c.renewed_at,
    processes.c.unbroken_since,
)
_SELECT_CONNECTIONS = select(*CONNECTION_COLUMNS).select_from(
    connections.outerjoin(processes, processes.c.process_id == connections.c.process_id)
)
_limit = bindparam("limit", type_=BigInteger)
ADD_CONNECTION = insert(connections)
FIND_CONNECTION = _SELECT_CONNECTIONS.where(
    connections.c.connection_id == bindparam("connection_id")
)
CONNECTIONS_OF_USER = _SELECT_CONNECTIONS.where(
    connections.c.event_id == bindparam("event_id", type_=Uuid),
    connections.c.user_id == bindparam("user_id", type_=BigId),
)
LATEST_CONNECTIONS_OF_USER = CONNECTIONS_OF_USER.order_by(
    connections.c.lost_at.desc().nulls_first()
).limit(_limit)
_waits_or_is_held = exists().where(
    places.c.event_id == connections.c.event_id,
    places.c.user_id == connections.c.user_id,
    places.c.since.is_not(None),
)
CONNECTIONS_OF_OTHER_MARKERS = (
    _SELECT_CONNECTIONS.where(
        connections.c.event_id == bindparam("event_id"),
        IS_MARKING,
        connections.c.user_id.not_in(bindparam("user_ids", expanding=True, type_=BigId)),
        ~_waits_or_is_held,
    )
    .order_by(connections.c.lost_at.desc().nulls_first())
    .limit(_limit)
)
MARKING_CONNECTIONS = _SELECT_CONNECTIONS.where(
    connections.c.event_id == bindparam("event_id"), IS_MARKING
)
CONNECTIONS_OF_SESSIONS = _SELECT_CONNECTIONS.where(
    connections.c.session_id.in_(bindparam("session_ids", expanding=True, type_=String()))
)
SOME_CONNECTIONS_OF_SESSIONS = CONNECTIONS_OF_SESSIONS.limit(_limit)
_among_ids = connections.c.connection_id.in_(
    bindparam("connection_ids", expanding=True, type_=Uuid())
)
NOTE_CONNECTIONS_LOST = (
    update(connections)
    .where(_among_ids, connections.c.lost_at.is_(None))
    .values(lost_at=bindparam("lost_at"))
)
REMOVE_CONNECTIONS = delete(connections).where(_among_ids)
LOST_CONNECTIONS = (
    _SELECT_CONNECTIONS.where(connections.c.lost_at <= bindparam("lost_until"))
    .order_by(connections.c.lost_at)
    .limit(_limit)
)
# Processes first, then their connections: there are few processes and many connections
DEAD_PROCESSES = select(processes.c.process_id).where(
    processes.c.renewed_at <= bindparam("renewed_until")
)
CONNECTIONS_OF_DEAD_PROCESSES = _SELECT_CONNECTIONS.where(
    connections.c.process_id.in_(bindparam("process_ids", expanding=True, type_=Uuid())),
    connections.c.lost_at.is_(None),
).limit(_limit)
FIND_PROCESS = select(
    processes.c.process_id, processes.c.renewed_at, processes.c.unbroken_since
).where(processes.c.process_id == bindparam("process_id"))
RENEW_PROCESS = (
    update(processes)
    .where(processes.c.process_id == bindparam("where_process_id"))
    .values(renewed_at=bindparam("renewed_at"), unbroken_since=bindparam("unbroken_since"))
)
ADD_PROCESS = insert(processes)
REMOVE_IDLE_PROCESSES = delete(processes).where(
    processes.c.renewed_at <= bindparam("renewed_until"),
    ~exists().where(connections.c.process_id == processes.c.process_id),
)


def connection_from(row: Sequence[Any]) -> Connection:
    """Makes a connection of `CONNECTION_COLUMNS`."""
    connection_id, event_id, user_id, role, process_id, session_id, lost_at, *lease = row
    renewed_at, unbroken_since = lease
    process = None if renewed_at is None else Process(process_id, renewed_at, unbroken_since)
    return Connection(
        connection_id, event_id, user_id, Role(role), process_id, session_id, lost_at, process
    )


class Connections:
    """Keeps connections; `repositories.Connections`."""

    def __init__(self, executor: Executor) -> None:
        self._execute = executor.execute
        self._send = executor.send

    def add(self, connection: Connection) -> None:
        row = {
            "connection_id": connection.connection_id,
            "event_id": connection.event_id,
            "user_id": connection.user_id,
            "role": connection.role.value,
            "process_id": connection.process_id,
            "session_id": connection.session_id,
            "lost_at": connection.lost_at,
        }
        self._send(ADD_CONNECTION, row)

    def find(self, connection_id: ConnectionId) -> Connection | None:
        row = self._execute(FIND_CONNECTION, {"connection_id": connection_id}).one_or_none()
        return None if row is None else connection_from(row)

    def of(
        self, event_id: EventId, user_id: UserId, limit: int | None = None
    ) -> Sequence[Connection]:
        parameters = {"event_id": event_id, "user_id": user_id}
        if limit is None:
            rows = self._execute(CONNECTIONS_OF_USER, parameters)
        else:
            rows = self._execute(LATEST_CONNECTIONS_OF_USER, {**parameters, "limit": limit})
        return [connection_from(row) for row in rows]

    def of_other_markers(
        self, event_id: EventId, excluded: Sequence[UserId], limit: int
    ) -> Sequence[Connection]:
        parameters = {"event_id": event_id, "user_ids": list(excluded), "limit": limit}
        rows = self._execute(CONNECTIONS_OF_OTHER_MARKERS, parameters)
        return [connection_from(row) for row in rows]

    def marking(self, event_id: EventId) -> Sequence[Connection]:
        rows = self._execute(MARKING_CONNECTIONS, {"event_id": event_id})
        return [connection_from(row) for row in rows]

    def of_sessions(
        self, session_ids: Sequence[SessionId], limit: int | None = None
    ) -> Sequence[Connection]:
        if not session_ids:
            return []
        parameters: dict[str, Any] = {"session_ids": list(session_ids)}
        if limit is None:
            rows = self._execute(CONNECTIONS_OF_SESSIONS, parameters)
        else:
            rows = self._execute(SOME_CONNECTIONS_OF_SESSIONS, {**parameters, "limit": limit})
        return [connection_from(row) for row in rows]

    def lose(self, connection_ids: Sequence[ConnectionId], at: Instant) -> None:
        if connection_ids:
            parameters = {"connection_ids": list(connection_ids), "lost_at": at}
            self._send(NOTE_CONNECTIONS_LOST, parameters)

    def remove(self, connection_ids: Sequence[ConnectionId]) -> None:
        if connection_ids:
            self._send(REMOVE_CONNECTIONS, {"connection_ids": list(connection_ids)})

    def lapsed(
        self, lost_until: Instant, renewed_until: Instant | None, limit: int
    ) -> Sequence[Connection]:
        rows = list(self._execute(LOST_CONNECTIONS, {"lost_until": lost_until, "limit": limit}))
        if renewed_until is not None and len(rows) < limit:
            rows += self._of_dead_processes(renewed_until, limit - len(rows))
        return [connection_from(row) for row in rows]

    def _of_dead_processes(self, renewed_until: Instant, limit: int) -> Sequence[Sequence[Any]]:
        dead = self._execute(DEAD_PROCESSES, {"renewed_until": renewed_until})
        process_ids = [process_id for (process_id,) in dead]
        if not process_ids:
            return []
        return list(
            self._execute(
                CONNECTIONS_OF_DEAD_PROCESSES, {"process_ids": process_ids, "limit": limit}
            )
        )


class Processes:
    """Keeps the leases of processes; `repositories.Processes`."""

    def __init__(self, executor: Executor) -> None:
        self._execute = executor.execute
        self._send = executor.send

    def find(self, process_id: ProcessId) -> Process | None:
        row = self._execute(FIND_PROCESS, {"process_id": process_id}).one_or_none()
        return None if row is None else Process(*row)

    def put(self, process: Process) -> None:
        instants = {
            "renewed_at": process.renewed_at,
            "unbroken_since": process.unbroken_since,
        }
        renewal = {"where_process_id": process.process_id, **instants}
        if self._execute(RENEW_PROCESS, renewal).rowcount == 0:
            self._send(ADD_PROCESS, {"process_id": process.process_id, **instants})

    def remove_idle(self, renewed_until: Instant) -> None:
        self._send(REMOVE_IDLE_PROCESSES, {"renewed_until": renewed_until})
