"""Events in SQL."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BigInteger, String, bindparam, delete, insert, literal_column, or_, select

from attendance_adapters.sql.driver import Executes
from attendance_adapters.sql.search import TRIGRAM, has_long_part, has_part, is_rare
from attendance_adapters.sql.tables import events, marks, places
from attendance_core.attendance import Attended
from attendance_core.errors import EventNotFound
from attendance_core.events import Event
from attendance_core.marking.places import Marked
from attendance_core.vocabulary import EventId, UserId, fold

EVERYTHING = 2**31 - 1  # more rows than there will be

_columns = (
    events.c.event_id,
    events.c.name,
    events.c.creator_id,
    events.c.starts_at,
    events.c.ends_at,
)
_EVENT = select(*_columns)
_ORDER = (events.c.starts_at, events.c.name_key, events.c.event_id)
ADD = insert(events)
GET = _EVENT.where(events.c.event_id == bindparam("id"))
LOCK = GET.with_for_update()
# Before the event: whoever locks a place may lock its event afterwards, by a mark
LOCK_PLACES = (
    select(places.c.user_id)
    .where(places.c.event_id == bindparam("id"))
    .order_by(places.c.user_id)
    .with_for_update()
)
REMOVE = delete(events).where(events.c.event_id == bindparam("id"))
_most, _skip = bindparam("most", type_=BigInteger), bindparam("skip", type_=BigInteger)
ALL = _EVENT.order_by(*_ORDER).limit(_most).offset(_skip)
_part = bindparam("part", type_=String)
IS_RARE = select(is_rare(literal_column("trigrams_of_events"), _part))
SEARCH_RARE = ALL.where(has_long_part(events.c.name_key, _part))
SEARCH = ALL.where(has_part(events.c.name_key, _part))
CREATED_BY = ALL.where(events.c.creator_id == bindparam("user"))
_theirs = places.c.event_id == events.c.event_id
JOINED_BY = (
    select(*_columns)
    .select_from(events.join(places, _theirs))
    .where(places.c.user_id == bindparam("user"), places.c.member)
    .order_by(*_ORDER)
    .limit(_most)
    .offset(_skip)
)
_marked = (marks.c.event_id == places.c.event_id) & (marks.c.user_id == places.c.user_id)
ATTENDED_BY = (
    select(*_columns, marks.c.marker_id, marks.c.at, marks.c.points)
    .select_from(events.join(places, _theirs).outerjoin(marks, _marked))
    .where(
        places.c.user_id == bindparam("user"),
        or_(places.c.member, marks.c.marker_id.is_not(None)),
    )
    .order_by(events.c.starts_at.desc(), events.c.name_key, events.c.event_id)
    .limit(_most)
    .offset(_skip)
)


class Events:
    """`repositories.Events`."""

    def __init__(self, on: Executes) -> None:
        self._execute = on.execute

    def add(self, event: Event) -> None:
        row = {
            "event_id": event.event_id,
            "name": event.name,
            "name_key": fold(event.name),
            "creator_id": event.creator_id,
            "starts_at": event.starts_at,
            "ends_at": event.ends_at,
        }
        self._execute(ADD, row)

    def get(self, event_id: EventId) -> Event:
        row = self._execute(GET, {"id": event_id}).one_or_none()
        if row is None:
            raise EventNotFound
        return Event(*row)

    def lock(self, event_id: EventId) -> Event:
        self._execute(LOCK_PLACES, {"id": event_id})
        row = self._execute(LOCK, {"id": event_id}).one_or_none()
        if row is None:
            raise EventNotFound
        return Event(*row)

    def remove(self, event_id: EventId) -> None:
        self._execute(REMOVE, {"id": event_id})

    def search(self, part: str | None, limit: int | None, offset: int) -> Sequence[Event]:
        page = _page(limit, offset)
        if part is None:
            return [Event(*row) for row in self._execute(ALL, page)]
        rare = len(part) >= TRIGRAM and self._execute(IS_RARE, {"part": part}).scalar_one()
        search = SEARCH_RARE if rare else SEARCH
        return [Event(*row) for row in self._execute(search, {**page, "part": part})]

    def created_by(self, user_id: UserId, limit: int | None, offset: int) -> Sequence[Event]:
        found = self._execute(CREATED_BY, {**_page(limit, offset), "user": user_id})
        return [Event(*row) for row in found]

    def joined_by(self, user_id: UserId, limit: int | None, offset: int) -> Sequence[Event]:
        found = self._execute(JOINED_BY, {**_page(limit, offset), "user": user_id})
        return [Event(*row) for row in found]

    def attended_by(self, user_id: UserId, limit: int | None, offset: int) -> Sequence[Attended]:
        return [
            Attended(Event(*event), None if marker is None else Marked(marker, at, points))
            for *event, marker, at, points in self._execute(
                ATTENDED_BY, {**_page(limit, offset), "user": user_id}
            )
        ]


def _page(limit: int | None, offset: int) -> dict[str, int]:
    return {"most": EVERYTHING if limit is None else limit, "skip": offset}
