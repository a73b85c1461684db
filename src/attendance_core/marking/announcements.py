"""What has happened, told to every process after it was committed."""

from __future__ import annotations

from dataclasses import dataclass

from attendance_core.marking.endings import Ending
from attendance_core.marking.places import Place
from attendance_core.vocabulary import ConnectionId, EventId, Instant


@dataclass(frozen=True, slots=True)
class PlaceChanged:
    """A person's place in an event is now this. Older versions are to be ignored."""

    place: Place
    at: Instant
    commanded_by: ConnectionId | None = None  # the socket whose command it was, to be answered
    paid: int = 0  # karma that this change has brought whoever confirmed a mark

    @property
    def event_id(self) -> EventId:
        """The event it happened in."""
        return self.place.event_id


@dataclass(frozen=True, slots=True)
class ConnectionsEnded:
    """These sockets are to close; all of the event where none are named."""

    event_id: EventId
    why: Ending
    connection_ids: frozenset[ConnectionId] | None = None


@dataclass(frozen=True, slots=True)
class EventChanged:
    """An event is called and lasts so from now on."""

    event_id: EventId
    name: str
    starts_at: Instant
    ends_at: Instant


Announcement = PlaceChanged | ConnectionsEnded | EventChanged
