"""The ledger in SQL: what became of people in events. Contract: 8."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    Integer,
    String,
    Uuid,
    bindparam,
    exists,
    insert,
    select,
    tuple_,
    update,
)

from attendance_adapters.sql import ledger_triggers  # noqa: F401  declares them
from attendance_adapters.sql.column_types import BigId, InstantType
from attendance_adapters.sql.entries import (
    ENTRY_COLUMNS,
    REASONS,
    entry_from,
    notes_are_of_entry,
    notes_from,
)
from attendance_adapters.sql.executor import Executor
from attendance_adapters.sql.karma import (
    COUNT_MARKS_BEFORE,
    ROWS_WHERE_IT_PAYS,
    TELL_IN_ROWS_WHETHER_IT_PAYS,
    count_paying,
    rule_of,
)
from attendance_adapters.sql.pieces import LIMIT, OFFSET, piece_parameters
from attendance_adapters.sql.places import PUT_PLACE, put_place_parameters
from attendance_adapters.sql.tables import ledger, ledger_notes, places, profiles, scans
from attendance_core.attendance import AnnulledMark, LedgerLine
from attendance_core.marking.karma import MarksBefore, pays
from attendance_core.marking.ledger import (
    Entry,
    NewEntry,
    month_of,
)
from attendance_core.marking.places import Place
from attendance_core.marking.terms import Terms
from attendance_core.pieces import ListQuery
from attendance_core.profiles import Confirmation
from attendance_core.vocabulary import EventId, UserId

_event_id, _user_id = bindparam("event_id", type_=Uuid), bindparam("user_id", type_=BigId)
_actor_id, _at = bindparam("actor_id", type_=BigId), bindparam("at", type_=InstantType)
_n, _month = bindparam("n", type_=Integer), bindparam("month", type_=Integer)
_actor_has_tick = exists().where(
    scans.c.user_id == _actor_id, scans.c.state == Confirmation.APPROVED.value
)
_person_had_tick = exists().where(
    profiles.c.user_id == _user_id, profiles.c.checked_at.is_not(None)
)
# The facts of the moment are read by the statement that writes them down
ADD_ENTRY = insert(ledger).from_select(
    [
        *("event_id", "user_id", "n", "previous_n", "actor_id", "at", "month", "origin", "reason"),
        *("actor_checked", "person_checked"),
    ],
    select(
        _event_id,
        _user_id,
        _n,
        bindparam("previous_n", type_=Integer),
        _actor_id,
        _at,
        _month,
        bindparam("origin", type_=String),
        bindparam("reason", type_=String),
        _actor_has_tick,
        _person_had_tick,
    ),
    include_defaults=False,
)
PUT_NOTE = (
    update(ledger_notes)
    .where(
        ledger_notes.c.event_id == bindparam("where_event_id"),
        ledger_notes.c.user_id == bindparam("where_user_id"),
        ledger_notes.c.n == bindparam("where_n"),
    )
    .values(note=bindparam("note"))
)
FIND_ENTRY = select(*ENTRY_COLUMNS).where(
    ledger.c.event_id == _event_id, ledger.c.user_id == _user_id, ledger.c.n == _n
)
_LINE_COLUMNS = (
    *ENTRY_COLUMNS,
    ledger_notes.c.marked_as,
    ledger_notes.c.note,
    profiles.c.display_name,
)
_lines = ledger.join(profiles, profiles.c.user_id == ledger.c.user_id).outerjoin(
    ledger_notes, notes_are_of_entry
)
LINES_OF_EVENT = (
    select(*_LINE_COLUMNS)
    .select_from(_lines)
    .where(ledger.c.event_id == _event_id)
    .order_by(ledger.c.at.desc(), ledger.c.user_id.desc(), ledger.c.n.desc())
    .limit(LIMIT)
    .offset(OFFSET)
)
_is_after = tuple_(ledger.c.at, ledger.c.user_id, ledger.c.n) < tuple_(
    bindparam("after_at", type_=InstantType),
    bindparam("after_user_id", type_=BigId),
    bindparam("after_n", type_=Integer),
)
LINES_OF_EVENT_AFTER = LINES_OF_EVENT.where(_is_after)
# By the key alone: of one person the later entry has the greater number
LINES_OF_PERSON = (
    LINES_OF_EVENT.where(ledger.c.user_id == _user_id).order_by(None).order_by(ledger.c.n.desc())
)
LINES_OF_PERSON_AFTER = LINES_OF_PERSON.where(ledger.c.n < bindparam("after_n", type_=Integer))
_annulled_marks = ledger.alias("marks")
# A row for two entries, without what nobody asks for: a sheet has up to 100 000 of them
ANNULLED = (
    select(
        ledger.c.user_id,
        ledger.c.n,
        _annulled_marks.c.at,
        _annulled_marks.c.actor_id,
        ledger.c.at,
        ledger.c.actor_id,
        ledger.c.reason,
        ledger_notes.c.note,
    )
    .select_from(
        places.join(
            ledger,
            (ledger.c.event_id == places.c.event_id) & (ledger.c.user_id == places.c.user_id),
        )
        .join(
            _annulled_marks,
            (_annulled_marks.c.event_id == ledger.c.event_id)
            & (_annulled_marks.c.user_id == ledger.c.user_id)
            & (_annulled_marks.c.n == ledger.c.previous_n),
        )
        .outerjoin(ledger_notes, notes_are_of_entry)
    )
    .where(
        places.c.event_id == _event_id,
        places.c.user_id.in_(bindparam("user_ids", expanding=True, type_=BigId)),
        ledger.c.n % 2 == 0,  # an annulment: of a place each even entry is one
        ledger.c.n > places.c.last_n - 2 * bindparam("limit_each", type_=Integer),
    )
    .order_by(places.c.user_id, ledger.c.n)
)


class Ledger:
    """Keeps entries; `repositories.Ledger`."""

    def __init__(self, executor: Executor) -> None:
        self._execute = executor.execute
        self._count = executor.count
        self._send = executor.send

    def add(self, entry: NewEntry) -> None:
        self._send(ADD_ENTRY, _row_of(entry))
        self._put_note(entry)

    def put_place_add_hold_mark_and_tell_if_it_pays(
        self, entry: NewEntry, marked: Place, terms: Terms
    ) -> bool:
        row = _row_of(entry)
        self._send(ADD_ENTRY, row)
        self._send(PUT_PLACE, put_place_parameters(marked))
        rule = rule_of(terms)
        marker_month = {"actor_id": row["actor_id"], "month": row["month"], **rule}
        row_count = self._count(TELL_IN_ROWS_WHETHER_IT_PAYS, marker_month)
        if row_count:
            return row_count == ROWS_WHERE_IT_PAYS
        ((person_checked, *before),) = self._execute(COUNT_MARKS_BEFORE, {**row, **rule})
        return pays(MarksBefore(*before), person_checked, terms)

    def _put_note(self, entry: NewEntry) -> None:
        """Puts the note of an entry, if it has one, into the row that a trigger has made of it."""
        if entry.note:
            parameters = {
                "where_event_id": entry.event_id,
                "where_user_id": entry.user_id,
                "where_n": entry.n,
            }
            self._execute(PUT_NOTE, {**parameters, "note": entry.note})

    def find(self, event_id: EventId, user_id: UserId, n: int) -> Entry | None:
        parameters = {"event_id": event_id, "user_id": user_id, "n": n}
        row = self._execute(FIND_ENTRY, parameters).one_or_none()
        return None if row is None else entry_from(row)

    def of(
        self, event_id: EventId, user_id: UserId | None, query: ListQuery[LedgerLine]
    ) -> Sequence[LedgerLine]:
        parameters: dict[str, Any] = {"event_id": event_id, **piece_parameters(query)}
        first_piece, further_piece = LINES_OF_EVENT, LINES_OF_EVENT_AFTER
        if user_id is not None:
            parameters["user_id"] = user_id
            first_piece, further_piece = LINES_OF_PERSON, LINES_OF_PERSON_AFTER
        if query.after is not None:
            after = query.after.entry
            parameters |= {"after_at": after.at, "after_user_id": after.user_id, "after_n": after.n}
        rows = self._execute(first_piece if query.after is None else further_piece, parameters)
        return [_line_from(row) for row in rows]

    def annulled(
        self, event_id: EventId, user_ids: Sequence[UserId], limit_each: int
    ) -> Sequence[AnnulledMark]:
        parameters = {"event_id": event_id, "user_ids": list(user_ids), "limit_each": limit_each}
        return [
            AnnulledMark(user_id, n, marked_at, marker, at, actor_id, REASONS[reason], note or "")
            for user_id, n, marked_at, marker, at, actor_id, reason, note in self._execute(
                ANNULLED, parameters
            )
        ]

    def karma(self, user_id: UserId, terms: Terms) -> int:
        return terms.karma_per_mark * count_paying(self._execute, user_id, terms)


def _line_from(row: Sequence[Any]) -> LedgerLine:
    *columns, marked_as, note, display_name = row
    entry = entry_from(columns)
    assert entry is not None
    return LedgerLine(entry, notes_from(marked_as, note, display_name))


def _row_of(entry: NewEntry) -> dict[str, Any]:
    return {
        "event_id": entry.event_id,
        "user_id": entry.user_id,
        "n": entry.n,
        "previous_n": entry.n - 1 or None,
        "actor_id": entry.actor_id,
        "at": entry.at,
        "month": month_of(entry.at),
        "origin": None if entry.origin is None else entry.origin.value,
        "reason": None if entry.reason is None else entry.reason.value,
    }
