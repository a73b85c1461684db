"""Reads rooms anew, for the mirrors that a process keeps of them. Contract: 6.10, 8.7."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from attendance_core import ports
from attendance_core.arguments import check_kinds
from attendance_core.marking.connections import Role
from attendance_core.marking.endings import Ending
from attendance_core.marking.frames import EventUpdated
from attendance_core.marking.glances import RoomGlance
from attendance_core.marking.places import Place
from attendance_core.marking.terms import Terms
from attendance_core.vocabulary import ConnectionId, EventId, Instant, ProcessId, UserId


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at a room: who is in it, and what becomes of it.

    ``listed`` are the places of whoever waits or is held, ``watched_places`` those of the people
    who were asked for. ``connection_ids_here`` are the sockets of this process. ``marker_ids`` are
    the people with a ``marking`` socket, in its grace too, on whatever process.
    """

    ends_at: Instant | None  # of the event; None where it has been deleted
    at: Instant
    listed: Sequence[Place]
    watched_places: Sequence[Place]
    connection_ids_here: frozenset[ConnectionId]
    marker_ids: frozenset[UserId] = frozenset()
    event: EventUpdated | None = None
    glance: RoomGlance | None = None  # of the same moment, where time alone changes nothing

    @property
    def ending(self) -> Ending | None:
        """Why nobody can be marked here any more; None while they can."""
        if self.ends_at is None:
            return Ending.DELETED
        return Ending.OVER if self.at >= self.ends_at else None


@dataclass(frozen=True, slots=True)
class ReadRoom:
    """Reads a room anew for the mirror that this process keeps of it."""

    observe: ports.Observe
    terms: Terms

    async def __call__(
        self,
        *,
        event_id: EventId,
        process_id: ProcessId,
        watched: Sequence[UserId],
        with_glance: bool = False,
    ) -> Reading:
        """Reads one moment of the truth; ``watched`` are the people whose sockets are here.

        Of a room of which nothing is heard it takes one ``with_glance``: glances go on from there.
        """
        check_kinds(event_id=event_id)

        def look(unit: ports.Unit) -> Reading:
            room = unit.rooms.find(event_id, process_id, watched, with_glance=with_glance)
            now = unit.now()
            if room is None:
                return Reading(None, now, (), (), frozenset())
            here = [each for each in room.connections if each.process_id == process_id]
            judge = here[0].process if here else None
            glance = room.glance
            return Reading(
                ends_at=room.event.ends_at,
                at=now,
                listed=room.listed,
                watched_places=room.watched_places,
                connection_ids_here=frozenset(each.connection_id for each in here),
                marker_ids=frozenset(
                    each.user_id
                    for each in room.connections
                    if each.role is Role.MARKING and each.is_present(now, judge, self.terms)
                ),
                event=room.event,
                glance=glance if glance is not None and glance.stands(now, self.terms) else None,
            )

        return await self.observe(look)
