"""Participants in SQL: who is in the sheet of an event, and how many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, bindparam, func, not_, or_, select

from attendance_adapters.sql.column_types import BigId, InstantType
from attendance_adapters.sql.entries import (
    ENTRY_COLUMNS,
    ORIGINS,
    entry_from,
    is_last_entry_of_place,
    notes_are_of_entry,
    notes_from,
)
from attendance_adapters.sql.executor import Executor
from attendance_adapters.sql.pieces import (
    BY_PERSON,
    LIMIT,
    OFFSET,
    after_person_parameters,
    is_after_person,
    piece_parameters,
)
from attendance_adapters.sql.places import is_in_event, is_of_users, unmarked_from
from attendance_adapters.sql.tables import ledger, ledger_notes, places, profiles, scans
from attendance_core.attendance import LedgerLine, Participant
from attendance_core.events import Event
from attendance_core.marking.ledger import grade_of
from attendance_core.marking.places import Marked
from attendance_core.pieces import ListQuery
from attendance_core.profiles import Confirmation, group_of
from attendance_core.sheet_counts import SheetCounts
from attendance_core.vocabulary import EventId, Instant, UserId

APPROVED = Confirmation.APPROVED.value
# Without the ids of event and person, which come first and are known: to make an id of an event
# anew for each row is much of the work of a sheet
_ENTRY_COLUMNS_BUT_IDS = ENTRY_COLUMNS[2:]
_is_participant = or_(places.c.member, places.c.last_n > 0)
# Who they are is found first, and then whatever else there is of those alone
PARTICIPANT_IDS = (
    select(places.c.user_id)
    .select_from(places.join(profiles, profiles.c.user_id == places.c.user_id))
    .where(is_in_event, _is_participant)
    .order_by(*BY_PERSON)
    .limit(LIMIT)
    .offset(OFFSET)
    .correlate(None)
)
_PARTICIPANTS = (
    select(
        profiles.c.user_id,
        profiles.c.display_name,
        profiles.c.bio,
        scans.c.state,
        places.c.member,
        places.c.since,
        places.c.held_by,
        places.c.held_until,
        ledger_notes.c.marked_as,
        ledger_notes.c.note,
        *_ENTRY_COLUMNS_BUT_IDS,
    )
    .select_from(
        places.join(profiles, profiles.c.user_id == places.c.user_id)
        .outerjoin(ledger, is_last_entry_of_place(ledger))
        .outerjoin(ledger_notes, notes_are_of_entry)
        .outerjoin(scans, scans.c.user_id == places.c.user_id)
    )
    .where(is_in_event)
    .order_by(*BY_PERSON)
)
PARTICIPANTS = _PARTICIPANTS.where(places.c.user_id.in_(PARTICIPANT_IDS))
PARTICIPANTS_AFTER = _PARTICIPANTS.where(
    places.c.user_id.in_(PARTICIPANT_IDS.where(is_after_person))
)
PARTICIPANTS_OF = _PARTICIPANTS.where(is_of_users, _is_participant)
_IS_HELD = places.c.held_until > bindparam("now", type_=InstantType)
_IS_CREATOR = places.c.user_id == bindparam("creator_id", type_=BigId)
_IS_MARKED = places.c.last_n % 2 == 1  # a mark stands where the last entry is odd
# One row, of what is in the places alone. The creator takes part if waiting, held or marked
COUNT_PARTICIPANTS = select(
    func.count(),
    func.count().filter(places.c.since.is_not(None)),
    func.count().filter(places.c.since.is_not(None), _IS_HELD),
    func.count().filter(_IS_MARKED),
    func.count().filter(or_(_IS_MARKED, and_(places.c.member, not_(_IS_CREATOR)))),
    func.count().filter(places.c.since.is_not(None), _IS_CREATOR),
).where(is_in_event, _is_participant)


class Participants:
    """Shows who is in a sheet; `repositories.Participants`."""

    def __init__(self, executor: Executor) -> None:
        self._execute = executor.execute

    def listed(self, event_id: EventId, query: ListQuery[Participant]) -> Sequence[Participant]:
        parameters: dict[str, Any] = {"event_id": event_id, **piece_parameters(query)}
        statement = PARTICIPANTS
        if query.after is not None:
            parameters |= after_person_parameters(query.after.user_id, query.after.display_name)
            statement = PARTICIPANTS_AFTER
        return [_participant_from(event_id, row) for row in self._execute(statement, parameters)]

    def ids(self, event_id: EventId, limit: int) -> Sequence[UserId]:
        parameters = {"event_id": event_id, "limit": limit, "offset": 0}
        return [user_id for (user_id,) in self._execute(PARTICIPANT_IDS, parameters)]

    def of(self, event_id: EventId, user_ids: Sequence[UserId]) -> Sequence[Participant]:
        parameters = {"event_id": event_id, "user_ids": list(user_ids)}
        rows = self._execute(PARTICIPANTS_OF, parameters)
        return [_participant_from(event_id, row) for row in rows]

    def counts(self, event: Event, now: Instant) -> SheetCounts:
        parameters = {"event_id": event.event_id, "creator_id": event.creator_id, "now": now}
        (row,) = self._execute(COUNT_PARTICIPANTS, parameters)
        joined, waiting_or_held, held, marked, but_waiting_creator, creators_waiting_or_held = row
        if event.ends_at <= now:
            waiting_or_held = held = creators_waiting_or_held = 0
        return SheetCounts(
            joined=joined,
            waiting=waiting_or_held - held,
            held=held,
            marked=marked,
            participants=but_waiting_creator + creators_waiting_or_held,
        )


def _participant_from(event_id: EventId, row: Sequence[Any]) -> Participant:
    user_id, name, bio, scan_state, member, since, held_by, held_until, *notes_and_entry = row
    marked_as, note, *entry_but_ids = notes_and_entry
    n, actor_id, at, origin_name, actor_checked, *_ = entry_but_ids
    is_confirmed, group = scan_state == APPROVED, group_of(bio)
    if origin_name is not None:  # a mark stands, of which no more of the entry is shown
        origin, notes = ORIGINS[origin_name], notes_from(marked_as, note, name)
        mark, grade = Marked(actor_id, at, n, origin), grade_of(origin, actor_checked)
        return Participant(user_id, name, is_confirmed, mark, member, grade, notes, group)
    entry = entry_from((event_id, user_id, *entry_but_ids))
    annulled = None if entry is None else LedgerLine(entry, notes_from(marked_as, note, name))
    state = unmarked_from(since, held_by, held_until)
    return Participant(user_id, name, is_confirmed, state, member, group=group, annulled=annulled)
