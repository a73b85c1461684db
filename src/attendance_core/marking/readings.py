"""What a mirror is told: readings of its room, and what became of its sockets' commands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from attendance_core import ports
from attendance_core.errors import (
    EventDeleted,
    EventNotFound,
    EventOver,
    LeaseLost,
    LeftEvent,
    NotLoggedIn,
)
from attendance_core.events import Event
from attendance_core.marking.connections import Connection
from attendance_core.marking.frames import Answer
from attendance_core.marking.places import (
    Place,
)
from attendance_core.vocabulary import ConnectionId, EventId, Instant, ProcessId, UserId


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at a room: its event, who waits or is held, those watched, and our sockets."""

    event: Event | None
    at: Instant
    listed: Sequence[Place]
    watched: Sequence[Place]
    connections: frozenset[ConnectionId]

    @property
    def is_over(self) -> bool:
        """Whether the event has ended."""
        return self.event is not None and self.at >= self.event.ends_at


@dataclass(frozen=True, slots=True)
class ReadRoom:
    """Reads a room anew for the mirror that this process keeps of it."""

    observe: ports.Observe

    async def __call__(
        self, *, event_id: EventId, process_id: ProcessId, watched: Sequence[UserId]
    ) -> Reading:
        """One moment of the truth; ``watched`` are the people whose sockets are here."""

        def look(unit: ports.Unit) -> Reading:
            try:
                event = unit.events.get(event_id)
            except EventNotFound:
                return Reading(None, unit.now(), (), (), frozenset())
            return Reading(
                event,
                unit.now(),
                unit.places.listed(event_id),
                unit.places.of(event_id, watched) if watched else (),
                frozenset(unit.connections.here(event_id, process_id)),
            )

        return await self.observe(look)


@dataclass(frozen=True, slots=True)
class WhyGone:
    """Tells a socket whose connection has gone from the store why it has."""

    observe: ports.Observe

    async def __call__(self, *, connection: Connection) -> type[Exception]:
        """EventDeleted, LeftEvent, NotLoggedIn, EventOver or LeaseLost."""
        return await self.observe(lambda unit: why_gone(unit, connection))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command's own socket is answered, and the place it was about, as committed."""

    answer: Answer
    place: Place
    at: Instant
    changed: bool = True
    ended: tuple[Place, ...] = ()  # those whose hold it found run out, as it left them


@dataclass(frozen=True, slots=True)
class Ready:
    """A marking socket is open; ``holding`` is whom its person holds already."""

    holding: Place | None
    at: Instant


def why_gone(unit: ports.Unit, connection: Connection) -> type[Exception]:
    """Why a connection is no longer in the store."""
    try:
        event = unit.events.get(connection.event_id)
    except EventNotFound:
        return EventDeleted
    if unit.sessions.find(connection.session_id) is None:
        return NotLoggedIn
    mine = next(iter(unit.places.of(connection.event_id, [connection.user_id])), None)
    if mine is None or not mine.member:
        return LeftEvent
    return EventOver if unit.now() >= event.ends_at else LeaseLost
