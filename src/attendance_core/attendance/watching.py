"""Who may watch the counts of an event: by a session, or by its board. Contract: 8.5."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from attendance_core import ports
from attendance_core.accounts import session_end
from attendance_core.arguments import check_kinds
from attendance_core.attendance.boards import BOARD_AFTER_END_SECONDS, board_id_of
from attendance_core.errors import BoardNotFound, EventNotFound
from attendance_core.events.organisers import check_organiser
from attendance_core.sheet_counts import SheetCounts
from attendance_core.vocabulary import BoardId, EventId, Instant, SessionId, UserId


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who watches an event: an organiser by their session, or by the link of its board.

    ``user_id`` is None where nobody knows who it is; then ``creator_id`` made the event.
    """

    event_id: EventId
    admitted_by: SessionId | BoardId
    user_id: UserId | None = None
    creator_id: UserId | None = None


class Admission(NamedTuple):
    """A session of an organiser, or a link, with the event that it lets its owner watch.

    ``created_at`` and ``used_at``: when the session was opened, and used last; None of a link.
    ``expires_at``: when the token expires whose session it is; None where it is no token's.
    """

    event_id: EventId
    admitted_by: SessionId | BoardId
    event_ends_at: Instant
    created_at: Instant | None = None
    used_at: Instant | None = None
    expires_at: Instant | None = None

    def is_live(self, now: Instant) -> bool:
        """Tells whether it still lets its owner watch."""
        if self.expires_at is not None:
            return now < self.expires_at
        if self.created_at is None or self.used_at is None:
            return now < self.event_ends_at + BOARD_AFTER_END_SECONDS
        return now < session_end(self.created_at, self.used_at)


class CountsSeen(NamedTuple):
    """An event's counts at one moment; ``is_over``: these are its last."""

    counts: SheetCounts
    at: Instant
    is_over: bool


@dataclass(frozen=True, slots=True)
class WatchAttendance:
    """Lets somebody watch the counts of an event. Contract: GET /api/events/WatchAttendance."""

    observe: ports.Observe

    async def __call__(self, *, actor: UserId, session_id: SessionId, event_id: EventId) -> Viewer:
        """Lets an organiser in, by this session of theirs. Raises EventNotFound, NotAnOrganiser."""
        check_kinds(actor=actor, session_id=session_id, event_id=event_id)

        def look(unit: ports.Unit) -> None:
            check_organiser(unit, unit.events.get(event_id), actor)

        await self.observe(look)
        return Viewer(event_id, session_id, actor)

    async def by_link(self, secret: str) -> Viewer:
        """Lets in whoever shows the secret of a link. Raises BoardNotFound, also once it ended."""
        board_id = board_id_of(secret)

        def look(unit: ports.Unit) -> Viewer:
            for found in unit.admissions.by_link([board_id]):
                if found.is_live(unit.now()):
                    creator_id = unit.events.get(found.event_id).creator_id
                    return Viewer(found.event_id, board_id, creator_id=creator_id)
            raise BoardNotFound

        return await self.observe(look)


@dataclass(frozen=True, slots=True)
class CheckViewers:
    """Finds out who may still watch. Contract: WatchAttendance."""

    observe: ports.Observe

    async def __call__(self, *, viewers: Collection[Viewer]) -> frozenset[Viewer]:
        """Answers those whose session, right or link has not ended. Raises Unavailable."""
        organisers = [each for each in viewers if each.user_id is not None]
        link_viewers = [each for each in viewers if each.user_id is None]

        def look(unit: ports.Unit) -> frozenset[Viewer]:
            by_session = unit.admissions.by_session(
                [(SessionId(each.admitted_by), each.event_id) for each in organisers]
            )
            by_link = unit.admissions.by_link([BoardId(each.admitted_by) for each in link_viewers])
            now = unit.now()
            let_in = {
                (each.event_id, each.admitted_by)
                for each in (*by_session, *by_link)
                if each.is_live(now)
            }
            return frozenset(
                each for each in viewers if (each.event_id, each.admitted_by) in let_in
            )

        return await self.observe(look)


@dataclass(frozen=True, slots=True)
class CountSheet:
    """Counts who is on the sheet of an event. Contract: WatchAttendance."""

    observe: ports.Observe

    async def __call__(self, *, event_id: EventId) -> CountsSeen | None:
        """Counts at one moment; None of an event that has been deleted. Raises Unavailable."""
        check_kinds(event_id=event_id)

        def look(unit: ports.Unit) -> CountsSeen | None:
            try:
                event = unit.events.get(event_id)
            except EventNotFound:
                return None
            now = unit.now()
            return CountsSeen(
                unit.participants.counts(event, now), now, is_over=event.ends_at <= now
            )

        return await self.observe(look)
