"""Connections and processes in dicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from attendance_adapters.memory.state import State
from attendance_core.marking.connections import Connection, Process
from attendance_core.vocabulary import (
    ConnectionId,
    EventId,
    Instant,
    ProcessId,
    SessionId,
    UserId,
)


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
