"""Places and marks in SQL: who is in an event, waits, is held or was marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Uuid,
    bindparam,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from attendance_adapters.sql.driver import LOCKS, Executes
from attendance_adapters.sql.tables import BigId, marks, places, profiles, scans
from attendance_core.attendance import Participant
from attendance_core.marking.places import Held, Mark, Marked, Place, State, Waiting
from attendance_core.profiles import Confirmation
from attendance_core.vocabulary import EventId, Instant, UserId

_here = places.c.event_id == bindparam("event")
_marked = (marks.c.event_id == places.c.event_id) & (marks.c.user_id == places.c.user_id)
_state = (
    places.c.since,
    places.c.held_by,
    places.c.held_until,
    marks.c.marker_id,
    marks.c.at,
    marks.c.points,
)
_PLACE = select(
    places.c.event_id, places.c.user_id, places.c.member, places.c.version, *_state
).select_from(places.outerjoin(marks, _marked))
_among = places.c.user_id.in_(bindparam("users", expanding=True, type_=BigId))
# As every engine can say it; where two add the row at once, the later one is run again
ENTER = insert(places).from_select(
    ["event_id", "user_id", "member", "version"],
    select(
        bindparam("event", type_=Uuid),
        bindparam("user", type_=BigId),
        literal(False),
        literal(0, BigInteger),
    ).where(~exists().where(_here, places.c.user_id == bindparam("user", type_=BigId))),
    include_defaults=False,
)
OF = _PLACE.where(_here, _among)
LOCK = OF.order_by(places.c.user_id).with_for_update(of=places).execution_options(**LOCKS)
# The event in both halves: written once before them, SQLite reads the whole room
LOCK_HOLDING = (
    _PLACE.where(or_(_here & _among, _here & (places.c.held_by == bindparam("holder"))))
    .order_by(places.c.user_id)
    .with_for_update(of=places)
    .execution_options(**LOCKS)
)
PUT = (
    update(places)
    .where(_here, places.c.user_id == bindparam("user"))
    .values(
        member=bindparam("in"),
        since=bindparam("asked"),
        held_by=bindparam("by"),
        held_until=bindparam("until"),
        version=bindparam("now"),
    )
)
LISTED = _PLACE.where(_here, places.c.since.is_not(None))
PARTICIPANTS = (
    select(profiles.c.user_id, profiles.c.display_name, scans.c.state, *_state)
    .select_from(
        places.join(profiles, profiles.c.user_id == places.c.user_id)
        .outerjoin(marks, _marked)
        .outerjoin(scans, scans.c.user_id == places.c.user_id)
    )
    .where(_here, or_(places.c.member, marks.c.marker_id.is_not(None)))
    .order_by(profiles.c.name_key, profiles.c.user_id)
)
LAPSED_HOLDS = (
    select(places.c.event_id, places.c.user_id)
    .where(places.c.held_until <= bindparam("at"))
    .order_by(places.c.held_until)
    .limit(bindparam("most", type_=BigInteger))
)
ADD_MARK = insert(marks)
KARMA = select(func.coalesce(func.sum(marks.c.points), 0)).where(
    marks.c.marker_id == bindparam("marker")
)


def _state_of(row: Sequence[Any]) -> State:
    since, held_by, held_until, marker_id, at, points = row
    if marker_id is not None:
        return Marked(marker_id, at, points)
    if since is None:
        return None
    return Waiting(since) if held_by is None else Held(since, held_by, held_until)


def _place(row: Sequence[Any]) -> Place:
    event_id, user_id, member, version, *state = row
    return Place(event_id, user_id, member, _state_of(state), version)


class Places:
    """`repositories.Places`."""

    def __init__(self, on: Executes) -> None:
        self._execute = on.execute

    def enter(self, event_id: EventId, user_id: UserId) -> None:
        self._execute(ENTER, {"event": event_id, "user": user_id})

    def lock(
        self, event_id: EventId, user_ids: Sequence[UserId], holder: UserId | None = None
    ) -> Mapping[UserId, Place]:
        given: dict[str, Any] = {"event": event_id, "users": list(user_ids)}
        found = (
            self._execute(LOCK, given)
            if holder is None
            else self._execute(LOCK_HOLDING, {**given, "holder": holder})
        )
        return {place.user_id: place for place in map(_place, found)}

    def put(self, place: Place) -> None:
        state = place.state
        held = state if isinstance(state, Held) else None
        self._execute(
            PUT,
            {
                "event": place.event_id,
                "user": place.user_id,
                "in": place.member,
                "asked": state.since if isinstance(state, Waiting | Held) else None,
                "by": None if held is None else held.by,
                "until": None if held is None else held.until,
                "now": place.version,
            },
        )

    def listed(self, event_id: EventId) -> Sequence[Place]:
        return [_place(row) for row in self._execute(LISTED, {"event": event_id})]

    def of(self, event_id: EventId, user_ids: Sequence[UserId]) -> Sequence[Place]:
        given = {"event": event_id, "users": list(user_ids)}
        return [_place(row) for row in self._execute(OF, given)]

    def participants(self, event_id: EventId) -> Sequence[Participant]:
        return [
            Participant(user_id, name, scan == Confirmation.APPROVED.value, _state_of(state))
            for user_id, name, scan, *state in self._execute(PARTICIPANTS, {"event": event_id})
        ]

    def lapsed(self, now: Instant, most: int) -> Sequence[tuple[EventId, UserId]]:
        found = self._execute(LAPSED_HOLDS, {"at": now, "most": most})
        return [(EventId(event_id), UserId(user_id)) for event_id, user_id in found]


class Marks:
    """`repositories.Marks`."""

    def __init__(self, on: Executes) -> None:
        self._execute = on.execute

    def add(self, mark: Mark) -> None:
        row = {
            "event_id": mark.event_id,
            "user_id": mark.user_id,
            "marker_id": mark.marker_id,
            "at": mark.at,
            "points": mark.points,
        }
        self._execute(ADD_MARK, row)

    def karma(self, user_id: UserId) -> int:
        return int(self._execute(KARMA, {"marker": user_id}).scalar_one())
