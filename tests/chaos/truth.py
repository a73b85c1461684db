"""What the store says, read past the service: rooms, the ledger, and people to play with."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from attendance_core.accounts import Credential, session_id_of
from tests.chaos.stage import Person


@dataclass(frozen=True, slots=True)
class Mark:
    """A line of the ledger."""

    event: str
    person: int
    marker: int
    at: float
    points: int


@dataclass(frozen=True)
class Kept:
    """What is kept in the end."""

    marks: list[Mark]
    ends_at: dict[str, float]  # events that are still there
    karma: dict[int, int]  # as the service tells it


async def _read(address: str, statement: str, *arguments: Any) -> list[Any]:
    """Also just after the server has come up."""
    for _ in range(50):
        try:
            connection = await asyncpg.connect(address)
            try:
                rows: list[Any] = await connection.fetch(statement, *arguments)
                return rows
            finally:
                await connection.close()
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await asyncio.sleep(0.1)
    raise AssertionError("the database does not answer")


async def people(address: str, count: int) -> list[Person]:
    """They have an account, a profile and a session, as if they had signed up."""
    connection = await asyncpg.connect(address)
    now = round(time.time() * 1_000_000)
    made = []
    try:
        async with connection.transaction():
            for number in range(count):
                name, token = f"chaos{number}", f"token of chaos{number}"
                user_id = await connection.fetchval(
                    "INSERT INTO accounts (username, username_key, password_hash, created_at)"
                    " VALUES ($1, $1, '', $2) RETURNING user_id",
                    name,
                    now,
                )
                await connection.execute(
                    "INSERT INTO profiles (user_id, display_name, name_key, bio)"
                    " VALUES ($1, $2, $2, '')",
                    user_id,
                    name,
                )
                await connection.execute(
                    "INSERT INTO sessions (session_id, user_id, credential, created_at, used_at)"
                    " VALUES ($1, $2, $3, $4, $4)",
                    session_id_of(token),
                    user_id,
                    Credential.COOKIE.value,
                    now,
                )
                made.append(Person(user_id, token))
    finally:
        await connection.close()
    return made


async def rooms(address: str, events: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Who waits, who is held and by whom, in each."""
    told: dict[str, dict[str, Any]] = {each: {"waiting": [], "held": {}} for each in events}
    rows = await _read(
        address,
        "SELECT event_id, user_id, held_by FROM places"
        " WHERE since IS NOT NULL AND event_id = ANY($1)",
        [UUID(each) for each in told],
    )
    for event_id, user_id, held_by in rows:
        room = told[str(event_id)]
        if held_by is None:
            room["waiting"].append(user_id)
        else:
            room["held"][str(user_id)] = held_by
    return told


async def ledger(address: str) -> list[Mark]:
    """Every mark there is."""
    rows = await _read(address, "SELECT event_id, user_id, marker_id, at, points FROM marks")
    return [Mark(str(e), p, m, at / 1_000_000, points) for e, p, m, at, points in rows]


async def ends(address: str) -> dict[str, float]:
    """When each event that is there ends."""
    rows = await _read(address, "SELECT event_id, ends_at FROM events")
    return {str(event_id): at / 1_000_000 for event_id, at in rows}
