"""The calls about what can be shown of marks afterwards. Contract: 7."""

from __future__ import annotations

from uuid import UUID

import msgspec

from attendance_core.attendance import SeenState
from attendance_core.marking.places import Marked
from attendance_core.vocabulary import EventId, UserId
from attendance_web.http.call import CallContext, get
from attendance_web.http.fields import OneEvent, Page


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


class MyAttendance(msgspec.Struct, frozen=True):
    """An event I joined; the last two are null where nobody marked me."""

    event_id: UUID
    name: str
    time_from: int
    time_to: int
    marked_by: UserId | None
    marked_at: int | None


@get("/api/events/GetAttendance", is_list=True)
async def get_attendance(call: CallContext[OneEvent]) -> Attendance:
    """Who is in an event of mine, and who was marked by whom."""
    people = await call.use_cases.get_attendance(
        actor=call.person, event_id=EventId(call.arguments.event_id)
    )
    lines = []
    for person, state in people:
        mark = person.state if isinstance(person.state, Marked) else None
        lines.append(
            ParticipantShown(
                person.user_id,
                person.display_name,
                person.confirmed,
                state,
                None if mark is None else mark.marker,
                None if mark is None else int(mark.at),
            )
        )
    return Attendance(lines)


@get("/api/profile/GetMyAttendance", is_list=True)
async def get_my_attendance(call: CallContext[Page]) -> list[MyAttendance]:
    """The events I joined and who marked me there, newest first."""
    attended = await call.use_cases.get_my_attendance(
        actor=call.person, limit=call.arguments.limit, offset=call.arguments.offset
    )
    return [
        MyAttendance(
            each.event.event_id,
            each.event.name,
            int(each.event.starts_at),
            int(each.event.ends_at),
            None if each.marked is None else each.marked.marker,
            None if each.marked is None else int(each.marked.at),
        )
        for each in attended
    ]


CALLS = (get_attendance, get_my_attendance)
