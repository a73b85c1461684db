"""What organisers change of an event while it is not over. Contract: 8.5, 8.6."""

from __future__ import annotations

from dataclasses import dataclass, replace

from attendance_core import ports
from attendance_core.arguments import check_kind, check_kinds, check_kinds_given
from attendance_core.errors import EventStarted, NothingGiven
from attendance_core.events.event import MAX_EVENT_NAME_LENGTH, Event, check_times
from attendance_core.events.organisers import check_organiser
from attendance_core.limits import CHANGES_OF_WHO_MARKS, count_or_raise
from attendance_core.marking.announcements import EventChanged
from attendance_core.marking.leaving_out import (
    LockedPlaces,
    end_left_out,
    transact_leaving_out,
)
from attendance_core.marking.terms import Terms
from attendance_core.marking.who_marks import WhoMarks
from attendance_core.texts import checked_text
from attendance_core.vocabulary import EventId, Instant, UserId


@dataclass(frozen=True, slots=True)
class UpdateEvent:
    """Changes what an event is called, when it is, or who marks in it; rooms follow at once.

    Contract: POST /api/events/UpdateEvent.
    """

    transact: ports.Transact
    terms: Terms

    async def __call__(
        self,
        *,
        actor: UserId,
        event_id: EventId,
        name: str | None = None,
        starts_at: Instant | None = None,
        ends_at: Instant | None = None,
        who_marks: WhoMarks | None = None,
    ) -> None:
        """Changes what is given.

        Raises NothingGiven where nothing is, InvalidArgument, BadLength, BadCharacters,
        EventNotFound, NotAnOrganiser, EventOver, EventStarted, EventNameTaken, TooManyRequests;
        BadTimes, in the words that `CreateEvent` tells of.
        """
        check_kinds(actor=actor, event_id=event_id)
        check_kinds_given(starts_at=starts_at, ends_at=ends_at)
        if who_marks is not None:
            check_kind("who_marks", who_marks, WhoMarks)
        if name is None and starts_at is None and ends_at is None and who_marks is None:
            raise NothingGiven(fields="name, time_from, time_to, who_marks")
        new_name = None if name is None else checked_text(name, "name", 1, MAX_EVENT_NAME_LENGTH)

        def work(unit: ports.Unit, places: LockedPlaces) -> None:
            before = unit.events.lock(event_id)
            check_organiser(unit, before, actor)
            now = unit.now()
            before.check_not_over(now)
            after = replace(
                before,
                name=before.name if new_name is None else new_name,
                starts_at=before.starts_at if starts_at is None else starts_at,
                ends_at=before.ends_at if ends_at is None else ends_at,
                who_marks=before.who_marks if who_marks is None else who_marks,
            )
            _check_new_times(before, after, now)
            if after == before:
                return
            if after.who_marks is not before.who_marks:
                count_or_raise(unit, CHANGES_OF_WHO_MARKS, str(event_id))
            unit.events.put(after)
            if after.who_marks is not before.who_marks:
                end_left_out(unit, after, unit.connections.marking(event_id), places, self.terms)
            unit.announce(EventChanged(event_id, after.name, after.starts_at, after.ends_at))

        await transact_leaving_out(self.transact, event_id, work)


def _check_new_times(before: Event, after: Event, now: Instant) -> None:
    """Checks that times which have changed may be so. Raises EventStarted, BadTimes."""
    if after.starts_at != before.starts_at and now >= before.starts_at:
        raise EventStarted
    if (after.starts_at, after.ends_at) != (before.starts_at, before.ends_at):
        check_times(after.starts_at, after.ends_at, now)
