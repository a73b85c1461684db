"""Connections and the leases of their processes in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Uuid, bindparam, delete, exists, insert, select, update

from attendance_adapters.sql.driver import Executes
from attendance_adapters.sql.tables import connections, processes
from attendance_core.marking.connections import Connection, Process, Role
from attendance_core.vocabulary import (
    ConnectionId,
    EventId,
    Instant,
    ProcessId,
    SessionId,
    UserId,
)

_CONNECTION = select(
    connections.c.connection_id,
    connections.c.event_id,
    connections.c.user_id,
    connections.c.role,
    connections.c.process_id,
    connections.c.session_id,
    connections.c.lost_at,
    processes.c.renewed_at,
    processes.c.unbroken_since,
).select_from(connections.outerjoin(processes, processes.c.process_id == connections.c.process_id))
ADD_CONNECTION = insert(connections)
FIND_CONNECTION = _CONNECTION.where(connections.c.connection_id == bindparam("id"))
CONNECTIONS_OF = _CONNECTION.where(
    connections.c.event_id == bindparam("event"), connections.c.user_id == bindparam("user")
)
CONNECTIONS_OF_SESSION = _CONNECTION.where(connections.c.session_id == bindparam("session"))
LOSE = (
    update(connections)
    .where(connections.c.connection_id == bindparam("id"), connections.c.lost_at.is_(None))
    .values(lost_at=bindparam("at"))
)
REMOVE_CONNECTIONS = delete(connections).where(
    connections.c.connection_id.in_(bindparam("ids", expanding=True, type_=Uuid()))
)
HERE = select(connections.c.connection_id).where(
    connections.c.event_id == bindparam("event"),
    connections.c.process_id == bindparam("process"),
)
LOST = (
    _CONNECTION.where(connections.c.lost_at <= bindparam("lost_by"))
    .order_by(connections.c.lost_at)
    .limit(bindparam("most", type_=BigInteger))
)
# Led by the processes, of which there are few, and not by the connections.
DEAD = select(processes.c.process_id).where(processes.c.renewed_at <= bindparam("renewed_by"))
OF_DEAD = _CONNECTION.where(
    connections.c.process_id.in_(bindparam("ids", expanding=True, type_=Uuid())),
    connections.c.lost_at.is_(None),
).limit(bindparam("most", type_=BigInteger))
FIND_PROCESS = select(
    processes.c.process_id, processes.c.renewed_at, processes.c.unbroken_since
).where(processes.c.process_id == bindparam("id"))
RENEW = (
    update(processes)
    .where(processes.c.process_id == bindparam("id"))
    .values(renewed_at=bindparam("renewed"), unbroken_since=bindparam("unbroken"))
)
ADD_PROCESS = insert(processes)
REMOVE_IDLE = delete(processes).where(
    processes.c.renewed_at <= bindparam("renewed_by"),
    ~exists().where(connections.c.process_id == processes.c.process_id),
)


def _connection(row: Sequence[Any]) -> Connection:
    *own, renewed_at, unbroken_since = row
    connection_id, event_id, user_id, role, process_id, session_id, lost_at = own
    process = None if renewed_at is None else Process(process_id, renewed_at, unbroken_since)
    return Connection(
        connection_id, event_id, user_id, Role(role), process_id, session_id, lost_at, process
    )


class Connections:
    """`repositories.Connections`."""

    def __init__(self, on: Executes) -> None:
        self._execute = on.execute

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
        self._execute(ADD_CONNECTION, row)

    def find(self, connection_id: ConnectionId) -> Connection | None:
        row = self._execute(FIND_CONNECTION, {"id": connection_id}).one_or_none()
        return None if row is None else _connection(row)

    def of(self, event_id: EventId, user_id: UserId) -> Sequence[Connection]:
        found = self._execute(CONNECTIONS_OF, {"event": event_id, "user": user_id})
        return [_connection(row) for row in found]

    def of_session(self, session_id: SessionId) -> Sequence[Connection]:
        found = self._execute(CONNECTIONS_OF_SESSION, {"session": session_id})
        return [_connection(row) for row in found]

    def lose(self, connection_id: ConnectionId, at: Instant) -> None:
        self._execute(LOSE, {"id": connection_id, "at": at})

    def remove(self, connection_ids: Sequence[ConnectionId]) -> None:
        if connection_ids:
            self._execute(REMOVE_CONNECTIONS, {"ids": list(connection_ids)})

    def here(self, event_id: EventId, process_id: ProcessId) -> Sequence[ConnectionId]:
        found = self._execute(HERE, {"event": event_id, "process": process_id})
        return [ConnectionId(row[0]) for row in found]

    def lapsed(
        self, lost_by: Instant, renewed_by: Instant | None, most: int
    ) -> Sequence[Connection]:
        found = list(self._execute(LOST, {"lost_by": lost_by, "most": most}))
        if renewed_by is not None and len(found) < most:
            dead = [row[0] for row in self._execute(DEAD, {"renewed_by": renewed_by})]
            if dead:
                left = most - len(found)
                found += self._execute(OF_DEAD, {"ids": dead, "most": left})
        return [_connection(row) for row in found]


class Processes:
    """`repositories.Processes`."""

    def __init__(self, on: Executes) -> None:
        self._execute = on.execute

    def find(self, process_id: ProcessId) -> Process | None:
        row = self._execute(FIND_PROCESS, {"id": process_id}).one_or_none()
        return None if row is None else Process(*row)

    def put(self, process: Process) -> None:
        renewal = {
            "id": process.process_id,
            "renewed": process.renewed_at,
            "unbroken": process.unbroken_since,
        }
        if self._execute(RENEW, renewal).rowcount == 0:
            row = {
                "process_id": process.process_id,
                "renewed_at": process.renewed_at,
                "unbroken_since": process.unbroken_since,
            }
            self._execute(ADD_PROCESS, row)

    def remove_idle(self, renewed_by: Instant) -> None:
        self._execute(REMOVE_IDLE, {"renewed_by": renewed_by})
