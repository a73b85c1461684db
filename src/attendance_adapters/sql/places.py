"""Places in SQL: who is in an event, waits, is held or was marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Integer,
    Uuid,
    bindparam,
    delete,
    exists,
    insert,
    literal,
    literal_column,
    or_,
    select,
    update,
)

from attendance_adapters.sql.column_types import BigId
from attendance_adapters.sql.entries import ORIGINS, is_last_entry_of_place
from attendance_adapters.sql.executor import LOCKS_ROWS, Executor
from attendance_adapters.sql.tables import ledger, places, profiles
from attendance_core.marking.places import (
    Barred,
    Held,
    Marked,
    Place,
    PlaceKey,
    State,
    Waiting,
)
from attendance_core.vocabulary import EventId, Instant, UserId

is_in_event = places.c.event_id == bindparam("event_id")

_state_columns = (
    places.c.since,
    places.c.held_by,
    places.c.held_until,
    ledger.c.origin,
    ledger.c.actor_id,
    ledger.c.at,
)
PLACE_COLUMNS = (
    places.c.user_id,
    places.c.event_id,
    places.c.member,
    places.c.version,
    places.c.barred_marker,
    places.c.barred_until,
    *_state_columns,
    places.c.last_n,
)
PLACES_WITH_MARKS = places.outerjoin(ledger, is_last_entry_of_place(ledger))
_SELECT_PLACES = select(*PLACE_COLUMNS).select_from(PLACES_WITH_MARKS)
is_of_users = places.c.user_id.in_(bindparam("user_ids", expanding=True, type_=BigId))
_new_user_id = bindparam("user_id", type_=BigId)
# In words that every engine knows; where two add the row at once, the later one is run again
MAKE_PLACE = insert(places).from_select(
    ["event_id", "user_id", "member", "version", "last_n"],
    select(
        bindparam("event_id", type_=Uuid),
        profiles.c.user_id,
        literal(False),
        literal(0, BigInteger),
        literal(0, Integer),
    )
    .where(
        profiles.c.user_id == _new_user_id,
        profiles.c.display_name != literal_column("''"),  # who has deleted their account joins none
        ~exists().where(is_in_event, places.c.user_id == _new_user_id),
    )
    .with_for_update(read=True, key_share=True),
    include_defaults=False,
)
FIND_PLACES = _SELECT_PLACES.where(is_in_event, is_of_users)
LOCK_PLACES = (
    FIND_PLACES.order_by(places.c.user_id)
    .with_for_update(of=places)
    .execution_options(**{LOCKS_ROWS: True})
)
# The event in both halves: written once before them, SQLite reads the whole room
is_of_users_or_held_in_event = or_(
    is_in_event & is_of_users, is_in_event & (places.c.held_by == bindparam("held_by"))
)
LOCK_PLACES_WITH_HELD = (
    _SELECT_PLACES.where(is_of_users_or_held_in_event)
    .order_by(places.c.user_id)
    .with_for_update(of=places)
    .execution_options(**{LOCKS_ROWS: True})
)
PUT_PLACE = (
    update(places)
    .where(
        places.c.event_id == bindparam("where_event_id"),
        places.c.user_id == bindparam("where_user_id"),
    )
    .values(
        member=bindparam("member"),
        since=bindparam("since"),
        held_by=bindparam("held_by"),
        held_until=bindparam("held_until"),
        version=bindparam("version"),
        barred_marker=bindparam("barred_marker"),
        barred_until=bindparam("barred_until"),
        last_n=bindparam("last_n"),
    )
)
REMOVE_PLACE = delete(places).where(
    is_in_event, places.c.user_id == bindparam("user_id", type_=BigId), places.c.last_n == 0
)
WAITING_OR_HELD_PLACES = _SELECT_PLACES.where(is_in_event, places.c.since.is_not(None))
OTHERS_JOINED = select(
    exists().where(is_in_event, places.c.user_id != bindparam("user_id", type_=BigId))
)
LAPSED_HOLDS = (
    select(places.c.event_id, places.c.user_id)
    .where(places.c.held_until <= bindparam("held_until"))
    .order_by(places.c.held_until)
    .limit(bindparam("limit", type_=BigInteger))
)


def _state_from(columns: Sequence[Any], last_n: int) -> State:
    since, held_by, held_until, origin, marker, at = columns
    if origin is not None:
        return Marked(marker, at, last_n, ORIGINS[origin])
    return unmarked_from(since, held_by, held_until)


def unmarked_from(
    since: Instant | None, held_by: UserId | None, held_until: Instant | None
) -> Waiting | Held | None:
    """Makes the state of somebody who has no mark that stands; None where they do not wait."""
    if since is None:
        return None
    if held_by is None or held_until is None:
        return Waiting(since)
    return Held(since, held_by, held_until)


def place_from(row: Sequence[Any]) -> Place:
    """Makes a place of `PLACE_COLUMNS`."""
    user_id, event_id, member, version, barred_marker, barred_until, *state_columns, last_n = row
    barred = None if barred_marker is None else Barred(barred_marker, barred_until)
    state = _state_from(state_columns, last_n)
    return Place(event_id, user_id, member, state, version, barred, last_n)


def put_place_parameters(place: Place) -> dict[str, Any]:
    """Makes the parameters of `PUT_PLACE`."""
    state = place.state
    held = state if isinstance(state, Held) else None
    return {
        "where_event_id": place.event_id,
        "where_user_id": place.user_id,
        "member": place.member,
        "since": state.since if isinstance(state, Waiting | Held) else None,
        "held_by": None if held is None else held.marker,
        "held_until": None if held is None else held.until,
        "version": place.version,
        "barred_marker": None if place.barred is None else place.barred.marker,
        "barred_until": None if place.barred is None else place.barred.until,
        "last_n": place.last_n,
    }


class Places:
    """Keeps places; `repositories.Places`."""

    def __init__(self, executor: Executor) -> None:
        self._execute = executor.execute
        self._send = executor.send

    def make(self, event_id: EventId, user_id: UserId) -> None:
        self._send(MAKE_PLACE, {"event_id": event_id, "user_id": user_id})

    def lock(
        self, event_id: EventId, user_ids: Sequence[UserId], with_held_by: UserId | None = None
    ) -> Mapping[UserId, Place]:
        parameters: dict[str, Any] = {"event_id": event_id, "user_ids": list(user_ids)}
        rows = (
            self._execute(LOCK_PLACES, parameters)
            if with_held_by is None
            else self._execute(LOCK_PLACES_WITH_HELD, {**parameters, "held_by": with_held_by})
        )
        return {place.user_id: place for place in map(place_from, rows)}

    def put(self, place: Place) -> None:
        self._send(PUT_PLACE, put_place_parameters(place))

    def remove(self, event_id: EventId, user_id: UserId) -> None:
        self._send(REMOVE_PLACE, {"event_id": event_id, "user_id": user_id})

    def waiting_or_held(self, event_id: EventId) -> Sequence[Place]:
        return [
            place_from(row) for row in self._execute(WAITING_OR_HELD_PLACES, {"event_id": event_id})
        ]

    def of(self, event_id: EventId, user_ids: Sequence[UserId]) -> Sequence[Place]:
        parameters = {"event_id": event_id, "user_ids": list(user_ids)}
        return [place_from(row) for row in self._execute(FIND_PLACES, parameters)]

    def others_joined(self, event_id: EventId, user_id: UserId) -> bool:
        parameters = {"event_id": event_id, "user_id": user_id}
        return bool(self._execute(OTHERS_JOINED, parameters).scalar_one())

    def lapsed(self, now: Instant, limit: int) -> Sequence[PlaceKey]:
        rows = self._execute(LAPSED_HOLDS, {"held_until": now, "limit": limit})
        return [PlaceKey(*row) for row in rows]
