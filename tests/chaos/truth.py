"""What the store says, read past the service: rooms, the ledger, and people to play with."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import asyncpg

from attendance_core.accounts import CredentialKind, session_id_of
from tests.support.gathering import Person


@dataclass(frozen=True, slots=True)
class Mark:
    """A line of the ledger."""

    event: str
    person: int
    marker: int
    at: float


@dataclass(frozen=True)
class Kept:
    """What is kept in the end."""

    marks: list[Mark]
    ends_at: dict[str, float]  # events that are still there
    karma: dict[int, int]  # as the service tells it


class Access(Protocol):
    """A way to a database, in statements whose arguments are $1, $2 and so on."""

    async def read(self, statement: str, *arguments: Any) -> list[Any]:
        """What a SELECT finds."""

    async def write(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        """One statement for each row of arguments, all or none."""


class PostgresAccess:
    """Read also just after the server has come up."""

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
    """As SQLite has them: $1 is a name, and an UUID is kept as its digits."""
    return {
        str(number): each.hex if isinstance(each, UUID) else each
        for number, each in enumerate(arguments, start=1)
    }


class Database:
    """What is kept, in words of the run."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def people(self, count: int) -> list[Person]:
        """They have an account, a profile and a session, as if they had signed up."""
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
            "INSERT INTO sessions (session_id, user_id, credential, created_at, used_at)"
            " VALUES ($1, $2, $3, $4, $4)",
            [
                (session_id_of(each.token), each.user_id, CredentialKind.COOKIE.value, now)
                for each in made
            ],
        )
        return made

    async def rooms(self, events: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Who waits, who is held and by whom, in each."""
        told: dict[str, dict[str, Any]] = {each: {"waiting": [], "held": {}} for each in events}
        if not told:
            return told
        asked = ", ".join(f"${number}" for number in range(1, len(told) + 1))
        rows = await self._access.read(
            "SELECT event_id, user_id, held_by FROM places"
            f" WHERE since IS NOT NULL AND event_id IN ({asked})",
            *(UUID(each) for each in told),
        )
        for event_id, user_id, held_by in rows:
            room = told[_text(event_id)]
            if held_by is None:
                room["waiting"].append(user_id)
            else:
                room["held"][str(user_id)] = held_by
        return told

    async def ledger(self) -> list[Mark]:
        """Every mark there is."""
        rows = await self._access.read(
            "SELECT event_id, user_id, actor_id, at FROM ledger WHERE origin = 'hold'"
        )
        return [Mark(_text(e), p, m, at / 1_000_000) for e, p, m, at in rows]

    async def ends(self) -> dict[str, float]:
        """When each event that is there ends."""
        rows = await self._access.read("SELECT event_id, ends_at FROM events")
        return {_text(event_id): at / 1_000_000 for event_id, at in rows}


def _text(event_id: Any) -> str:
    """As it goes over the wire."""
    return str(UUID(str(event_id)))
