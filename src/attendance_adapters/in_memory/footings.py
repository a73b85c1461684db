"""Footings in dicts: where reading costs nothing, each part is read by itself."""

from __future__ import annotations

from collections.abc import Sequence

from attendance_adapters.in_memory.connections import Connections, Processes
from attendance_adapters.in_memory.places import Places
from attendance_adapters.in_memory.tables import Tables
from attendance_core.marking.connections import Connection
from attendance_core.repositories import Footing, OpeningFooting
from attendance_core.vocabulary import UserId


class Footings:
    """Reads what commands stand on; `repositories.Footings`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._places = Places(tables)
        self._connections = Connections(tables)
        self._processes = Processes(tables)

    def lock_for_command(
        self,
        connection: Connection,
        targets: Sequence[UserId],
        with_connections_of: UserId | None,
        connection_limit: int,
    ) -> Footing | None:
        event_id, user_id = connection.event_id, connection.user_id
        places = self._places.lock(event_id, [user_id, *targets], with_held_by=user_id)
        if not places:
            return None
        found = self._connections.find(connection.connection_id)
        connections_of: dict[UserId, Sequence[Connection]] = {}
        if with_connections_of is not None:
            theirs = self._connections.of(event_id, with_connections_of, connection_limit)
            connections_of[with_connections_of] = theirs
        return Footing(places, self._tables.events[event_id], found, connections_of)

    def lock_for_mark(self, connection: Connection, targets: Sequence[UserId]) -> Footing | None:
        return self.lock_for_command(connection, targets, None, 0)

    def lock_for_opening(
        self, connection: Connection, connection_limit: int
    ) -> OpeningFooting | None:
        event_id, user_id = connection.event_id, connection.user_id
        places = self._places.lock(event_id, [user_id], with_held_by=user_id)
        if user_id not in places:
            return None
        return OpeningFooting(
            places,
            self._tables.events[event_id],
            self._processes.find(connection.process_id),
            connection.session_id in self._tables.sessions,
            self._connections.of(event_id, user_id, connection_limit),
        )
