"""The calls about what can be shown of marks afterwards, and corrected. Contract: 7, 8."""

from __future__ import annotations

from functools import partial

from attendance_core.attendance import AttendedEvent, LedgerLine, ParticipantSeen
from attendance_core.bearer_tokens import TokenScope
from attendance_core.marking.ledger import AnnulReason
from attendance_core.marking.places import Marked
from attendance_core.vocabulary import EventId, UserId
from attendance_web.http.call import get, post
from attendance_web.http.call_context import CallContext
from attendance_web.http.exports import Export
from attendance_web.http.pieces import Pieces
from attendance_web.structs.attendance import (
    AnnulledShown,
    Annulment,
    Attendance,
    ByHand,
    EntryNumber,
    EntryShown,
    GradeName,
    LedgerShown,
    MyAttendance,
    ParticipantShown,
    WhichFile,
    WhoseLedger,
)
from attendance_web.structs.words import OneEvent, Page


@get("/api/events/GetAttendance")
async def get_attendance(call: CallContext[OneEvent]) -> Pieces[ParticipantShown, Attendance]:
    """Who is in an event that I organise, and who was marked by whom."""
    people = partial(
        call.use_cases.get_attendance.pieces,
        actor=call.person,
        event_id=EventId(call.arguments.event_id),
    )
    return Pieces(people, _participant, Attendance)


@get("/api/profile/GetMyAttendance")
async def get_my_attendance(call: CallContext[Page]) -> Pieces[MyAttendance, list[MyAttendance]]:
    """The events I joined and who marked me there, newest first."""
    arguments = call.arguments
    attended = partial(
        call.use_cases.get_my_attendance.pieces,
        actor=call.person,
        limit=arguments.limit,
        offset=arguments.offset,
    )
    return Pieces(attended, _attended_event, list, arguments.limit)


@post("/api/events/MarkParticipant", scope=TokenScope.MARK)
async def mark_participant(call: CallContext[ByHand]) -> EntryNumber:
    """Marks somebody by hand, in an event that I organise."""
    arguments = call.arguments
    n = await call.use_cases.mark_participant(
        actor=call.person,
        event_id=EventId(arguments.event_id),
        user_id=UserId(arguments.user_id),
        note=arguments.note,
    )
    return EntryNumber(n)


@post("/api/events/AnnulMark", scope=TokenScope.MARK)
async def annul_mark(call: CallContext[Annulment]) -> EntryNumber:
    """Has a mark stand no more: as an organiser, as who made it, or as who was marked."""
    arguments = call.arguments
    n = await call.use_cases.annul_mark(
        actor=call.person,
        event_id=EventId(arguments.event_id),
        user_id=UserId(arguments.user_id),
        n=arguments.n,
        reason=AnnulReason(arguments.reason),
        note=arguments.note,
    )
    return EntryNumber(n)


@get("/api/events/GetLedger")
async def get_ledger(call: CallContext[WhoseLedger]) -> Pieces[EntryShown, LedgerShown]:
    """Every mark and annulment of an event that I organise; of another one my own."""
    arguments = call.arguments
    lines = partial(
        call.use_cases.get_ledger.pieces,
        actor=call.person,
        event_id=EventId(arguments.event_id),
        user_id=None if arguments.user_id is None else UserId(arguments.user_id),
        limit=arguments.limit,
        offset=arguments.offset,
    )
    return Pieces(lines, _entry, LedgerShown, arguments.limit)


@get("/api/events/ExportAttendance", scope=TokenScope.EXPORT)
async def export_attendance(call: CallContext[WhichFile]) -> Export:
    """A file with a row for whoever is in an event that I organise."""
    arguments = call.arguments
    reading = call.use_cases.export_attendance.reading(
        actor=call.person, event_id=EventId(arguments.event_id)
    )
    return Export(reading, arguments.format, arguments.tz)


def _participant(seen: ParticipantSeen) -> ParticipantShown:
    person = seen.person
    shown = (person.user_id, person.display_name, person.confirmed, seen.state)
    mark = person.state
    if not isinstance(mark, Marked):
        nothing = (None, None, None, None, None, None)
        return ParticipantShown(*shown, *nothing, person.group, _annulled(person.annulled))
    return ParticipantShown(
        *shown,
        mark.marker,
        int(mark.at),
        None if person.grade is None else person.grade.value,
        mark.origin.value,
        mark.n,
        person.marked_as,
        person.group,
        None,
    )


def _attended_event(attended: AttendedEvent) -> MyAttendance:
    event, mark = attended.event, attended.marked
    shown = (event.event_id, event.name, int(event.starts_at), int(event.ends_at))
    if mark is not None:
        grade: GradeName | None = None if attended.grade is None else attended.grade.value
        return MyAttendance(*shown, mark.marker, int(mark.at), grade, mark.n, None)
    return MyAttendance(*shown, None, None, None, None, _annulled(attended.annulled))


def _annulled(line: LedgerLine | None) -> AnnulledShown | None:
    if line is None:
        return None
    reason = line.entry.reason
    assert reason is not None, "an annulment has one"
    return AnnulledShown(int(line.entry.at), reason.value, line.notes.note or None)


def _entry(line: LedgerLine) -> EntryShown:
    entry = line.entry
    return EntryShown(
        entry.user_id,
        entry.n,
        "annulled" if entry.origin is None else "marked",
        entry.actor_id,
        int(entry.at),
        None if entry.origin is None else entry.origin.value,
        None if entry.grade is None else entry.grade.value,
        line.marked_as,
        None if entry.reason is None else entry.reason.value,
        line.notes.note or None,
    )


CALLS = (
    get_attendance,
    get_my_attendance,
    mark_participant,
    annul_mark,
    get_ledger,
    export_attendance,
)
