"""Marks whom the head of a group names in a chat: a bot beside a service, over its PostgreSQL.

`group_bot.py EVENT HEADS`: a line of HEADS is the chat's id of a head, and their name. Here the
chat is a terminal, and a message one line: who writes, and the user id of whom they mark.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

from attendance_adapters import Attendance, connect
from attendance_core import EventId, Refusal, Unavailable, UserId

CHAT = "https://chat.example"  # vouches for whoever writes; never change it

MAX_DIGITS = 18  # of a user id that a database can hold


def beside_the_service() -> Attendance:
    """Uses what the service uses; it opens no socket, so it needs no heartbeat."""
    return connect(
        os.environ["ATTENDANCE_DATABASE_URL"],
        files_url="memory://",
        notifier_url=os.environ["ATTENDANCE_NOTIFIER_URL"],  # by which the service hears of a mark
        heartbeat=False,
    )


async def answer(
    service: Attendance, heads: Mapping[str, str], event_id: EventId, sender: str, text: str
) -> str:
    """Marks somebody for a head; answers what came of it. This is what a framework would call."""
    if sender not in heads:
        return "I do not know you"
    if not text.isdecimal() or len(text) > MAX_DIGITS:
        return "write the number of whom you mark"
    try:
        head = await service.use_cases.admit(
            issuer=CHAT, subject=sender, display_name=heads[sender]
        )
        outcome = await service.use_cases.mark_at_once(
            actor=head.user_id, event_id=event_id, user_id=UserId(int(text))
        )
    except Refusal as no:
        return no.text("en")
    except Unavailable as later:  # it may have been done, and may be said again
        return later.text("en")
    return f"marked, {outcome.paid} karma" if outcome.changed else "is marked already"


async def main(event: str, heads_file: str) -> None:
    """Answers one message after another, until there are no more."""
    lines = Path(heads_file).read_text(encoding="utf-8").splitlines()
    heads = dict(line.split(maxsplit=1) for line in lines if line.strip())
    async with beside_the_service() as service:
        while line := await asyncio.to_thread(sys.stdin.readline):
            sender, _, text = line.strip().partition(" ")
            said = await answer(service, heads, EventId(UUID(event)), sender, text)
            print(said, flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
