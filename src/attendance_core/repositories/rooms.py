"""Reads rooms, which are events with sockets in a process. See the package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from attendance_core.vocabulary import EventId, ProcessId, UserId

if TYPE_CHECKING:
    from attendance_core.marking.connections import Connection
    from attendance_core.marking.frames import EventUpdated
    from attendance_core.marking.glances import RoomGlance
    from attendance_core.marking.places import Place


class StoredRoom(NamedTuple):
    """A room as the store has it; each list is in no particular order."""

    event: EventUpdated
    listed: Sequence[Place]  # of whoever waits or is held
    watched_places: Sequence[Place]  # of those who were asked for
    connections: Sequence[Connection]  # of the process, and all that mark; lost ones too
    glance: RoomGlance | None  # of the same moment, where it was asked for


class Rooms(Protocol):
    """Reads a room whole, or tells what a reading of it would be made of."""

    def find(
        self,
        event_id: EventId,
        process_id: ProcessId,
        watched: Sequence[UserId],
        *,
        with_glance: bool = False,
    ) -> StoredRoom | None:
        """Finds the room that this process has of an event; None where that has been deleted."""
        ...

    def glances(self, event_ids: Sequence[EventId], process_id: ProcessId) -> Sequence[RoomGlance]:
        """Glances at the rooms that this process has of these events, those that exist.

        Two glances are equal only where all is the same that a reading tells but by the time: the
        event, the places of those who wait or are held, the sockets of this process and all that
        mark, and the places of whoever has one of them.
        """
        ...
