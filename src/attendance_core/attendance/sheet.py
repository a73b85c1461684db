"""The record of an event as it leaves the house: a row a person. Contract: 8.13."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, NamedTuple, TypeVar

from attendance_core import ports
from attendance_core.arguments import check_kinds, check_kinds_given
from attendance_core.attendance.lists import AnnulledMark, Participant
from attendance_core.errors import TooManyRows
from attendance_core.events import Event
from attendance_core.events.organisers import check_organiser
from attendance_core.marking.ledger import AnnulReason
from attendance_core.marking.places import Marked
from attendance_core.seen_states import SeenState
from attendance_core.sheet_counts import SheetCounts, sheet_counts
from attendance_core.vocabulary import EventId, Instant, UserId

T = TypeVar("T")

MAX_SHEET_ROWS = 20_000  # Contract: ExportAttendance
MAX_ANNULLED_TOLD = 5  # of one person, the last ones: anybody's row ends somewhere
# So few that whoever marks somebody meanwhile hardly feels it. Decision 0019
ROWS_A_LOOK: Final = 60


@dataclass(frozen=True, slots=True)
class AnnulledSeen:
    """A mark that does not stand, as a sheet shows it: who made it, who annulled it, and why."""

    marked_at: Instant
    marked_by: str
    at: Instant
    by: str
    reason: AnnulReason
    note: str
    marked_by_id: UserId
    by_id: UserId


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A person, what they were at the moment of the look, and what of them does not stand.

    Of more annulled marks than are told of there is the number of those before.
    """

    person: Participant
    state: SeenState
    marked_by: str | None = None  # the name of who made the standing mark
    annulled: tuple[AnnulledSeen, ...] = ()  # the earliest first
    annulled_before: int = 0

    def only_organises(self, event: Event) -> bool:
        """Tells whether it is the creator, who neither waits nor is marked. Contract: 8.8."""
        return self.state == "joined" and self.person.user_id == event.creator_id


class SheetPiece(NamedTuple):
    """Some rows, and the counts of all up to them; the event is the same in all pieces, and so is
    when the sheet was begun.
    """

    event: Event
    made_at: Instant
    rows: Sequence[SheetRow]
    counts: SheetCounts


class SheetBegun(NamedTuple):
    """What the first look at a sheet found: who is in it is settled with that."""

    event: Event
    made_at: Instant
    user_ids: Sequence[UserId]


@dataclass(frozen=True, slots=True)
class Sheet:
    """All of it: the event, a row for whoever joined or was marked there, and when it was made."""

    event: Event
    made_at: Instant
    rows: tuple[SheetRow, ...]
    counts: SheetCounts


@dataclass(slots=True)
class SheetReading:
    """One reading of a sheet, for somebody who may have it at each look.

    ``actor`` is None of whoever runs the service.
    """

    browse: ports.Browse
    actor: UserId | None
    event_id: EventId
    event: Event | None = None  # as the last look found it

    async def look(self, look: Callable[[ports.Unit, Event], T]) -> T:
        """Runs a look at the event. Raises EventNotFound, NotAnOrganiser, Unavailable."""

        def check_and_look(unit: ports.Unit) -> T:
            event = unit.events.get(self.event_id)
            if self.actor is not None:
                check_organiser(unit, event, self.actor)
            self.event = event
            return look(unit, event)

        return await self.browse(check_and_look)

    async def begin(self) -> SheetBegun:
        """Reads who is in it, by name, then id. Raises TooManyRows, and as `look`."""
        return await self.look(_begin)

    async def check(self) -> None:
        """Looks whether they may have it yet. Raises as `look`."""
        await self.look(lambda unit, event: None)

    async def pieces(self) -> AsyncIterator[SheetPiece]:
        """Reads who is in it, and the rows of a few of them at a time; raises as `begin`."""
        begun: SheetBegun | None = None  # by the first look

        def read_rows(first: int, unit: ports.Unit, event: Event) -> Sequence[SheetRow]:
            nonlocal begun
            if begun is None:
                begun = _begin(unit, event)
            some = begun.user_ids[first : first + ROWS_A_LOOK]
            return _rows(unit, event, unit.now(), unit.participants.of(event.event_id, some))

        states = Counter[SeenState]()
        only_organise_count = first = 0
        while begun is None or first < len(begun.user_ids):
            rows = await self.look(partial(read_rows, first))
            assert begun is not None
            first += ROWS_A_LOOK
            states.update(row.state for row in rows)
            only_organise_count += sum(row.only_organises(begun.event) for row in rows)
            counts = sheet_counts(states, only_organise_count)
            yield SheetPiece(begun.event, begun.made_at, rows, counts)


@dataclass(frozen=True, slots=True)
class ExportAttendance:
    """Reads the sheet of an event, for its organisers, or for whoever runs the service.

    Contract: GET /api/events/ExportAttendance.
    """

    browse: ports.Browse

    def reading(self, *, actor: UserId | None, event_id: EventId) -> SheetReading:
        """Makes a reading, which has not looked yet; ``actor`` is None of whoever runs the
        service.
        """
        check_kinds(event_id=event_id)
        check_kinds_given(actor=actor)
        return SheetReading(self.browse, actor, event_id)

    def pieces(self, *, actor: UserId | None, event_id: EventId) -> AsyncIterator[SheetPiece]:
        """Reads who is in it, by name, then id, and the rows of a few of them at a time.

        Raises EventNotFound, NotAnOrganiser, and TooManyRows, before any row.
        """
        return self.reading(actor=actor, event_id=event_id).pieces()

    async def __call__(self, *, actor: UserId | None, event_id: EventId) -> Sheet:
        """Reads all of it. Raises EventNotFound, NotAnOrganiser, TooManyRows."""
        pieces = [piece async for piece in self.pieces(actor=actor, event_id=event_id)]
        last = pieces[-1]
        rows = tuple(row for piece in pieces for row in piece.rows)
        return Sheet(last.event, last.made_at, rows, last.counts)


def _begin(unit: ports.Unit, event: Event) -> SheetBegun:
    """Finds who is in the sheet. Raises TooManyRows."""
    user_ids = unit.participants.ids(event.event_id, MAX_SHEET_ROWS + 1)
    if len(user_ids) > MAX_SHEET_ROWS:
        raise TooManyRows(most=MAX_SHEET_ROWS)
    return SheetBegun(event, unit.now(), user_ids)


def _rows(
    unit: ports.Unit, event: Event, now: Instant, people: Sequence[Participant]
) -> Sequence[SheetRow]:
    """Makes the rows of these people, with what the ledger says of them."""
    perhaps_annulled = [each.user_id for each in people if not _has_one_entry(each)]
    annulled: dict[UserId, list[AnnulledMark]] = {}
    actors = {each.state.marker for each in people if isinstance(each.state, Marked)}
    if perhaps_annulled:
        for mark in unit.ledger.annulled(event.event_id, perhaps_annulled, MAX_ANNULLED_TOLD):
            annulled.setdefault(mark.user_id, []).append(mark)
            actors.add(mark.marker)
            actors.add(mark.actor_id)
    summaries = unit.profiles.summaries(sorted(actors)) if actors else ()
    names = {each.user_id: each.display_name for each in summaries}
    return [
        _row(each, each.seen_state(event, now), annulled.get(each.user_id, ()), names)
        for each in people
    ]


def _has_one_entry(person: Participant) -> bool:
    """Tells whether their standing mark is the only entry of their ledger."""
    return isinstance(person.state, Marked) and person.state.n == 1


def _row(
    person: Participant,
    state: SeenState,
    annulled_marks: Sequence[AnnulledMark],
    names: Mapping[UserId, str],
) -> SheetRow:
    """Makes a row of a person and their last annulled marks, the earliest first."""
    mark = person.state
    marked_by = names.get(mark.marker, "") if isinstance(mark, Marked) else None
    if not annulled_marks:
        return SheetRow(person, state, marked_by)
    annulled = tuple(
        AnnulledSeen(
            marked_at=each.marked_at,
            marked_by=names.get(each.marker, ""),
            at=each.at,
            by=names.get(each.actor_id, ""),
            reason=each.reason,
            note=each.note,
            marked_by_id=each.marker,
            by_id=each.actor_id,
        )
        for each in annulled_marks
    )
    annulled_count = annulled_marks[-1].annulment_n // 2  # each annulment has an even number
    return SheetRow(person, state, marked_by, annulled, annulled_count - len(annulled))
