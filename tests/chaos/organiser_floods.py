"""Floods of those who organise an event of their own, or wait there to hear what becomes of it."""

from __future__ import annotations

import asyncio
import random
import secrets
import time
from typing import Final
from uuid import uuid4

from attendance_core.arguments import MAX_OFFSET
from attendance_core.events.codes import CODE_LENGTH, CODE_LETTERS
from tests.chaos.flood import ANSWER_SECONDS, GOODBYE, PIECE_BYTES, Connection, Flood

EVENTS: Final = "/api/events/"
WATCH: Final = EVENTS + "WatchAttendance"
ENTRIES: Final = 50_000  # of the ledger of a large event
WHO_MARKS: Final = ("organisers", "everybody")
LASTS_SECONDS: Final = 3600


async def corrects(connection: Connection) -> None:
    """Marks somebody by hand, and annuls that."""
    user_id, _ = connection.foothold.others[0]
    about = {"event_id": connection.foothold.event_id, "user_id": user_id}
    marked = await connection.post(EVENTS + "MarkParticipant", **about)
    n = (marked.get("response") or {}).get("n", 1)  # who has no turn is told no number
    await connection.post(EVENTS + "AnnulMark", **about, n=n, reason="other")


async def changes(connection: Connection) -> None:
    """Has the event be another, and its markers left out and let in; that mostly is refused."""
    given = {"name": f"flood {uuid4().hex}", "time_to": int(time.time()) + LASTS_SECONDS}
    who = WHO_MARKS[connection.done.sent // 2 % len(WHO_MARKS)]
    about = {"event_id": connection.foothold.event_id}
    await connection.post(EVENTS + "UpdateEvent", **about, **given)
    await connection.post(EVENTS + "UpdateEvent", **about, who_marks=who)


async def helps(connection: Connection) -> None:
    """Names a helper, and removes them."""
    user_id, _ = connection.foothold.others[0]
    about = {"event_id": connection.foothold.event_id, "user_id": user_id}
    await connection.post(EVENTS + "AddHelper", **about)
    await connection.post(EVENTS + "RemoveHelper", **about)


def ledger_flood(page: str) -> Flood:
    """Makes a flood of those who read the ledger of a large event."""

    async def act(connection: Connection) -> None:
        event_id = connection.foothold.event_id
        await connection.call(f"{EVENTS}GetLedger?event_id={event_id}{page}")

    return Flood(f"GetLedger of 50 000 entries{page}", act, entries=ENTRIES)


async def exports(connection: Connection) -> None:
    """Asks for a workbook of 10 000 people, each of whom has two annulled marks."""
    event_id = connection.foothold.event_id
    await connection.call(f"{EVENTS}ExportAttendance?event_id={event_id}&format=xlsx")


async def leaves_exports(connection: Connection) -> None:
    """Asks as `exports` does, and waits for nothing; others come as soon as it is begun."""
    path = f"{EVENTS}ExportAttendance?event_id={connection.foothold.event_id}&format=xlsx"
    await connection.say(connection.foothold.head("GET", path) + b"\r\n")
    await asyncio.sleep(0.05)
    raise EOFError


async def takes_along(connection: Connection) -> None:
    """Asks for all that is kept of the attacker, who has made many entries; most are refused."""
    await connection.call("/accounts/data/", b"{}")


async def comes_and_goes(connection: Connection) -> None:
    """Gives everybody who waits another position each time."""
    await connection.opens("mark_me", news=True)
    await connection.say(GOODBYE)
    await connection.stays()


async def waits(connection: Connection) -> None:
    """Hears the news."""
    await connection.opens("mark_me", news=True)
    await connection.stays()


async def sits_to_mark(connection: Connection) -> None:
    """Hears who asks to be marked, and who leaves."""
    await connection.opens("marking")
    await connection.stays()


async def guesses(connection: Connection) -> None:
    """Guesses the code of an event."""
    code = "".join(random.choices(CODE_LETTERS, k=CODE_LENGTH))
    await connection.call(f"/e/{code}", logged_in=False)


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


WAITING_FLOOD: Final = Flood("who waits and hears news", waits)
SITTING_FLOOD: Final = Flood("who is there to mark", sits_to_mark)
ORGANISER_FLOODS: Final[dict[str, Flood]] = {
    "corrections": Flood("MarkParticipant and AnnulMark", corrects),
    "ledger": ledger_flood(""),
    "ledger-deep": ledger_flood(f"&limit=100&offset={MAX_OFFSET}"),
    "exports": Flood("ExportAttendance of 10 000 rows", exports, entries=ENTRIES),
    "left-exports": Flood(
        "ExportAttendance of 10 000 rows, left at once", leaves_exports, 50, entries=ENTRIES
    ),
    "zips": Flood("DownloadData of 50 000 entries, and refused", takes_along, entries=ENTRIES),
    "changes": Flood("UpdateEvent", changes),
    "helpers": Flood("AddHelper and RemoveHelper", helps),
    "news": Flood("openings that 300 hear of", comes_and_goes, 8, waiting=300),
    "asking": Flood("openings that 300 markers hear of", comes_and_goes, 16, marking=300),
    "heard-changes": Flood("UpdateEvent that 300 hear of", changes, waiting=300),
    "unknown-codes": Flood("events by codes that are none", guesses, 100),
    "cut-streams": Flood("WatchAttendance, cut at once", watches_and_cuts, 100),
    "streams": Flood("WatchAttendance, 16 and many refused", stays_watching, 300),
    "board-secrets": Flood("WatchAttendance by secrets that are none", guesses_secrets, 100),
}
