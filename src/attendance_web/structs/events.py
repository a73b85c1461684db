"""What the calls about events take and answer. Contract: 5."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from attendance_core.events import EventQuery
from attendance_core.vocabulary import EventCode, UserId
from attendance_web.structs.arguments import EventRef, Page, UnixTime

WhoMarksName = Literal["everybody", "confirmed", "organisers"]


class NewEvent(msgspec.Struct, frozen=True):
    """``time_from`` is the start, ``time_to`` the end."""

    name: str
    time_from: UnixTime
    time_to: UnixTime
    who_marks: WhoMarksName = "everybody"


class EventChanges(msgspec.Struct, frozen=True):
    """At least one of the last four."""

    event_id: EventRef
    name: str | None = None
    time_from: UnixTime | None = None
    time_to: UnixTime | None = None
    who_marks: WhoMarksName | None = None


class EventsPage(Page, frozen=True):
    """Those that end after an instant, start before one, or both; by start, the earliest first."""

    ends_after: UnixTime | None = None
    starts_before: UnixTime | None = None
    newest_first: bool = False

    @property
    def query(self) -> EventQuery:
        """The same in the words of the core."""
        return EventQuery(
            limit=self.limit,
            offset=self.offset,
            ends_after=None if self.ends_after is None else float(self.ends_after),
            starts_before=None if self.starts_before is None else float(self.starts_before),
            newest_first=self.newest_first,
        )


class Search(EventsPage, frozen=True):
    """A part of the name, at least 3 characters; all events without it."""

    name: str | None = None


class CreatedPage(EventsPage, frozen=True):
    """With ``helping`` the events I help in, too."""

    helping: bool = False


class EventCreated(msgspec.Struct, frozen=True):
    """The id of a new event, and the code of its short address."""

    event_id: UUID
    code: EventCode


class EventShown(msgspec.Struct, frozen=True):
    """Times: UNIX seconds, UTC."""

    name: str
    event_id: UUID
    time_from: int
    time_to: int
    creator_id: UserId


class OneEventShown(EventShown, frozen=True):
    """``code``: of its short address, `/e/<code>`; the last two are for who is logged in."""

    code: EventCode
    who_marks: WhoMarksName
    organiser: bool | UnsetType = UNSET
    may_mark: bool | UnsetType = UNSET


class CreatedEvent(msgspec.Struct, frozen=True):
    """An event of mine. Times: UNIX seconds, UTC."""

    name: str
    event_id: UUID
    time_from: int
    time_to: int
    code: EventCode


class JoinedEvent(msgspec.Struct, frozen=True):
    """An event I am in; ``creator``: I made it; ``organiser``: I made it, or help in it.

    Times: UNIX seconds, UTC.
    """

    name: str
    event_id: UUID
    creator: bool
    time_from: int
    time_to: int
    code: EventCode
    organiser: bool
