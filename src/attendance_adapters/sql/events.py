"""Events in SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    Select,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    union,
    update,
)

from attendance_adapters.sql.column_types import BigId
from attendance_adapters.sql.entries import (
    ENTRY_COLUMNS,
    entry_from,
    is_last_entry_of_place,
    notes_are_of_entry,
    notes_from,
)
from attendance_adapters.sql.event_lists import Section, list_statement
from attendance_adapters.sql.executor import LOCKS_ROWS, WITH_TIME, Executor
from attendance_adapters.sql.pieces import LIMIT, after_parameters, piece_parameters
from attendance_adapters.sql.search import WordSearch, word_parameters
from attendance_adapters.sql.tables import events, helpers, ledger, ledger_notes, places, profiles
from attendance_core.attendance import AttendedEvent, LedgerLine
from attendance_core.errors import EventNotFound
from attendance_core.events import WHOLE_LIST, Event, EventQuery
from attendance_core.folding import fold
from attendance_core.marking.places import Marked
from attendance_core.marking.who_marks import WhoMarks
from attendance_core.pieces import ListQuery
from attendance_core.vocabulary import EventCode, EventId, Instant, UserId

_created = events.alias("created")
EVENT_COLUMNS = (
    events.c.event_id,
    events.c.name,
    events.c.creator_id,
    events.c.starts_at,
    events.c.ends_at,
    events.c.code,
    events.c.who_marks,
)
ALL_EVENTS = select(*EVENT_COLUMNS)
ADD_EVENT = insert(events)
_SELECT_EVENT = ALL_EVENTS.where(events.c.event_id == bindparam("event_id"))
GET_EVENT = _SELECT_EVENT.execution_options(**{WITH_TIME: True})
FIND_BY_CODE = ALL_EVENTS.where(events.c.code == bindparam("code"))
# As strongly as it is when it is removed or gets another name, or two who wait for it might wait
# for each other. Whoever refers to it, by a connection or a mark, has locked a place before
LOCK_EVENT = _SELECT_EVENT.with_for_update().execution_options(**{LOCKS_ROWS: True})
# As a mark locks it in any case, by its foreign key
LOCK_EVENT_SHARED = _SELECT_EVENT.with_for_update(read=True, key_share=True)
LOCK_PLACES_OF_EVENT = (
    select(places.c.user_id)
    .where(places.c.event_id == bindparam("event_id"))
    .order_by(places.c.user_id)
    .with_for_update()
)
PUT_EVENT = (
    update(events)
    .where(events.c.event_id == bindparam("where_event_id"))
    .values(
        name=bindparam("name"),
        name_key=bindparam("name_key"),
        starts_at=bindparam("starts_at"),
        ends_at=bindparam("ends_at"),
        who_marks=bindparam("who_marks"),
    )
)
GIVE_EVENT = (
    update(events)
    .where(events.c.event_id == bindparam("where_event_id"))
    .values(creator_id=bindparam("creator_id"))
)
REMOVE_EVENT = delete(events).where(events.c.event_id == bindparam("event_id"))
BY_WORDS = WordSearch("events", ALL_EVENTS)
CREATED_BY = ALL_EVENTS.where(events.c.creator_id == bindparam("creator_id"))
_user_id = bindparam("user_id", type_=BigId)
# By a union of two indexes: for an OR both engines would read every event
ORGANISED_BY = ALL_EVENTS.where(
    events.c.event_id.in_(
        union(
            select(_created.c.event_id).where(_created.c.creator_id == _user_id),
            select(helpers.c.event_id).where(helpers.c.user_id == _user_id),
        )
    )
)
COUNT_NOT_OVER = select(func.count()).select_from(
    select(events.c.event_id)
    .where(events.c.creator_id == bindparam("creator_id"), events.c.ends_at > bindparam("now"))
    .limit(LIMIT)
    .subquery()
)
_place_is_in_event = places.c.event_id == events.c.event_id
JOINED_BY = (
    select(*EVENT_COLUMNS)
    .select_from(events.join(places, _place_is_in_event))
    .where(places.c.user_id == bindparam("user_id"), places.c.member)
)
# What the notes of an entry are made of
_NOTES_COLUMNS = (ledger_notes.c.marked_as, ledger_notes.c.note, profiles.c.display_name)
_ENTRY: Final = slice(0, len(ENTRY_COLUMNS))
_NOTES: Final = slice(_ENTRY.stop, _ENTRY.stop + len(_NOTES_COLUMNS))
_EVENT: Final = slice(_NOTES.stop, None)
ATTENDED_BY = (
    select(*ENTRY_COLUMNS, *_NOTES_COLUMNS, *EVENT_COLUMNS)
    .select_from(
        events.join(places, _place_is_in_event)
        .join(profiles, profiles.c.user_id == places.c.user_id)
        .outerjoin(ledger, is_last_entry_of_place(ledger))
        .outerjoin(ledger_notes, notes_are_of_entry)
    )
    .where(
        places.c.user_id == bindparam("user_id"),
        or_(places.c.member, places.c.last_n > 0),
    )
)


class Events:
    """Keeps events; `repositories.Events`."""

    def __init__(self, executor: Executor) -> None:
        self._execute = executor.execute
        self._send = executor.send

    def add(self, event: Event) -> None:
        row = {
            "event_id": event.event_id,
            "creator_id": event.creator_id,
            "code": event.code,
            **_changeable_columns(event),
        }
        self._execute(ADD_EVENT, row)

    def get(self, event_id: EventId) -> Event:
        return self._get(GET_EVENT, event_id)

    def find_by_code(self, code: EventCode) -> Event | None:
        row = self._execute(FIND_BY_CODE, {"code": code}).one_or_none()
        return None if row is None else event_from(row)

    def lock_shared(self, event_id: EventId) -> Event:
        return self._get(LOCK_EVENT_SHARED, event_id)

    def lock(self, event_id: EventId) -> Event:
        return self._get(LOCK_EVENT, event_id)

    def lock_whole(self, event_id: EventId) -> Event:
        self._send(LOCK_PLACES_OF_EVENT, {"event_id": event_id})
        return self.lock(event_id)

    def put(self, event: Event) -> None:
        self._execute(PUT_EVENT, {"where_event_id": event.event_id, **_changeable_columns(event)})

    def give(self, event_id: EventId, user_id: UserId) -> None:
        self._execute(GIVE_EVENT, {"where_event_id": event_id, "creator_id": user_id})

    def _get(self, statement: Select[Any], event_id: EventId) -> Event:
        row = self._execute(statement, {"event_id": event_id}).one_or_none()
        if row is None:
            raise EventNotFound
        return event_from(row)

    def remove(self, event_id: EventId) -> None:
        self._execute(REMOVE_EVENT, {"event_id": event_id})

    def search(self, folded_part: str | None, query: EventQuery = WHOLE_LIST) -> Sequence[Event]:
        if folded_part is None:
            return self._list(ALL_EVENTS, query, {})
        words = word_parameters(folded_part)
        return self._list(BY_WORDS.statement_for(words, self._execute), query, words)

    def created_by(self, user_id: UserId, query: EventQuery = WHOLE_LIST) -> Sequence[Event]:
        return self._list(CREATED_BY, query, {"creator_id": user_id})

    def organised_by(self, user_id: UserId, query: EventQuery = WHOLE_LIST) -> Sequence[Event]:
        return self._list(ORGANISED_BY, query, {"user_id": user_id})

    def count_not_over(self, user_id: UserId, now: Instant, limit: int) -> int:
        parameters = {"creator_id": user_id, "now": now, "limit": limit}
        return int(self._execute(COUNT_NOT_OVER, parameters).scalar_one())

    def joined_by(self, user_id: UserId, query: EventQuery = WHOLE_LIST) -> Sequence[Event]:
        return self._list(JOINED_BY, query, {"user_id": user_id})

    def attended_by(
        self, user_id: UserId, query: ListQuery[AttendedEvent]
    ) -> Sequence[AttendedEvent]:
        after = None if query.after is None else query.after.event
        event_query = EventQuery(query.limit, query.offset, newest_first=True, after=after)
        rows = self._rows(ATTENDED_BY, event_query, {"user_id": user_id})
        return list(map(_attended_event_from, rows))

    def _list(
        self, statement: Select[Any], query: EventQuery, given: Mapping[str, Any]
    ) -> Sequence[Event]:
        return list(map(event_from, self._rows(statement, query, given)))

    def _rows(
        self, statement: Select[Any], query: EventQuery, given: Mapping[str, Any]
    ) -> Sequence[Sequence[Any]]:
        parameters, after = {**piece_parameters(query), **given}, query.after
        if after is None:
            return self._rows_of_section(statement, query, parameters, None)
        parameters |= {
            "after_start": after.starts_at,
            **after_parameters(after.event_id, after.name),
        }
        if not query.newest_first:
            return self._rows_of_section(statement, query, parameters, Section.AFTER)
        rows = self._rows_of_section(statement, query, parameters, Section.SAME_START)
        left = parameters["limit"] - len(rows)
        if left:
            parameters["limit"] = left
            rows += self._rows_of_section(statement, query, parameters, Section.EARLIER_START)
        return rows

    def _rows_of_section(
        self,
        statement: Select[Any],
        query: EventQuery,
        parameters: Mapping[str, Any],
        section: Section | None,
    ) -> list[Sequence[Any]]:
        bounds = {"ends_after": query.ends_after, "starts_before": query.starts_before}
        given_bounds = {name: instant for name, instant in bounds.items() if instant is not None}
        section_statement = list_statement(
            statement,
            has_ends_after="ends_after" in given_bounds,
            has_starts_before="starts_before" in given_bounds,
            newest_first=query.newest_first,
            section=section,
        )
        return list(self._execute(section_statement, {**parameters, **given_bounds}))


def _attended_event_from(row: Sequence[Any]) -> AttendedEvent:
    entry, notes, event = entry_from(row[_ENTRY]), notes_from(*row[_NOTES]), event_from(row[_EVENT])
    if entry is None:
        return AttendedEvent(event, None)
    if entry.origin is None:
        return AttendedEvent(event, None, annulled=LedgerLine(entry, notes))
    marked = Marked(entry.actor_id, entry.at, entry.n, entry.origin)
    return AttendedEvent(event, marked, entry.grade)


def event_from(row: Sequence[Any]) -> Event:
    """Makes an event of `EVENT_COLUMNS`."""
    event_id, name, creator_id, starts_at, ends_at, code, who_marks = row
    return Event(event_id, name, creator_id, starts_at, ends_at, code, WhoMarks(who_marks))


def _changeable_columns(event: Event) -> dict[str, Any]:
    return {
        "name": event.name,
        "name_key": fold(event.name),
        "starts_at": event.starts_at,
        "ends_at": event.ends_at,
        "who_marks": event.who_marks.value,
    }
