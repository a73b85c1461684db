"""People, an event and connections for tests of any store, written without a use case."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import uuid4

from attendance_core.accounts import CredentialKind, LoggedIn, Session, session_id_of
from attendance_core.events import Event
from attendance_core.marking.connections import Connection, Process, Role
from attendance_core.marking.ledger import AnnulReason, NewEntry, Origin
from attendance_core.marking.places import Held, Place
from attendance_core.profiles import Profile
from attendance_core.testing.clock import NOON
from attendance_core.testing.lectures import EVENT, PROCESS
from attendance_core.testing.stand_ins import any_code
from attendance_core.vocabulary import ConnectionId, EventId, SessionId, UserId


def log_in_people(count: int, unit: Any) -> list[LoggedIn]:
    """Adds people with a session each, without a log-in, which takes a fifth of a second."""
    now, logged_in = unit.now(), []
    for token in [uuid4().hex for _ in range(count)]:
        user_id = unit.accounts.add(f"p{token}", "no password", now)
        unit.profiles.add(Profile(user_id, f"Person {user_id}"))
        unit.sessions.add(Session(session_id_of(token), user_id, CredentialKind.COOKIE, now, now))
        logged_in.append(LoggedIn(user_id, token))
    return logged_in


class AnnaAndBoris(NamedTuple):
    """Names two people by their ids."""

    anna: UserId
    boris: UserId


async def add_accounts_of_anna_and_boris(store: Any) -> AnnaAndBoris:
    """Adds two accounts without a profile."""

    def work(unit: Any) -> AnnaAndBoris:
        anna = unit.accounts.add("anna", "hash", NOON)
        return AnnaAndBoris(anna, boris=unit.accounts.add("boris", "hash", NOON))

    added: AnnaAndBoris = await store.transact(work)
    return added


async def add_people(store: Any, *names: str) -> list[UserId]:
    """Adds a person of each name; answers their ids in the same order."""

    def work(unit: Any) -> list[UserId]:
        ids = []
        for number, name in enumerate(names):
            user_id = unit.accounts.add(f"u{number}-{uuid4().hex[:8]}", "hash", unit.now())
            unit.profiles.add(Profile(user_id, name))
            ids.append(user_id)
        return ids

    return await store.transact(work)  # type: ignore[no-any-return]


def an_event(name: str = "Lecture", event_id: EventId = EVENT, starts_at: float = NOON) -> Event:
    """Makes an event of an hour, which person 1 created; puts it nowhere."""
    return Event(event_id, name, UserId(1), starts_at, starts_at + 3600, any_code())


async def add_event_with_places(store: Any, *names: str) -> list[UserId]:
    """Adds an event, a process, and these people, who have places in it but are no members yet.

    Answers their ids.
    """
    ids = await add_people(store, *names)

    def work(unit: Any) -> None:
        unit.events.add(an_event())
        unit.processes.put(Process(PROCESS, NOON, NOON))
        for user_id in ids:
            unit.places.make(EVENT, user_id)

    await store.transact(work)
    return ids


def join(unit: Any, event_id: EventId, user_id: UserId) -> None:
    """Has somebody join an event."""
    unit.places.make(event_id, user_id)
    unit.places.put(unit.places.lock(event_id, [user_id])[user_id].joined())


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


def a_connection(user_id: UserId, *, role: Role = Role.MARK_ME, session: str = "s") -> Connection:
    """Makes one with an id of its own, of the session that is named; puts it nowhere."""
    return Connection(ConnectionId(uuid4()), EVENT, user_id, role, PROCESS, SessionId(session))
