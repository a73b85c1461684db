"""Places in SQL: who is in an event, waits, is held or was marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Integer,
    Uuid,
    and_,
    bindparam,
    exists,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    update,
)

from attendance_adapters.sql.column_types import BigId, InstantType
from attendance_adapters.sql.entries import (
    ENTRY_COLUMNS,
    ORIGINS,
    entry_from,
    last_entry_of_place,
    notes_are_of_entry,
    notes_from,
)
from attendance_adapters.sql.executor import LOCKS_ROWS, Executor
from attendance_adapters.sql.pieces import (
    BY_PERSON,
    LIMIT,
    OFFSET,
    after_person_parameters,
    is_after_person,
    size_of,
)
from attendance_adapters.sql.tables import accounts, ledger, ledger_notes, places, profiles, scans
from attendance_core.attendance import LedgerLine, Participant
from attendance_core.events import Event
from attendance_core.marking.ledger import grade_of
from attendance_core.marking.places import (
    Barred,
    Held,
    Marked,
    Place,
    PlaceKey,
    SheetCounts,
    State,
    Waiting,
)
from attendance_core.pieces import ListQuery
from attendance_core.profiles import Confirmation, group_of
from attendance_core.vocabulary import EventId, Instant, UserId

APPROVED = Confirmation.APPROVED.value
_is_in_event = places.c.event_id == bindparam("event_id")

_state_columns = (
    places.c.since,
    places.c.held_by,
    places.c.held_until,
    ledger.c.origin,
    ledger.c.actor_id,
    ledger.c.at,
    places.c.last_n,
)
PLACE_COLUMNS = (
    places.c.user_id,
    places.c.event_id,
    places.c.member,
    places.c.version,
    places.c.barred_marker,
    places.c.barred_until,
    *_state_columns,
)
PLACES_WITH_MARKS = places.outerjoin(ledger, last_entry_of_place(ledger))
_SELECT_PLACES = select(*PLACE_COLUMNS).select_from(PLACES_WITH_MARKS)
_is_of_users = places.c.user_id.in_(bindparam("user_ids", expanding=True, type_=BigId))
_new_user_id = bindparam("user_id", type_=BigId)
# In words that every engine knows; where two add the row at once, the later one is run again
MAKE_PLACE = insert(places).from_select(
    ["event_id", "user_id", "member", "version", "last_n"],
    select(
        bindparam("event_id", type_=Uuid),
        accounts.c.user_id,
        literal(False),
        literal(0, BigInteger),
        literal(0, Integer),
    ).where(
        accounts.c.user_id == _new_user_id,
        ~exists().where(_is_in_event, places.c.user_id == _new_user_id),
    ),
    include_defaults=False,
)
FIND_PLACES = _SELECT_PLACES.where(_is_in_event, _is_of_users)
LOCK_PLACES = (
    FIND_PLACES.order_by(places.c.user_id)
    .with_for_update(of=places)
    .execution_options(**{LOCKS_ROWS: True})
)
# The event in both halves: written once before them, SQLite reads the whole room
is_of_users_or_held = or_(
    _is_in_event & _is_of_users, _is_in_event & (places.c.held_by == bindparam("held_by"))
)
LOCK_PLACES_WITH_HELD = (
    _SELECT_PLACES.where(is_of_users_or_held)
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
LISTED_PLACES = _SELECT_PLACES.where(_is_in_event, places.c.since.is_not(None))
# Who they are is found first, and then whatever else there is of those alone. What a place is of
# is known of its entry, too: an id that is made anew for each row is much of a sheet
KEY_COLUMNS = 2
_is_participant = or_(places.c.member, places.c.last_n > 0)
PARTICIPANT_IDS = (
    select(places.c.user_id)
    .select_from(places.join(profiles, profiles.c.user_id == places.c.user_id))
    .where(_is_in_event, _is_participant)
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
        *ENTRY_COLUMNS[KEY_COLUMNS:],
    )
    .select_from(
        places.join(profiles, profiles.c.user_id == places.c.user_id)
        .outerjoin(ledger, last_entry_of_place(ledger))
        .outerjoin(ledger_notes, notes_are_of_entry)
        .outerjoin(scans, scans.c.user_id == places.c.user_id)
    )
    .where(_is_in_event)
    .order_by(*BY_PERSON)
)
PARTICIPANTS = _PARTICIPANTS.where(places.c.user_id.in_(PARTICIPANT_IDS))
PARTICIPANTS_AFTER = _PARTICIPANTS.where(
    places.c.user_id.in_(PARTICIPANT_IDS.where(is_after_person))
)
PARTICIPANTS_OF = _PARTICIPANTS.where(_is_of_users, _is_participant)
_IS_HELD = places.c.held_until > bindparam("now", type_=InstantType)
_IS_CREATOR = places.c.user_id == bindparam("creator_id", type_=BigId)
_IS_MARKED = places.c.last_n % 2 == 1  # a mark stands where the last entry is odd
# One row, of what is in the places alone
COUNT_PLACES = select(
    func.count(),
    func.count().filter(places.c.since.is_not(None)),
    func.count().filter(places.c.since.is_not(None), _IS_HELD),
    func.count().filter(_IS_MARKED),
    func.count().filter(or_(_IS_MARKED, and_(places.c.member, not_(_IS_CREATOR)))),
    func.count().filter(places.c.since.is_not(None), _IS_CREATOR),
).where(_is_in_event, _is_participant)
OTHERS_JOINED = select(
    exists().where(_is_in_event, places.c.user_id != bindparam("user_id", type_=BigId))
)
LAPSED_HOLDS = (
    select(places.c.event_id, places.c.user_id)
    .where(places.c.held_until <= bindparam("held_until"))
    .order_by(places.c.held_until)
    .limit(bindparam("limit", type_=BigInteger))
)


def _state_from(row: Sequence[Any]) -> State:
    since, held_by, held_until, origin, marker, at, last_n = row
    if origin is not None:
        return Marked(marker, at, last_n, ORIGINS[origin])
    return _unmarked_from(since, held_by, held_until)


def _unmarked_from(
    since: Instant | None, held_by: UserId | None, held_until: Instant | None
) -> Waiting | Held | None:
    if since is None:
        return None
    if held_by is None or held_until is None:
        return Waiting(since)
    return Held(since, held_by, held_until)


def place_from(row: Sequence[Any]) -> Place:
    """Makes a place of `PLACE_COLUMNS`."""
    user_id, event_id, member, version, barred_marker, barred_until, *state_columns = row
    barred = None if barred_marker is None else Barred(barred_marker, barred_until)
    return Place(
        event_id, user_id, member, _state_from(state_columns), version, barred, state_columns[-1]
    )


def row_of_place(place: Place) -> dict[str, Any]:
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
        self, event_id: EventId, user_ids: Sequence[UserId], marker: UserId | None = None
    ) -> Mapping[UserId, Place]:
        keys: dict[str, Any] = {"event_id": event_id, "user_ids": list(user_ids)}
        rows = (
            self._execute(LOCK_PLACES, keys)
            if marker is None
            else self._execute(LOCK_PLACES_WITH_HELD, {**keys, "held_by": marker})
        )
        return {place.user_id: place for place in map(place_from, rows)}

    def put(self, place: Place) -> None:
        self._send(PUT_PLACE, row_of_place(place))

    def listed(self, event_id: EventId) -> Sequence[Place]:
        return [place_from(row) for row in self._execute(LISTED_PLACES, {"event_id": event_id})]

    def of(self, event_id: EventId, user_ids: Sequence[UserId]) -> Sequence[Place]:
        keys = {"event_id": event_id, "user_ids": list(user_ids)}
        return [place_from(row) for row in self._execute(FIND_PLACES, keys)]

    def participants(
        self, event_id: EventId, query: ListQuery[Participant]
    ) -> Sequence[Participant]:
        keys: dict[str, Any] = {"event_id": event_id, **size_of(query)}
        statement = PARTICIPANTS
        if query.after is not None:
            keys |= after_person_parameters(query.after.user_id, query.after.display_name)
            statement = PARTICIPANTS_AFTER
        return [_participant_from(event_id, row) for row in self._execute(statement, keys)]

    def participant_ids(self, event_id: EventId, most: int) -> Sequence[UserId]:
        keys = {"event_id": event_id, "limit": most, "offset": 0}
        return [user_id for (user_id,) in self._execute(PARTICIPANT_IDS, keys)]

    def participants_of(
        self, event_id: EventId, user_ids: Sequence[UserId]
    ) -> Sequence[Participant]:
        keys = {"event_id": event_id, "user_ids": list(user_ids)}
        rows = self._execute(PARTICIPANTS_OF, keys)
        return [_participant_from(event_id, row) for row in rows]

    def counts(self, event: Event, now: Instant) -> SheetCounts:
        keys = {"event_id": event.event_id, "creator_id": event.creator_id, "now": now}
        ((joined, listed, held, marked, others, creator),) = self._execute(COUNT_PLACES, keys)
        if event.ends_at <= now:
            listed = held = creator = 0
        return SheetCounts(joined, listed - held, held, marked, others + creator)

    def others_joined(self, event_id: EventId, user_id: UserId) -> bool:
        keys = {"event_id": event_id, "user_id": user_id}
        return bool(self._execute(OTHERS_JOINED, keys).scalar_one())

    def lapsed(self, now: Instant, limit: int) -> Sequence[PlaceKey]:
        rows = self._execute(LAPSED_HOLDS, {"held_until": now, "limit": limit})
        return [PlaceKey(*row) for row in rows]


def _participant_from(event_id: EventId, row: Sequence[Any]) -> Participant:
    user_id, name, bio, scan_state, member, since, held_by, held_until, *rest = row
    is_confirmed, group = scan_state == APPROVED, group_of(bio)
    marked_as, note, n, actor_id, at, origin_name, actor_checked, *_ = rest
    if origin_name is not None:  # nothing else of the entry is asked for
        origin, notes = ORIGINS[origin_name], notes_from(marked_as, note, name)
        mark, grade = Marked(actor_id, at, n, origin), grade_of(origin, actor_checked)
        return Participant(user_id, name, is_confirmed, mark, member, grade, notes, group)
    entry = entry_from((event_id, user_id, *rest[2:]))
    annulled = None if entry is None else LedgerLine(entry, notes_from(marked_as, note, name))
    state = _unmarked_from(since, held_by, held_until)
    return Participant(user_id, name, is_confirmed, state, member, group=group, annulled=annulled)
