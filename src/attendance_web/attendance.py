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
from attendance_web.structs.arguments import OneEvent, Page
from attendance_web.structs.attendance import (
    AnnulledShown,
    Annulment,
    Attendance,
    ByHand,
    EntryNumber,
    EntryShown,
    LedgerShown,
    MyAttendance,
    ParticipantShown,
    WhichFile,
    WhoseLedger,
)


@get("/api/events/GetAttendance")
async def get_attendance(call: CallContext[OneEvent]) -> Pieces[ParticipantShown, Attendance]:
    """Who is in an event that I organise, and who was marked by whom."""
    people = partial(
        call.use_cases.get_attendance.pieces,
        actor=call.actor_id,
        event_id=EventId(call.arguments.event_id),
    )
    return Pieces(begin=people, show=_participant_shown, answer_of=Attendance)


@get("/api/profile/GetMyAttendance")
async def get_my_attendance(call: CallContext[Page]) -> Pieces[MyAttendance, list[MyAttendance]]:
    """The events I joined and who marked me there, newest first."""
    arguments = call.arguments
    attended = partial(
        call.use_cases.get_my_attendance.pieces,
        actor=call.actor_id,
        limit=arguments.limit,
        offset=arguments.offset,
    )
    return Pieces(begin=attended, show=_attended_shown, answer_of=list, limit=arguments.limit)


@post("/api/events/MarkParticipant", scope=TokenScope.MARK)
async def mark_participant(call: CallContext[ByHand]) -> EntryNumber:
    """Marks somebody by hand, in an event that I organise."""
    arguments = call.arguments
    n = await call.use_cases.mark_participant(
        actor=call.actor_id,
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
        actor=call.actor_id,
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
    entries = partial(
        call.use_cases.get_ledger.pieces,
        actor=call.actor_id,
        event_id=EventId(arguments.event_id),
        user_id=None if arguments.user_id is None else UserId(arguments.user_id),
        limit=arguments.limit,
        offset=arguments.offset,
    )
    return Pieces(begin=entries, show=_entry_shown, answer_of=LedgerShown, limit=arguments.limit)


@get("/api/events/ExportAttendance", scope=TokenScope.EXPORT)
async def export_attendance(call: CallContext[WhichFile]) -> Export:
    """A file with a row for whoever is in an event that I organise."""
    arguments = call.arguments
    reading = call.use_cases.export_attendance.reading(
        actor=call.actor_id, event_id=EventId(arguments.event_id)
    )
    return Export(reading, format=arguments.format, zone=arguments.tz)


def _participant_shown(seen: ParticipantSeen) -> ParticipantShown:
    person = seen.person
    mark = person.state if isinstance(person.state, Marked) else None
    grade = None if mark is None else person.grade
    return ParticipantShown(
        user_id=person.user_id,
        display_name=person.display_name,
        confirmed=person.confirmed,
        state=seen.state,
        marked_by=None if mark is None else mark.marker,
        marked_at=None if mark is None else int(mark.at),
        grade=None if grade is None else grade.value,
        origin=None if mark is None else mark.origin.value,
        n=None if mark is None else mark.n,
        marked_as=None if mark is None else person.marked_as,
        group=person.group,
        annulled=_annulled_shown(person.annulled) if mark is None else None,
    )


def _attended_shown(attended: AttendedEvent) -> MyAttendance:
    event, mark = attended.event, attended.marked
    grade = None if mark is None else attended.grade
    return MyAttendance(
        event_id=event.event_id,
        name=event.name,
        time_from=int(event.starts_at),
        time_to=int(event.ends_at),
        marked_by=None if mark is None else mark.marker,
        marked_at=None if mark is None else int(mark.at),
        grade=None if grade is None else grade.value,
        n=None if mark is None else mark.n,
        annulled=_annulled_shown(attended.annulled) if mark is None else None,
    )


def _annulled_shown(line: LedgerLine | None) -> AnnulledShown | None:
    if line is None:
        return None
    reason = line.entry.reason
    assert reason is not None, "an annulment has one"
    return AnnulledShown(at=int(line.entry.at), reason=reason.value, note=line.notes.note or None)


def _entry_shown(line: LedgerLine) -> EntryShown:
    entry = line.entry
    return EntryShown(
        user_id=entry.user_id,
        n=entry.n,
        kind="annulled" if entry.origin is None else "marked",
        actor_id=entry.actor_id,
        at=int(entry.at),
        origin=None if entry.origin is None else entry.origin.value,
        grade=None if entry.grade is None else entry.grade.value,
        marked_as=line.marked_as,
        reason=None if entry.reason is None else entry.reason.value,
        note=line.notes.note or None,
    )


CALLS = (
    get_attendance,
    get_my_attendance,
    mark_participant,
    annul_mark,
    get_ledger,
    export_attendance,
)
