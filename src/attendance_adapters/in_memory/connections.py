"""Connections and processes in dicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from heapq import nlargest
from itertools import islice
from math import inf

from attendance_adapters.in_memory.tables import Tables
from attendance_core.marking.connections import Connection, Process, Role
from attendance_core.marking.places import Held, PlaceKey, Waiting
from attendance_core.vocabulary import ConnectionId, EventId, Instant, ProcessId, SessionId, UserId


def _lost_at(connection: Connection) -> Instant:
    """Answers when it was lost, as an order: one that is not lost is later than all others."""
    return inf if connection.lost_at is None else connection.lost_at


class Connections:
    """Keeps connections; `repositories.Connections`."""

    def __init__(self, tables: Tables) -> None:
        self._connections = tables.connections
        self._processes = tables.processes
        self._places = tables.places

    def _with_process(self, connection: Connection) -> Connection:
        return replace(connection, process=self._processes.get(connection.process_id))

    def add(self, connection: Connection) -> None:
        self._connections[connection.connection_id] = replace(connection, process=None)

    def find(self, connection_id: ConnectionId) -> Connection | None:
        connection = self._connections.get(connection_id)
        return None if connection is None else self._with_process(connection)

    def of(
        self, event_id: EventId, user_id: UserId, limit: int | None = None
    ) -> Sequence[Connection]:
        theirs = [
            connection
            for connection in self._connections.values()
            if connection.event_id == event_id and connection.user_id == user_id
        ]
        if limit is not None:
            theirs = nlargest(limit, theirs, key=_lost_at)
        return [self._with_process(connection) for connection in theirs]

    def of_other_markers(
        self, event_id: EventId, excluded: Sequence[UserId], limit: int
    ) -> Sequence[Connection]:
        theirs = [
            connection
            for connection in self._connections.values()
            if connection.event_id == event_id
            and connection.role is Role.MARKING
            and connection.user_id not in excluded
            and not self._waits_or_is_held(PlaceKey(event_id, connection.user_id))
        ]
        return list(map(self._with_process, nlargest(limit, theirs, key=_lost_at)))

    def _waits_or_is_held(self, key: PlaceKey) -> bool:
        place = self._places.get(key)
        return place is not None and isinstance(place.state, Waiting | Held)

    def marking(self, event_id: EventId) -> Sequence[Connection]:
        return [
            self._with_process(connection)
            for connection in self._connections.values()
            if connection.event_id == event_id and connection.role is Role.MARKING
        ]

    def of_sessions(
        self, session_ids: Sequence[SessionId], limit: int | None = None
    ) -> Sequence[Connection]:
        theirs = (each for each in self._connections.values() if each.session_id in session_ids)
        return list(map(self._with_process, islice(theirs, limit)))

    def lose(self, connection_ids: Sequence[ConnectionId], at: Instant) -> None:
        for connection_id in connection_ids:
            connection = self._connections.get(connection_id)
            if connection is not None and connection.lost_at is None:
                self._connections[connection_id] = replace(connection, lost_at=at)

    def remove(self, connection_ids: Sequence[ConnectionId]) -> None:
        for connection_id in connection_ids:
            if connection_id in self._connections:
                del self._connections[connection_id]

    def of_process_or_marking(
        self, event_id: EventId, process_id: ProcessId
    ) -> Sequence[Connection]:
        """Lists those of one process in one event, and every ``marking`` one; lost ones too."""
        return [
            self._with_process(connection)
            for connection in self._connections.values()
            if connection.event_id == event_id
            and (connection.process_id == process_id or connection.role is Role.MARKING)
        ]

    def lapsed(
        self, lost_until: Instant, renewed_until: Instant | None, limit: int
    ) -> Sequence[Connection]:
        lapsed = []
        for connection in self._connections.values():
            process = self._processes.get(connection.process_id)
            if connection.lost_at is not None:
                is_lapsed = connection.lost_at <= lost_until
            elif renewed_until is not None:
                is_lapsed = process is None or process.renewed_at <= renewed_until
            else:
                is_lapsed = False
            if is_lapsed:
                lapsed.append(connection)
        return list(map(self._with_process, lapsed[:limit]))


class Processes:
    """Keeps the leases of processes; `repositories.Processes`."""

    def __init__(self, tables: Tables) -> None:
        self._connections = tables.connections
        self._processes = tables.processes

    def find(self, process_id: ProcessId) -> Process | None:
        return self._processes.get(process_id)

    def put(self, process: Process) -> None:
        self._processes[process.process_id] = process

    def remove_idle(self, renewed_until: Instant) -> None:
        busy = {connection.process_id for connection in self._connections.values()}
        for process in list(self._processes.values()):
            if process.renewed_at <= renewed_until and process.process_id not in busy:
                del self._processes[process.process_id]
