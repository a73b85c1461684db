"""The calls about events. Contract: 5, and 7 for GetAttendance."""

from __future__ import annotations

from uuid import UUID

import msgspec

from attendance_core.attendance import SeenState
from attendance_core.events import Event
from attendance_core.marking.places import Marked
from attendance_core.vocabulary import EventId, UserId
from attendance_web.http.call import Asked, get, post
from attendance_web.http.fields import EventRef, Limit, Offset, Page, UnixTime


class NewEvent(msgspec.Struct, frozen=True):
    """``time_from`` is the start, ``time_to`` the end."""

    name: str
    time_from: UnixTime
    time_to: UnixTime


class OneEvent(msgspec.Struct, frozen=True):
    """An event, by id."""

    event_id: EventRef


class Search(msgspec.Struct, frozen=True):
    """A part of the name, at least 3 characters; all events without it."""

    name: str | None = None
    limit: Limit | None = None
    offset: Offset = 0


class EventCreated(msgspec.Struct, frozen=True):
    """The id of a new event."""

    event_id: UUID


class EventShown(msgspec.Struct, frozen=True):
    """Times: UNIX seconds, UTC."""

    name: str
    event_id: UUID
    time_from: int
    time_to: int
    creator_id: UserId


class CreatedEvent(msgspec.Struct, frozen=True):
    """An event of mine."""

    name: str
    event_id: UUID
    time_from: int
    time_to: int


class JoinedEvent(msgspec.Struct, frozen=True):
    """An event I am in; ``creator``: I made it."""

    name: str
    event_id: UUID
    creator: bool
    time_from: int
    time_to: int


class ParticipantShown(msgspec.Struct, frozen=True):
    """The last two are null until somebody has marked them."""

    user_id: UserId
    display_name: str
    confirmed: bool
    state: SeenState
    marked_by: UserId | None
    marked_at: int | None


class Attendance(msgspec.Struct, frozen=True):
    """By name, then id."""

    participants: list[ParticipantShown]


@post("/api/events/CreateEvent")
async def create_event(asked: Asked[NewEvent]) -> EventCreated:
    """Makes an event, which I join."""
    event_id = await asked.use_cases.create_event(
        actor=asked.person,
        name=asked.arguments.name,
        starts_at=float(asked.arguments.time_from),
        ends_at=float(asked.arguments.time_to),
    )
    return EventCreated(event_id)


@get("/api/events/GetEventByID", login=False)
async def get_event_by_id(asked: Asked[OneEvent]) -> EventShown:
    """One event."""
    return _shown(await asked.use_cases.get_event_by_id(event_id=_id(asked)))


@get("/api/events/GetEvents", login=False)
async def get_events(asked: Asked[Search]) -> list[EventShown]:
    """Events by a part of their name, in whatever case; by start, then name."""
    found = await asked.use_cases.get_events(
        name=asked.arguments.name, limit=asked.arguments.limit, offset=asked.arguments.offset
    )
    return [_shown(each) for each in found]


@post("/api/events/JoinEvent")
async def join_event(asked: Asked[OneEvent]) -> None:
    """I take part."""
    await asked.use_cases.join_event(actor=asked.person, event_id=_id(asked))


@post("/api/events/LeaveEvent")
async def leave_event(asked: Asked[OneEvent]) -> None:
    """I no longer take part; marks stay."""
    await asked.use_cases.leave_event(actor=asked.person, event_id=_id(asked))


@post("/api/events/DeleteEvent")
async def delete_event(asked: Asked[OneEvent]) -> None:
    """Deletes an event of mine in which nobody has been marked."""
    await asked.use_cases.delete_event(actor=asked.person, event_id=_id(asked))


@get("/api/events/GetCreatedEvents")
async def get_created_events(asked: Asked[Page]) -> list[CreatedEvent]:
    """The events I made; by start, then name."""
    created = await asked.use_cases.get_created_events(
        actor=asked.person, limit=asked.arguments.limit, offset=asked.arguments.offset
    )
    return [
        CreatedEvent(each.name, each.event_id, int(each.starts_at), int(each.ends_at))
        for each in created
    ]


@get("/api/events/GetJoinedEvents")
async def get_joined_events(asked: Asked[Page]) -> list[JoinedEvent]:
    """The events I am in; by start, then name."""
    me = asked.person
    joined = await asked.use_cases.get_joined_events(
        actor=me, limit=asked.arguments.limit, offset=asked.arguments.offset
    )
    return [
        JoinedEvent(
            each.name,
            each.event_id,
            each.creator_id == me,
            int(each.starts_at),
            int(each.ends_at),
        )
        for each in joined
    ]


@get("/api/events/GetAttendance")
async def get_attendance(asked: Asked[OneEvent]) -> Attendance:
    """Who is in an event of mine, and who was marked by whom."""
    people = await asked.use_cases.get_attendance(actor=asked.person, event_id=_id(asked))
    shown = []
    for person, state in people:
        mark = person.state if isinstance(person.state, Marked) else None
        shown.append(
            ParticipantShown(
                person.user_id,
                person.display_name,
                person.confirmed,
                state,
                None if mark is None else mark.by,
                None if mark is None else int(mark.at),
            )
        )
    return Attendance(shown)


def _id(asked: Asked[OneEvent]) -> EventId:
    return EventId(asked.arguments.event_id)


def _shown(event: Event) -> EventShown:
    return EventShown(
        event.name,
        event.event_id,
        int(event.starts_at),
        int(event.ends_at),
        event.creator_id,
    )


CALLS = (
    create_event,
    get_event_by_id,
    get_events,
    join_event,
    leave_event,
    delete_event,
    get_created_events,
    get_joined_events,
    get_attendance,
)
