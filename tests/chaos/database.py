"""The database of a run, reached past the service: people to play with, and what is kept."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final, Protocol
from uuid import UUID

import asyncpg

from attendance_core.accounts import CredentialKind, session_id_of
from tests.chaos.kept import EntryKey, KeptEvent, LedgerRow, OldMark
from tests.support.gathering import Person

PEOPLE_A_TICK: Final = 4  # one of so many has one


class Access(Protocol):
    """A way to a database, in statements whose arguments are $1, $2 and so on."""

    async def read(self, statement: str, *arguments: Any) -> list[Any]:
        """Answers what a SELECT finds."""

    async def write(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        """Runs one statement for each row of arguments, all or none."""


class PostgresAccess:
    """Reads also just after the server has come up."""

    def __init__(self, address: str) -> None:
        self._address = address

    async def read(self, statement: str, *arguments: Any) -> list[Any]:
        for _ in range(50):
            try:
                connection = await asyncpg.connect(self._address)
                try:
                    rows: list[Any] = await connection.fetch(statement, *arguments)
                    return rows
                finally:
                    await connection.close()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await asyncio.sleep(0.1)
        raise AssertionError("the database does not answer")

    async def write(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        connection = await asyncpg.connect(self._address)
        try:
            await connection.executemany(statement, rows)
        finally:
            await connection.close()


class SqliteAccess:
    """The file that the one process of the service writes to."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def read(self, statement: str, *arguments: Any) -> list[Any]:
        with closing(sqlite3.connect(self._path)) as connection:
            return connection.execute(statement, _named(arguments)).fetchall()

    async def write(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        with closing(sqlite3.connect(self._path)) as connection, connection:
            connection.executemany(statement, [_named(each) for each in rows])


def _named(arguments: Sequence[Any]) -> dict[str, Any]:
    """Puts them as SQLite has them: $1 is a name, and an UUID is kept as its digits."""
    return {
        str(number): each.hex if isinstance(each, UUID) else each
        for number, each in enumerate(arguments, start=1)
    }


def has_tick(user_id: int) -> bool:
    """Tells who of those that are made is known by their scan."""
    return user_id % PEOPLE_A_TICK == 0


class Database:
    """Adds people, and reads what is kept, in words of the run."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def add_people(self, count: int) -> list[Person]:
        """Adds so many, with an account, a profile and a session, as if they had signed up."""
        now = round(time.time() * 1_000_000)
        names = {number: f"chaos{number}" for number in range(1, count + 1)}
        made = [Person(number, f"token of {name}") for number, name in names.items()]
        await self._access.write(
            "INSERT INTO accounts (user_id, username, username_key, password_hash, created_at)"
            " VALUES ($1, $2, $2, '', $3)",
            [(number, name, now) for number, name in names.items()],
        )
        await self._access.write(
            "INSERT INTO profiles (user_id, display_name, name_key, bio) VALUES ($1, $2, $2, '')",
            list(names.items()),
        )
        await self._access.write(
            "INSERT INTO scans (user_id, file, uploaded_at, state, judged_at)"
            " VALUES ($1, '', $2, 'approved', $2)",
            [(number, now) for number in names if has_tick(number)],
        )
        await self._access.write(
            "INSERT INTO sessions (session_id, user_id, credential, created_at, used_at)"
            " VALUES ($1, $2, $3, $4, $4)",
            [
                (session_id_of(each.token), each.user_id, CredentialKind.COOKIE.value, now)
                for each in made
            ],
        )
        return made

    async def rooms(self, events: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Reads who waits, who is held and by whom, who is there to mark, and what each is."""
        rooms: dict[str, dict[str, Any]] = {}
        event_ids = [UUID(each) for each in events]
        if not event_ids:
            return rooms
        among = "event_id IN (" + ", ".join(f"${n}" for n in range(1, len(event_ids) + 1)) + ")"
        for event_id, name, starts_at, ends_at in await self._access.read(
            f"SELECT event_id, name, starts_at, ends_at FROM events WHERE {among}", *event_ids
        ):
            times = {"time_from": starts_at // 1_000_000, "time_to": ends_at // 1_000_000}
            rooms[_text(event_id)] = {
                **{"waiting": [], "held": {}, "order": [], "markers": []},
                "is": {"name": name, **times},
            }
        for event_id, user_id, held_by in await self._access.read(
            "SELECT event_id, user_id, held_by FROM places"
            f" WHERE since IS NOT NULL AND {among} ORDER BY since, user_id",
            *event_ids,
        ):
            if room := rooms.get(_text(event_id)):
                room["order"].append(user_id)
                if held_by is None:
                    room["waiting"].append(user_id)
                else:
                    room["held"][str(user_id)] = held_by
        for event_id, user_id in await self._access.read(
            "SELECT DISTINCT event_id, user_id FROM connections"
            f" WHERE role = 'marking' AND {among} ORDER BY user_id",
            *event_ids,
        ):
            if room := rooms.get(_text(event_id)):
                room["markers"].append(user_id)
        return rooms

    async def ledger(self) -> list[LedgerRow]:
        """Reads every entry there is."""
        rows = await self._access.read(
            "SELECT event_id, user_id, n, actor_id, at, origin, person_checked, reason FROM ledger"
        )
        return [
            LedgerRow(_text(e), person, n, actor, at / 1_000_000, origin, bool(checked), reason)
            for e, person, n, actor, at, origin, checked, reason in rows
        ]

    async def last_entries(self) -> list[EntryKey]:
        """Reads the number of everybody's last entry, as their place has it."""
        rows = await self._access.read("SELECT event_id, user_id, last_n FROM places")
        return [EntryKey(_text(event_id), person, n) for event_id, person, n in rows if n]

    async def old_marks(self) -> list[OldMark]:
        """Reads the standing marks, as the version before sees them."""
        rows = await self._access.read("SELECT event_id, user_id, marker_id FROM marks")
        return [OldMark(_text(event_id), person, marker) for event_id, person, marker in rows]

    async def events(self) -> dict[str, KeptEvent]:
        """Reads every event that is there."""
        helping: dict[str, list[int]] = {}
        for event_id, helper in await self._access.read("SELECT event_id, user_id FROM helpers"):
            helping.setdefault(_text(event_id), []).append(helper)
        rows = await self._access.read(
            "SELECT event_id, name, starts_at, ends_at, creator_id, who_marks FROM events"
        )
        return {
            _text(e): KeptEvent(
                name,
                starts_at / 1_000_000,
                ends_at / 1_000_000,
                creator,
                who_marks,
                helping.get(_text(e), []),
            )
            for e, name, starts_at, ends_at, creator, who_marks in rows
        }


def _text(event_id: Any) -> str:
    """Spells it as it goes over the wire."""
    return str(UUID(str(event_id)))
