"""Floods of those who organise an event of their own, and take along what was recorded there."""

from __future__ import annotations

import asyncio
import time
from typing import Final
from uuid import uuid4

from attendance_core.arguments import MAX_OFFSET
from tests.chaos.flood import Connection, Flood

EVENTS: Final = "/api/events/"
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
    "heard-changes": Flood("UpdateEvent that 300 hear of", changes, waiting=300),
}
