"""Glances at many rooms at once, to find those that have to be read. Contract: 6.10.

Decision 0023.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from attendance_core import ports
from attendance_core.marking.frames import EventUpdated
from attendance_core.marking.terms import Terms
from attendance_core.vocabulary import EventId, Instant, ProcessId


@dataclass(frozen=True, slots=True)
class RoomGlance:
    """What a reading of a room would tell, in short: two differ wherever the readings would.

    What time alone changes of a reading is not in it: see `stands`.
    """

    event_id: EventId
    event: EventUpdated
    # Texts that are only compared: who waits or is held, each with the version of their place; and
    # the sockets of this process and all that mark, each with that of its person
    listed: str
    sockets: str
    has_lost_marker: bool  # whose grace will end
    # Of the leases of all processes with sockets
    earliest_renewal: Instant = field(compare=False)

    def stands(self, now: Instant, terms: Terms) -> bool:
        """Tells whether time alone changes nothing of a reading just now."""
        return (
            now < self.event.ends_at
            and not self.has_lost_marker
            and now < self.earliest_renewal + terms.lease_seconds
        )


@dataclass(frozen=True, slots=True)
class GlanceAtRooms:
    """Glances at those rooms of a process that are quiet, all at once."""

    observe: ports.Observe
    terms: Terms

    async def __call__(
        self, *, event_ids: Sequence[EventId], process_id: ProcessId
    ) -> Mapping[EventId, RoomGlance]:
        """Answers only those in which time alone changes nothing. Raises Unavailable."""

        def look(unit: ports.Unit) -> Mapping[EventId, RoomGlance]:
            found = unit.rooms.glances(event_ids, process_id)
            if not found:
                return {}
            now = unit.now()
            return {each.event_id: each for each in found if each.stands(now, self.terms)}

        return await self.observe(look)
