"""Glances at rooms, which are events with sockets in a process. See the package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from attendance_core.vocabulary import EventId, ProcessId

if TYPE_CHECKING:
    from attendance_core.marking.glances import RoomGlance


class Rooms(Protocol):
    """Tells what a reading of a room would be made of, without reading it."""

    def glances(self, event_ids: Sequence[EventId], process_id: ProcessId) -> Sequence[RoomGlance]:
        """Glances at the rooms that this process has of these events, those that exist.

        Two glances are equal only where all is the same that a reading tells but by the time: the
        event, the places of those who wait or are held, the sockets of this process and all that
        mark, and the places of whoever has one of them.
        """
        ...
