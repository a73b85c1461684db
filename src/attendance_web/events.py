"""The calls about events. Contract: 5."""

from __future__ import annotations

from functools import partial

from msgspec import UNSET

from attendance_core.bearer_tokens import TokenScope
from attendance_core.events import Event, Membership
from attendance_core.marking.who_marks import WhoMarks
from attendance_core.vocabulary import EventId, UserId
from attendance_web.http.call import get, post
from attendance_web.http.call_context import CallContext
from attendance_web.http.pieces import Pieces
from attendance_web.structs.arguments import OneEvent
from attendance_web.structs.events import (
    CreatedEvent,
    CreatedPage,
    EventChanges,
    EventCreated,
    EventShown,
    EventsPage,
    JoinedEvent,
    NewEvent,
    OneEventShown,
    Search,
)


@post("/api/events/CreateEvent", scope=TokenScope.EVENTS)
async def create_event(call: CallContext[NewEvent]) -> EventCreated:
    """Makes an event, which I join."""
    event = await call.use_cases.create_event(
        actor=call.actor_id,
        name=call.arguments.name,
        starts_at=float(call.arguments.time_from),
        ends_at=float(call.arguments.time_to),
        who_marks=WhoMarks(call.arguments.who_marks),
    )
    return EventCreated(event.event_id, event.code)


@get("/api/events/GetEventByID", needs_login=False)
async def get_event_by_id(call: CallContext[OneEvent]) -> OneEventShown:
    """One event, and what I may do in it."""
    actor = None if call.actor is None else call.actor.user_id
    seen = await call.use_cases.get_event_by_id(event_id=_event_id(call), actor=actor)
    event = seen.event
    return OneEventShown(
        name=event.name,
        event_id=event.event_id,
        time_from=int(event.starts_at),
        time_to=int(event.ends_at),
        creator_id=event.creator_id,
        code=event.code,
        who_marks=event.who_marks.value,
        organiser=UNSET if seen.is_organiser is None else seen.is_organiser,
        may_mark=UNSET if seen.may_mark is None else seen.may_mark,
    )


@get("/api/events/GetEvents", needs_login=False)
async def get_events(call: CallContext[Search]) -> Pieces[EventShown, list[EventShown]]:
    """Events by a part of their name, in whatever case; by start, then name."""
    arguments = call.arguments
    found = partial(call.use_cases.get_events.pieces, name=arguments.name, query=arguments.query)
    return Pieces(begin=found, show=_event_shown, answer_of=list, limit=arguments.limit)


@post("/api/events/JoinEvent", scope=TokenScope.EVENTS)
async def join_event(call: CallContext[OneEvent]) -> None:
    """I take part."""
    await call.use_cases.join_event(actor=call.actor_id, event_id=_event_id(call))


@post("/api/events/LeaveEvent", scope=TokenScope.EVENTS)
async def leave_event(call: CallContext[OneEvent]) -> None:
    """I no longer take part; marks stay."""
    await call.use_cases.leave_event(actor=call.actor_id, event_id=_event_id(call))


@post("/api/events/DeleteEvent", scope=TokenScope.EVENTS)
async def delete_event(call: CallContext[OneEvent]) -> None:
    """Deletes an event of mine in which nobody has been marked."""
    await call.use_cases.delete_event(actor=call.actor_id, event_id=_event_id(call))


@post("/api/events/UpdateEvent", scope=TokenScope.EVENTS)
async def update_event(call: CallContext[EventChanges]) -> None:
    """Changes an event that I organise, until it ends; its start only before that."""
    arguments = call.arguments
    await call.use_cases.update_event(
        actor=call.actor_id,
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
        actor=call.actor_id,
        query=arguments.query,
        helping=arguments.helping,
    )
    return Pieces(begin=created, show=_created_shown, answer_of=list, limit=arguments.limit)


@get("/api/events/GetJoinedEvents")
async def get_joined_events(
    call: CallContext[EventsPage],
) -> Pieces[JoinedEvent, list[JoinedEvent]]:
    """The events I am in; by start, then name."""
    me, arguments = call.actor_id, call.arguments
    memberships = partial(call.use_cases.get_joined_events.pieces, actor=me, query=arguments.query)
    return Pieces(
        begin=memberships,
        show=lambda membership: _joined_shown(membership, me),
        answer_of=list,
        limit=arguments.limit,
    )


def _event_id(call: CallContext[OneEvent]) -> EventId:
    return EventId(call.arguments.event_id)


def _event_shown(event: Event) -> EventShown:
    return EventShown(
        name=event.name,
        event_id=event.event_id,
        time_from=int(event.starts_at),
        time_to=int(event.ends_at),
        creator_id=event.creator_id,
    )


def _created_shown(event: Event) -> CreatedEvent:
    return CreatedEvent(
        name=event.name,
        event_id=event.event_id,
        time_from=int(event.starts_at),
        time_to=int(event.ends_at),
        code=event.code,
    )


def _joined_shown(membership: Membership, me: UserId) -> JoinedEvent:
    event = membership.event
    return JoinedEvent(
        name=event.name,
        event_id=event.event_id,
        creator=event.creator_id == me,
        time_from=int(event.starts_at),
        time_to=int(event.ends_at),
        code=event.code,
        organiser=membership.is_organiser,
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
