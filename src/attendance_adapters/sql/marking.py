"""Places, marks, connections and processes in SQL: a fixed number of statements a command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection as Transaction
from sqlalchemy import Uuid, bindparam, delete, exists, func, or_, select, update
from sqlalchemy import insert as plain_insert
from sqlalchemy.dialects.sqlite import insert

from attendance_adapters.sql.tables import (
    BigId,
    connections,
    marks,
    places,
    processes,
    profiles,
    scans,
)
from attendance_core.connections import Connection, Process, Role
from attendance_core.events import Participant
from attendance_core.places import Held, Mark, Marked, Place, State, Waiting
from attendance_core.profiles import Confirmation
from attendance_core.vocabulary import (
    ConnectionId,
    EventId,
    Instant,
    ProcessId,
    SessionId,
    UserId,
)

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
ENTER = insert(places).on_conflict_do_nothing(index_elements=["event_id", "user_id"])
OF = _PLACE.where(_here, _among)
LOCK = OF.order_by(places.c.user_id).with_for_update(of=places)
LOCK_HOLDING = (
    _PLACE.where(_here, or_(_among, places.c.held_by == bindparam("holder")))
    .order_by(places.c.user_id)
    .with_for_update(of=places)
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
    .limit(bindparam("most"))
)
ADD_MARK = plain_insert(marks)
KARMA = select(func.coalesce(func.sum(marks.c.points), 0)).where(
    marks.c.marker_id == bindparam("marker")
)

_CONNECTION = select(
    connections.c.connection_id,
    connections.c.event_id,
    connections.c.user_id,
    connections.c.role,
    connections.c.process_id,
    connections.c.session_id,
    connections.c.lost_at,
    processes.c.renewed_at,
    processes.c.unbroken_since,
).select_from(connections.outerjoin(processes, processes.c.process_id == connections.c.process_id))
ADD_CONNECTION = plain_insert(connections)
FIND_CONNECTION = _CONNECTION.where(connections.c.connection_id == bindparam("id"))
CONNECTIONS_OF = _CONNECTION.where(
    connections.c.event_id == bindparam("event"), connections.c.user_id == bindparam("user")
)
CONNECTIONS_OF_SESSION = _CONNECTION.where(connections.c.session_id == bindparam("session"))
LOSE = (
    update(connections)
    .where(connections.c.connection_id == bindparam("id"), connections.c.lost_at.is_(None))
    .values(lost_at=bindparam("at"))
)
REMOVE_CONNECTIONS = delete(connections).where(
    connections.c.connection_id.in_(bindparam("ids", expanding=True, type_=Uuid()))
)
HERE = select(connections.c.connection_id).where(
    connections.c.event_id == bindparam("event"),
    connections.c.process_id == bindparam("process"),
)
LOST = (
    _CONNECTION.where(connections.c.lost_at <= bindparam("lost_by"))
    .order_by(connections.c.lost_at)
    .limit(bindparam("most"))
)
# Led by the processes, of which there are few, and not by the connections.
DEAD = select(processes.c.process_id).where(processes.c.renewed_at <= bindparam("renewed_by"))
OF_DEAD = _CONNECTION.where(
    connections.c.process_id.in_(bindparam("ids", expanding=True, type_=Uuid())),
    connections.c.lost_at.is_(None),
).limit(bindparam("most"))
FIND_PROCESS = select(
    processes.c.process_id, processes.c.renewed_at, processes.c.unbroken_since
).where(processes.c.process_id == bindparam("id"))
RENEW = (
    update(processes)
    .where(processes.c.process_id == bindparam("id"))
    .values(renewed_at=bindparam("renewed"), unbroken_since=bindparam("unbroken"))
)
ADD_PROCESS = plain_insert(processes)
REMOVE_IDLE = delete(processes).where(
    processes.c.renewed_at <= bindparam("renewed_by"),
    ~exists().where(connections.c.process_id == processes.c.process_id),
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
    """`ports.Places`."""

    def __init__(self, transaction: Transaction) -> None:
        self._execute = transaction.execute

    def enter(self, event_id: EventId, user_id: UserId) -> None:
        row = {"event_id": event_id, "user_id": user_id, "member": False, "version": 0}
        self._execute(ENTER, row)

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
    """`ports.Marks`."""

    def __init__(self, transaction: Transaction) -> None:
        self._execute = transaction.execute

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


def _connection(row: Sequence[Any]) -> Connection:
    *own, renewed_at, unbroken_since = row
    connection_id, event_id, user_id, role, process_id, session_id, lost_at = own
    process = None if renewed_at is None else Process(process_id, renewed_at, unbroken_since)
    return Connection(
        connection_id, event_id, user_id, Role(role), process_id, session_id, lost_at, process
    )


class Connections:
    """`ports.Connections`."""

    def __init__(self, transaction: Transaction) -> None:
        self._execute = transaction.execute

    def add(self, connection: Connection) -> None:
        row = {
            "connection_id": connection.connection_id,
            "event_id": connection.event_id,
            "user_id": connection.user_id,
            "role": connection.role.value,
            "process_id": connection.process_id,
            "session_id": connection.session_id,
            "lost_at": connection.lost_at,
        }
        self._execute(ADD_CONNECTION, row)

    def find(self, connection_id: ConnectionId) -> Connection | None:
        row = self._execute(FIND_CONNECTION, {"id": connection_id}).one_or_none()
        return None if row is None else _connection(row)

    def of(self, event_id: EventId, user_id: UserId) -> Sequence[Connection]:
        found = self._execute(CONNECTIONS_OF, {"event": event_id, "user": user_id})
        return [_connection(row) for row in found]

    def of_session(self, session_id: SessionId) -> Sequence[Connection]:
        found = self._execute(CONNECTIONS_OF_SESSION, {"session": session_id})
        return [_connection(row) for row in found]

    def lose(self, connection_id: ConnectionId, at: Instant) -> None:
        self._execute(LOSE, {"id": connection_id, "at": at})

    def remove(self, connection_ids: Sequence[ConnectionId]) -> None:
        if connection_ids:
            self._execute(REMOVE_CONNECTIONS, {"ids": list(connection_ids)})

    def here(self, event_id: EventId, process_id: ProcessId) -> Sequence[ConnectionId]:
        found = self._execute(HERE, {"event": event_id, "process": process_id})
        return [ConnectionId(row[0]) for row in found]

    def lapsed(
        self, lost_by: Instant, renewed_by: Instant | None, most: int
    ) -> Sequence[Connection]:
        found = list(self._execute(LOST, {"lost_by": lost_by, "most": most}))
        if renewed_by is not None and len(found) < most:
            dead = [row[0] for row in self._execute(DEAD, {"renewed_by": renewed_by})]
            if dead:
                left = most - len(found)
                found += self._execute(OF_DEAD, {"ids": dead, "most": left})
        return [_connection(row) for row in found]


class Processes:
    """`ports.Processes`."""

    def __init__(self, transaction: Transaction) -> None:
        self._execute = transaction.execute

    def find(self, process_id: ProcessId) -> Process | None:
        row = self._execute(FIND_PROCESS, {"id": process_id}).one_or_none()
        return None if row is None else Process(*row)

    def put(self, process: Process) -> None:
        renewal = {
            "id": process.process_id,
            "renewed": process.renewed_at,
            "unbroken": process.unbroken_since,
        }
        if self._execute(RENEW, renewal).rowcount == 0:
            row = {
                "process_id": process.process_id,
                "renewed_at": process.renewed_at,
                "unbroken_since": process.unbroken_since,
            }
            self._execute(ADD_PROCESS, row)

    def remove_idle(self, renewed_by: Instant) -> None:
        self._execute(REMOVE_IDLE, {"renewed_by": renewed_by})
