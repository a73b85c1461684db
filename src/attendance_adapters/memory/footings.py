"""Footings in dicts: where reading costs nothing, each part is read by itself."""

from __future__ import annotations

from attendance_adapters.memory.connections import Connections, Processes
from attendance_adapters.memory.tables import Tables
from attendance_core.marking.connections import Connection
from attendance_core.repositories import Footing, OpeningFooting


class Footings:
    """Reads what commands stand on; `repositories.Footings`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._connections = Connections(tables)
        self._processes = Processes(tables)

    def of_command(self, connection: Connection, *, marks: bool) -> Footing | None:
        event = self._tables.events.get(connection.event_id)
        found = self._connections.find(connection.connection_id)
        return None if event is None else Footing(event, found)

    def of_opening(self, connection: Connection, limit: int) -> OpeningFooting | None:
        event = self._tables.events.get(connection.event_id)
        if event is None:
            return None
        return OpeningFooting(
            event,
            self._processes.find(connection.process_id),
            connection.session_id in self._tables.sessions,
            self._connections.of(connection.event_id, connection.user_id, limit),
        )
