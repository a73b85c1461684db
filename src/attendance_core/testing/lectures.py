"""A lecture over any store: an event that has begun, one process, people with a session each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from attendance_core.accounts import CredentialKind, Session
from attendance_core.building import build_use_cases
from attendance_core.events import Event
from attendance_core.marking.connections import Connection, Process, Role
from attendance_core.marking.places import Waiting
from attendance_core.marking.terms import Terms
from attendance_core.no_provider import NoIdentityProvider
from attendance_core.ports import Files, Ids, Unit
from attendance_core.profiles import Profile
from attendance_core.testing.clock import NOON
from attendance_core.testing.stand_ins import (
    CountedIds,
    DictFiles,
    PlainPasswords,
    UnchangedPictures,
    numbered_code,
)
from attendance_core.use_cases import UseCases
from attendance_core.vocabulary import ConnectionId, EventId, ProcessId, SessionId, UserId

EVENT = EventId(UUID(int=1))
PROCESS = ProcessId(UUID(int=2))


def use_cases(
    store: Any, ids: Ids | None = None, terms: Terms | None = None, files: Files | None = None
) -> UseCases:
    """Makes all of them over a store, with nothing slow or random about them."""
    return build_use_cases(
        transact=store.transact,
        observe=store.observe,
        browse=store.browse,
        files=files or DictFiles(),
        pictures=UnchangedPictures(),
        passwords=PlainPasswords(),
        ids=ids or CountedIds(),
        provider=NoIdentityProvider(),
        terms=terms or Terms(),
    )


def session_of(user_id: int) -> SessionId:
    """Names the session a person logs in with."""
    return SessionId(f"session of {user_id}")


def numbered_connection(
    number: int, user_id: int, role: Role, process_id: ProcessId = PROCESS
) -> Connection:
    """Makes one that is told from others by its number; puts it nowhere."""
    return Connection(
        ConnectionId(UUID(int=1_000_000 + number)),
        EVENT,
        UserId(user_id),
        role,
        process_id,
        session_of(user_id),
    )


@dataclass(frozen=True)
class Lecture:
    """People 1 and 2 mark; all others, from 3 on, wait."""

    store: Any
    do: UseCases
    markers: Sequence[Connection]
    waiting: Sequence[Connection]

    @classmethod
    def found(cls, store: Any, *, waiting: int) -> Lecture:
        """Finds the one that was begun in this store, or in what it is a copy of."""
        sockets = [
            numbered_connection(user_id, user_id, Role.MARKING if user_id < 3 else Role.MARK_ME)
            for user_id in range(1, waiting + 3)
        ]
        return cls(store, use_cases(store), sockets[:2], sockets[2:])

    @classmethod
    async def begun(cls, store: Any, *, waiting: int) -> Lecture:
        """Writes one into an empty store, in which so many wait."""
        lecture = cls.found(store, waiting=waiting)
        people = [UserId(number) for number in range(1, waiting + 3)]

        def work(unit: Any) -> None:
            for user_id in people:
                assert unit.accounts.add(f"u{user_id}", "hash of secret", NOON) == user_id
                unit.profiles.add(Profile(user_id, f"Person {user_id}"))
                session = Session(session_of(user_id), user_id, CredentialKind.COOKIE, NOON, NOON)
                unit.sessions.add(session)
            code = numbered_code(EVENT.int)
            unit.events.add(Event(EVENT, "Lecture", UserId(1), NOON - 60, NOON + 3600, code))
            unit.processes.put(Process(PROCESS, NOON, NOON - 3600))
            for user_id in people:
                unit.places.make(EVENT, user_id)
            for place in unit.places.lock(EVENT, people).values():
                state = Waiting(NOON) if place.user_id > 2 else None
                unit.places.put(place.changed(member=True, state=state))
            for connection in (*lecture.markers, *lecture.waiting):
                unit.connections.add(connection)

        await store.transact(work)
        return lecture

    async def place(self, user_id: int) -> Any:
        """Reads the place that a person has in the event."""
        found = await self.store.observe(lambda unit: unit.places.of(EVENT, [UserId(user_id)]))
        return found[0]

    async def connections(self, user_id: int) -> Sequence[Connection]:
        """Reads all that a person has in the event."""

        def look(unit: Unit) -> Sequence[Connection]:
            return unit.connections.of(EVENT, UserId(user_id))

        found: Sequence[Connection] = await self.store.observe(look)
        return found

    async def karma(self, user_id: int) -> int:
        """Reads what marks have paid a person, by the terms that hold unless told otherwise."""
        karma: int = await self.store.observe(
            lambda unit: unit.ledger.karma(UserId(user_id), Terms())
        )
        return karma
