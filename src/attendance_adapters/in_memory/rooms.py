"""Rooms in dicts."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from attendance_adapters.in_memory.connections import Connections
from attendance_adapters.in_memory.places import Places
from attendance_adapters.in_memory.tables import Tables
from attendance_core.marking.connections import Connection, Role
from attendance_core.marking.frames import EventUpdated
from attendance_core.marking.glances import RoomGlance
from attendance_core.marking.places import Held, PlaceKey, Waiting
from attendance_core.repositories import StoredRoom
from attendance_core.vocabulary import EventId, Instant, ProcessId, UserId


class Rooms:
    """Reads rooms, and glances at them; `repositories.Rooms`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._connections = Connections(tables)
        self._places = Places(tables)

    def find(
        self,
        event_id: EventId,
        process_id: ProcessId,
        watched: Sequence[UserId],
        *,
        with_glance: bool = False,
    ) -> StoredRoom | None:
        event = self._tables.events.get(event_id)
        if event is None:
            return None
        glance = None
        if with_glance:
            glance = self._glance(event_id, process_id, self._earliest_renewal())
        return StoredRoom(
            EventUpdated(event.name, event.starts_at, event.ends_at),
            listed=self._places.waiting_or_held(event_id),
            watched_places=self._places.of(event_id, watched),
            connections=self._connections.of_process_or_marking(event_id, process_id),
            glance=glance,
        )

    def glances(self, event_ids: Sequence[EventId], process_id: ProcessId) -> Sequence[RoomGlance]:
        events, earliest_renewal = self._tables.events, self._earliest_renewal()
        return [
            self._glance(event_id, process_id, earliest_renewal)
            for event_id in dict.fromkeys(event_ids)
            if event_id in events
        ]

    def _glance(
        self, event_id: EventId, process_id: ProcessId, earliest_renewal: Instant
    ) -> RoomGlance:
        event = self._tables.events[event_id]
        listed = [
            f"{place.user_id}:{place.version}"
            for place in self._tables.places.values()
            if place.event_id == event_id and isinstance(place.state, Waiting | Held)
        ]
        sockets = [
            each
            for each in self._tables.connections.values()
            if each.event_id == event_id
            and (each.process_id == process_id or each.role is Role.MARKING)
        ]
        lost = [each for each in sockets if each.lost_at is not None]
        return RoomGlance(
            event_id,
            EventUpdated(event.name, event.starts_at, event.ends_at),
            listed=",".join(sorted(listed)),
            sockets=",".join(sorted(map(self._spell, sockets))),
            has_lost_marker=any(each.role is Role.MARKING for each in lost),
            earliest_renewal=earliest_renewal,
        )

    def _spell(self, connection: Connection) -> str:
        """Writes which socket it is, and the version of its person's place."""
        place = self._tables.places.get(PlaceKey(connection.event_id, connection.user_id))
        return f"{connection.connection_id}:{'' if place is None else place.version}"

    def _earliest_renewal(self) -> Instant:
        """Finds when the process that has been silent for longest, and has sockets, renewed."""
        processes = self._tables.processes
        owners = {each.process_id for each in self._tables.connections.values()}
        return min(
            (processes[each].renewed_at if each in processes else -inf for each in owners),
            default=inf,
        )
