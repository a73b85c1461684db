"""Floods of those who watch the counts of an event, or guess the link of a board."""

from __future__ import annotations

import asyncio
import secrets
from typing import Final

from tests.chaos.flood import ANSWER_SECONDS, PIECE_BYTES, Connection, Flood

WATCH: Final = "/api/events/WatchAttendance"


async def watches_and_cuts(connection: Connection) -> None:
    """Opens a stream and cuts it once it tells something; reads a refusal."""
    event_id = connection.foothold.event_id
    head = connection.foothold.head("GET", f"{WATCH}?event_id={event_id}")
    await connection.say(head + b"\r\n")
    async with asyncio.timeout(ANSWER_SECONDS):
        answer = await connection.reader.readuntil(b"\r\n\r\n")
        connection.done.note(answer)
        await connection.reader.read(PIECE_BYTES)
    if b"text/event-stream" in answer:
        raise EOFError


async def stays_watching(connection: Connection) -> None:
    """Reads a stream as long as it lasts; most are refused."""
    await connection.call(f"{WATCH}?event_id={connection.foothold.event_id}")


async def guesses_secrets(connection: Connection) -> None:
    """Guesses the link of a board."""
    headers = f"Authorization: Board {secrets.token_urlsafe(32)}\r\n\r\n"
    await connection.say(connection.foothold.head("GET", WATCH, logged_in=False, headers=headers))
    await connection.answer()


WATCHING_FLOODS: Final[dict[str, Flood]] = {
    "cut-streams": Flood("WatchAttendance, cut at once", watches_and_cuts, 100),
    "streams": Flood("WatchAttendance, 16 and many refused", stays_watching, 300),
    "board-secrets": Flood("WatchAttendance by secrets that are none", guesses_secrets, 100),
}
