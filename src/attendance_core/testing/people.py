"""People, an event and connections in any store, put there by hand."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import uuid4

from attendance_core.accounts import CredentialKind, Session, session_id_of
from attendance_core.events import Event
from attendance_core.marking.connections import Connection, Process, Role
from attendance_core.marking.ledger import AnnulReason, NewEntry, Origin
from attendance_core.marking.places import Held, Place
from attendance_core.profiles import Profile
from attendance_core.testing.clock import NOON
from attendance_core.testing.lectures import EVENT, PROCESS
from attendance_core.testing.stand_ins import any_code
from attendance_core.vocabulary import ConnectionId, EventId, SessionId, UserId


class LoggedIn(NamedTuple):
    """Somebody with an open session, and what their cookie has of it."""

    user_id: int
    token: str


def log_in_people(count: int, unit: Any) -> list[LoggedIn]:
    """Makes them without a log-in, which costs a tenth of a second on purpose."""
    now, made = unit.now(), []
    for token in [uuid4().hex for _ in range(count)]:
        user_id = unit.accounts.add(f"p{token}", "no password", now)
        unit.profiles.add(Profile(user_id, f"Person {user_id}"))
        unit.sessions.add(Session(session_id_of(token), user_id, CredentialKind.COOKIE, now, now))
        made.append(LoggedIn(user_id, token))
    return made


async def people(store: Any, *names: str) -> list[UserId]:
    def work(unit: Any) -> list[UserId]:
        ids = []
        for number, name in enumerate(names):
            user_id = unit.accounts.add(f"u{number}-{uuid4().hex[:8]}", "hash", unit.now())
            unit.profiles.add(Profile(user_id, name))
            ids.append(user_id)
        return ids

    return await store.transact(work)  # type: ignore[no-any-return]


def an_event(name: str = "Lecture", event_id: EventId = EVENT, starts: float = NOON) -> Event:
    return Event(event_id, name, UserId(1), starts, starts + 3600, any_code())


async def an_event_with(store: Any, *names: str) -> list[UserId]:
    """Adds an event with these people in it; answers their ids."""
    ids = await people(store, *names)

    def work(unit: Any) -> None:
        unit.events.add(an_event())
        unit.processes.put(Process(PROCESS, NOON, NOON))
        for user_id in ids:
            unit.places.make(EVENT, user_id)

    await store.transact(work)
    return ids


def mark(
    unit: Any, user_id: UserId, marker: UserId, at: float = NOON, event_id: EventId = EVENT
) -> Place:
    """Marks somebody by a hold that nobody saw; answers the place as it is then."""
    unit.places.make(event_id, user_id)
    place: Place = unit.places.lock(event_id, [user_id])[user_id]
    held = place.changed(state=Held(at, marker, at + 1))
    marked = held.marked(marker, at)
    unit.places.put(marked)
    unit.ledger.add(NewEntry(event_id, user_id, marked.last_n, marker, at, Origin.HOLD))
    return marked


def annul(
    unit: Any, user_id: UserId, actor: UserId, at: float = NOON, event_id: EventId = EVENT
) -> None:
    """Ends the standing mark of a person."""
    annulled = unit.places.lock(event_id, [user_id])[user_id].annulled()
    unit.places.put(annulled)
    why = AnnulReason.OTHER
    unit.ledger.add(NewEntry(event_id, user_id, annulled.last_n, actor, at, reason=why))


def a_connection(user_id: UserId, **options: Any) -> Connection:
    return Connection(
        ConnectionId(uuid4()),
        EVENT,
        user_id,
        options.get("role", Role.MARK_ME),
        PROCESS,
        SessionId(options.get("session", "s")),
    )
