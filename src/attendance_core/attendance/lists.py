"""Lists of marks afterwards: who was at an event, where one was, and the ledger. Contract: 7, 8."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from attendance_core import ports
from attendance_core.arguments import check_kinds, check_kinds_given
from attendance_core.events import Event
from attendance_core.events.organisers import check_organiser
from attendance_core.folding import other_name
from attendance_core.marking.ledger import NO_NOTES, AnnulReason, Entry, EntryNotes, Grade
from attendance_core.marking.places import Held, Marked, State
from attendance_core.marking.who_marks import is_organiser
from attendance_core.pieces import ListQuery, itself, read_in_pieces, whole
from attendance_core.seen_states import SeenState, seen_state
from attendance_core.vocabulary import EventId, Instant, UserId


@dataclass(frozen=True, slots=True)
class Participant:
    """A person on the list of an event's attendance. Contract: GetAttendance."""

    user_id: UserId
    display_name: str
    confirmed: bool
    state: State
    member: bool = True
    grade: Grade | None = None  # of the standing mark
    notes: EntryNotes = NO_NOTES  # beside it
    group: str = ""
    annulled: LedgerLine | None = None  # their last entry, where that is an annulment

    @property
    def marked_as(self) -> str | None:
        """The name they were marked under, where they have another now. Contract: 8.4."""
        return other_name(self.notes.marked_as, self.display_name)

    def seen_state(self, event: Event, now: Instant) -> SeenState:
        """Tells the state as it is now, though no sweep came by."""
        state = self.state
        return seen_state(
            is_marked=isinstance(state, Marked),
            is_member=self.member,
            is_listed=state is not None,
            held_until=state.until if isinstance(state, Held) else None,
            event_ends_at=event.ends_at,
            now=now,
        )


class ParticipantSeen(NamedTuple):
    """A participant, and what they were at the moment of the look."""

    person: Participant
    state: SeenState


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """An entry, with what stands beside it. Contract: GetLedger."""

    entry: Entry
    notes: EntryNotes

    @property
    def marked_as(self) -> str | None:
        """The name the person was marked under, where they have another now. Contract: 8.4."""
        return other_name(self.notes.marked_as, self.notes.display_name)


class AnnulledMark(NamedTuple):
    """A mark and the annulment after it, of one person."""

    user_id: UserId
    annulment_n: int
    marked_at: Instant
    marker: UserId
    at: Instant
    actor_id: UserId
    reason: AnnulReason
    note: str


@dataclass(frozen=True, slots=True)
class AttendedEvent:
    """An event a person is in or was marked at. Contract: GetMyAttendance.

    ``annulled`` is their last entry, where that is an annulment.
    """

    event: Event
    marked: Marked | None
    grade: Grade | None = None
    annulled: LedgerLine | None = None


@dataclass(frozen=True, slots=True)
class GetAttendance:
    """Lists who was at an event, for its organisers. Contract: GET /api/events/GetAttendance."""

    browse: ports.Browse

    def pieces(
        self, *, actor: UserId, event_id: EventId
    ) -> AsyncIterator[Sequence[ParticipantSeen]]:
        """Lists all with their state, by name, then id. Raises EventNotFound, NotAnOrganiser."""
        check_kinds(actor=actor, event_id=event_id)

        def read_participants(
            piece_query: ListQuery[Participant], unit: ports.Unit
        ) -> Sequence[ParticipantSeen]:
            event = unit.events.get(event_id)
            check_organiser(unit, event, actor)
            now = unit.now()
            people = unit.participants.listed(event_id, piece_query)
            return [ParticipantSeen(each, each.seen_state(event, now)) for each in people]

        everybody: ListQuery[Participant] = ListQuery()
        return read_in_pieces(self.browse, everybody, read_participants, lambda row: row.person)

    __call__ = whole(pieces)


@dataclass(frozen=True, slots=True)
class GetMyAttendance:
    """Lists where a person was, and who marked them. Contract: GET /api/profile/GetMyAttendance."""

    browse: ports.Browse

    def pieces(
        self, *, actor: UserId, limit: int | None = None, offset: int = 0
    ) -> AsyncIterator[Sequence[AttendedEvent]]:
        """Lists the newest first. Raises InvalidArgument."""
        check_kinds(actor=actor)

        def read_attended(
            piece_query: ListQuery[AttendedEvent], unit: ports.Unit
        ) -> Sequence[AttendedEvent]:
            return unit.events.attended_by(actor, piece_query)

        query: ListQuery[AttendedEvent] = ListQuery(limit, offset)
        return read_in_pieces(self.browse, query, read_attended, itself)

    __call__ = whole(pieces)


@dataclass(frozen=True, slots=True)
class GetLedger:
    """Lists what became of people in an event. Contract: GET /api/events/GetLedger."""

    browse: ports.Browse

    def pieces(
        self,
        *,
        actor: UserId,
        event_id: EventId,
        user_id: UserId | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> AsyncIterator[Sequence[LedgerLine]]:
        """Lists the newest first: to organisers all, or those of one person; to others their own.

        Who begins as an organiser has to be one to the end. Raises InvalidArgument, EventNotFound,
        NotAnOrganiser, PersonNotFound.
        """
        check_kinds(actor=actor, event_id=event_id)
        check_kinds_given(user_id=user_id)
        sees_all = False  # which the first look finds

        def read_lines(
            piece_query: ListQuery[LedgerLine], unit: ports.Unit
        ) -> Sequence[LedgerLine]:
            nonlocal sees_all
            event = unit.events.get(event_id)
            if piece_query.after is None:
                sees_all = user_id is None and is_organiser(unit, event, actor)
            of_whom = actor if user_id is None else user_id
            if sees_all or of_whom != actor:
                check_organiser(unit, event, actor)
            if of_whom != actor:
                unit.profiles.get_even_deleted(of_whom)
            return unit.ledger.of(event_id, None if sees_all else of_whom, piece_query)

        query: ListQuery[LedgerLine] = ListQuery(limit, offset)
        return read_in_pieces(self.browse, query, read_lines, itself)

    __call__ = whole(pieces)
