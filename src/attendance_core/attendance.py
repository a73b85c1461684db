"""What can be shown of marks afterwards: who was there, and where one was. Contract: 7."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from attendance_core import ports
from attendance_core.arguments import check_event_id, check_page
from attendance_core.errors import NotTheCreator
from attendance_core.events import Event
from attendance_core.marking.places import Held, Marked, State
from attendance_core.vocabulary import EventId, Instant, UserId

SeenState = Literal["joined", "waiting", "held", "marked"]


@dataclass(frozen=True, slots=True)
class Participant:
    """A line of the attendance. Contract: GetAttendance."""

    user_id: UserId
    display_name: str
    confirmed: bool
    state: State

    def seen_state(self, event: Event, now: Instant) -> SeenState:
        """Tells the state as it is now, though no sweep came by."""
        if isinstance(self.state, Marked):
            return "marked"
        if self.state is None or now >= event.ends_at:
            return "joined"
        if isinstance(self.state, Held) and now < self.state.until:
            return "held"
        return "waiting"


@dataclass(frozen=True, slots=True)
class Attended:
    """An event a person is in or was marked at. Contract: GetMyAttendance."""

    event: Event
    marked: Marked | None


@dataclass(frozen=True, slots=True)
class GetAttendance:
    """Lists who was at an event, for its creator. Contract: GET /api/events/GetAttendance."""

    browse: ports.Browse

    async def __call__(
        self, *, actor: UserId, event_id: EventId
    ) -> Sequence[tuple[Participant, SeenState]]:
        """Pairs all with their state, by name, then id. Raises EventNotFound, NotTheCreator."""
        check_event_id(event_id)

        def look(unit: ports.Unit) -> Sequence[tuple[Participant, SeenState]]:
            event = unit.events.get(event_id)
            if event.creator_id != actor:
                raise NotTheCreator
            now = unit.now()
            people = unit.places.participants(event_id)
            return [(person, person.seen_state(event, now)) for person in people]

        return await self.browse(look)


@dataclass(frozen=True, slots=True)
class GetMyAttendance:
    """Lists where a person was, and who marked them. Contract: GET /api/profile/GetMyAttendance."""

    browse: ports.Browse

    async def __call__(
        self, *, actor: UserId, limit: int | None = None, offset: int = 0
    ) -> Sequence[Attended]:
        """Lists the newest first. Raises InvalidArgument."""
        check_page(limit, offset)
        return await self.browse(lambda unit: unit.events.attended_by(actor, limit, offset))
