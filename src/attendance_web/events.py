"""The calls about events. Contract: 5."""

from __future__ import annotations

from functools import partial
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from attendance_core.bearer_tokens import TokenScope
from attendance_core.events import Event, EventQuery, Membership
from attendance_core.marking.who_marks import WhoMarks
from attendance_core.vocabulary import EventCode, EventId, UserId
from attendance_web.http.call import get, post
from attendance_web.http.call_context import CallContext
from attendance_web.http.fields import EventRef, OneEvent, Page, UnixTime
from attendance_web.http.pieces import Pieces

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
        """Says the same in the words of the core."""
        return EventQuery(
            self.limit,
            self.offset,
            None if self.ends_after is None else float(self.ends_after),
            None if self.starts_before is None else float(self.starts_before),
            self.newest_first,
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
    """An event of mine."""

    name: str
    event_id: UUID
    time_from: int
    time_to: int
    code: EventCode


class JoinedEvent(msgspec.Struct, frozen=True):
    """An event I am in; ``creator``: I made it; ``organiser``: I made it, or help in it."""

    name: str
    event_id: UUID
    creator: bool
    time_from: int
    time_to: int
    code: EventCode
    organiser: bool


@post("/api/events/CreateEvent", scope=TokenScope.EVENTS)
async def create_event(call: CallContext[NewEvent]) -> EventCreated:
    """Makes an event, which I join."""
    event = await call.use_cases.create_event(
        actor=call.person,
        name=call.arguments.name,
        starts_at=float(call.arguments.time_from),
        ends_at=float(call.arguments.time_to),
        who_marks=WhoMarks(call.arguments.who_marks),
    )
    return EventCreated(event.event_id, event.code)


@get("/api/events/GetEventByID", login=False)
async def get_event_by_id(call: CallContext[OneEvent]) -> OneEventShown:
    """One event, and what I may do in it."""
    actor = None if call.actor is None else call.actor.user_id
    seen = await call.use_cases.get_event_by_id(event_id=_id(call), actor=actor)
    return OneEventShown(
        *_five_fields(seen.event),
        seen.event.code,
        seen.event.who_marks.value,
        UNSET if seen.is_organiser is None else seen.is_organiser,
        UNSET if seen.may_mark is None else seen.may_mark,
    )


@get("/api/events/GetEvents", login=False)
async def get_events(call: CallContext[Search]) -> Pieces[EventShown, list[EventShown]]:
    """Events by a part of their name, in whatever case; by start, then name."""
    arguments = call.arguments
    found = partial(call.use_cases.get_events.pieces, name=arguments.name, query=arguments.query)
    return Pieces(found, _shown, list, arguments.limit)


@post("/api/events/JoinEvent", scope=TokenScope.EVENTS)
async def join_event(call: CallContext[OneEvent]) -> None:
    """I take part."""
    await call.use_cases.join_event(actor=call.person, event_id=_id(call))


@post("/api/events/LeaveEvent", scope=TokenScope.EVENTS)
async def leave_event(call: CallContext[OneEvent]) -> None:
    """I no longer take part; marks stay."""
    await call.use_cases.leave_event(actor=call.person, event_id=_id(call))


@post("/api/events/DeleteEvent", scope=TokenScope.EVENTS)
async def delete_event(call: CallContext[OneEvent]) -> None:
    """Deletes an event of mine in which nobody has been marked."""
    await call.use_cases.delete_event(actor=call.person, event_id=_id(call))


@post("/api/events/UpdateEvent", scope=TokenScope.EVENTS)
async def update_event(call: CallContext[EventChanges]) -> None:
    """Changes an event that I organise, until it ends; its start only before that."""
    arguments = call.arguments
    await call.use_cases.update_event(
        actor=call.person,
        event_id=EventId(arguments.event_id),
        name=arguments.name,
        starts_at=None if arguments.time_from is None else float(arguments.time_from),
        ends_at=None if arguments.time_to is None else float(arguments.time_to),
        who_marks=None if arguments.who_marks is None else WhoMarks(arguments.who_marks),
    )


@get("/api/events/GetCreatedEvents")
async def get_created_events(
    call: CallContext[CreatedPage],
) -> Pieces[CreatedEvent, list[CreatedEvent]]:
    """The events I made; by start, then name."""
    arguments = call.arguments
    created = partial(
        call.use_cases.get_created_events.pieces,
        actor=call.person,
        query=arguments.query,
        helping=arguments.helping,
    )
    return Pieces(created, _created, list, arguments.limit)


@get("/api/events/GetJoinedEvents")
async def get_joined_events(
    call: CallContext[EventsPage],
) -> Pieces[JoinedEvent, list[JoinedEvent]]:
    """The events I am in; by start, then name."""
    me, arguments = call.person, call.arguments
    memberships = partial(call.use_cases.get_joined_events.pieces, actor=me, query=arguments.query)
    return Pieces(memberships, lambda membership: _joined(membership, me), list, arguments.limit)


def _id(call: CallContext[OneEvent]) -> EventId:
    return EventId(call.arguments.event_id)


def _five_fields(event: Event) -> tuple[str, UUID, int, int, UserId]:
    times = int(event.starts_at), int(event.ends_at)
    return (event.name, event.event_id, *times, event.creator_id)


def _shown(event: Event) -> EventShown:
    return EventShown(*_five_fields(event))


def _created(event: Event) -> CreatedEvent:
    times = int(event.starts_at), int(event.ends_at)
    return CreatedEvent(event.name, event.event_id, *times, event.code)


def _joined(membership: Membership, me: UserId) -> JoinedEvent:
    event = membership.event
    return JoinedEvent(
        event.name,
        event.event_id,
        event.creator_id == me,
        int(event.starts_at),
        int(event.ends_at),
        event.code,
        membership.is_organiser,
    )


CALLS = (
    create_event,
    get_event_by_id,
    get_events,
    join_event,
    leave_event,
    delete_event,
    update_event,
    get_created_events,
    get_joined_events,
)
