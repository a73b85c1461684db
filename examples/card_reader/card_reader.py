"""Marks whoever waits and shows their card: one user id a line. `card_reader.py EVENT`."""

from __future__ import annotations

import asyncio
import os
import sys
from uuid import UUID

from attendance_web.client import Client, Marking, Refused


async def mark(marking: Marking, user_id: int) -> str:
    """Marks somebody who waits; answers what came of it."""
    try:
        await marking.prepare(user_id)
        await marking.confirm(user_id)
    except Refused as no:
        return "is not on the list" if no.code == "not_waiting" else f"is not marked: {no.text}"
    return "is marked"


async def main(event_id: str) -> None:
    """Reads one card after another, until there are no more."""
    url, token = os.environ["ATTENDANCE_URL"], os.environ["ATTENDANCE_TOKEN"]
    async with Client(url, token=token) as client, client.marking(UUID(event_id)) as marking:
        while line := await asyncio.to_thread(sys.stdin.readline):
            if line.strip().isdigit():
                user_id = int(line)
                print(user_id, await mark(marking, user_id), flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
