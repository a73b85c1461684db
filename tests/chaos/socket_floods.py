"""Floods of those who open sockets, and of what they say there."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import suppress
from dataclasses import replace
from itertools import count
from typing import Final
from uuid import uuid4

from tests.chaos.flood import GOODBYE, KEYS, PIECE_BYTES, Act, Connection, Flood

PREPARE: Final = json.dumps({"message": "prepare_to_mark", "params": {"user_id": 1}}).encode()
UNKNOWN: Final = b'{"message":"no such thing"}'
FRAME_EVERY: Final = 1 / 19  # seconds. Contract: 6.11, more would end the socket
PING: Final = b"\x89\x80\0\0\0\0"
FRAMES_AT_ONCE: Final = 60  # Contract: 6.11
SOCKETS_AN_EVENT: Final = 16  # of one person. Contract: 1.10
OPTIONS, HEADERS = 4000, 7  # of a header, and headers: all that a head may have
LASTS_SECONDS: Final = 3600


async def opens_and_cuts(connection: Connection) -> None:
    await connection.opens("mark_me")
    connection.writer.transport.abort()


async def opens_and_leaves(connection: Connection) -> None:
    await connection.opens("marking")
    await connection.say(GOODBYE)
    await connection.stays()


async def begins_to_open(connection: Connection) -> None:
    """Does not wait to be told that it is not logged in, and is back at once."""
    path = f"/ws/marking?event_id={connection.foothold.event_id}"
    headers = f"Upgrade: websocket\r\nConnection: Upgrade\r\n{KEYS}\r\n"
    await connection.say(connection.foothold.head("GET", path, logged_in=False, headers=headers))
    raise EOFError


async def opens_of_nobody(connection: Connection) -> None:
    """Is told so, and is back at once."""
    with suppress(EOFError):
        await begins_to_open(connection)
    connection.done.note(await connection.reader.readuntil(b"\r\n\r\n"))
    await connection.reader.read(PIECE_BYTES)
    raise EOFError


async def opens_with_options(connection: Connection) -> None:
    """Opens as `opens_of_nobody` does, with a head that takes long to read."""
    path = f"/ws/marking?event_id={connection.foothold.event_id}"
    options = f"Connection: Upgrade{',a' * OPTIONS}\r\n" * HEADERS
    headers = f"Upgrade: websocket\r\n{options}{KEYS}\r\n"
    await connection.say(connection.foothold.head("GET", path, logged_in=False, headers=headers))
    connection.done.note(await connection.reader.readuntil(b"\r\n\r\n"))
    await connection.reader.read(PIECE_BYTES)
    raise EOFError


async def pings_and_leaves(connection: Connection) -> None:
    """Sends all that a new socket may send at once, and goes."""
    await connection.opens("marking")
    await connection.say(PING * FRAMES_AT_ONCE)
    await connection.reader.read(PIECE_BYTES)
    raise EOFError


async def becomes_marker(connection: Connection) -> None:
    await connection.opens("marking")


def says(text: bytes) -> Act:
    """Makes an act of the same frame again and again, as often as a socket may."""

    async def act(connection: Connection) -> None:
        await connection.say_frame(text)
        await connection.reader.read(PIECE_BYTES)
        await asyncio.sleep(FRAME_EVERY)

    return act


async def new_event(connection: Connection) -> str:
    """Makes one that is on; answers its id."""
    now = int(time.time())
    given = {"name": f"flood {uuid4().hex}", "time_from": now - 60, "time_to": now + LASTS_SECONDS}
    told = await connection.post("/api/events/CreateEvent", **given)
    return str(told["response"]["event_id"])


def enters_rooms() -> Act:
    """Makes an act that opens as many sockets in each of many events as a person may have."""
    asked, events = count(), list[asyncio.Task[str]]()

    async def act(connection: Connection) -> None:
        if next(asked) % SOCKETS_AN_EVENT == 0:
            events.append(asyncio.create_task(new_event(connection)))
            # Where the service has gone meanwhile, whoever waits for it is told so
            events[-1].add_done_callback(lambda made: made.cancelled() or made.exception())
        event_id = await asyncio.shield(events[-1])
        connection.foothold = replace(connection.foothold, event_id=event_id)
        await connection.opens("marking")

    return act


async def opens_another_room(connection: Connection) -> None:
    """Opens a socket in an event of its own, of which nothing is read any more."""
    foothold = replace(connection.foothold, event_id=await new_event(connection))
    there = await Connection(foothold, connection.done).__aenter__()
    connection.leaves_open.append(there)
    await there.opens("marking")


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


WAITING_FLOOD: Final = Flood("who waits and hears news", waits)
SITTING_FLOOD: Final = Flood("who is there to mark", sits_to_mark)
SOCKET_FLOODS: Final[dict[str, Flood]] = {
    "openings": Flood("openings, cut at once", opens_and_cuts, 100),
    "open-and-leave": Flood("openings with a goodbye", opens_and_leaves, 16),
    "openings-of-nobody": Flood("openings without a log-in", opens_of_nobody, 100),
    "cut-openings-of-nobody": Flood("the same, cut at once", begins_to_open, 100),
    "long-handshakes": Flood("the same, with 28 000 options", opens_with_options, 100),
    "ping-bursts": Flood("sixty pings on each of ever new sockets", pings_and_leaves, 100),
    "commands": Flood("commands that are refused", says(PREPARE), 16, becomes_marker),
    "frames": Flood(
        "messages that there are not, in 20 events; most sockets are refused",
        says(UNKNOWN),
        320,
        enters_rooms(),
    ),
    "unread-rooms": Flood("sockets in ever more events, unread", opens_another_room, 16),
    "news": Flood("openings that 300 hear of", comes_and_goes, 8, waiting=300),
    "asking": Flood("openings that 300 markers hear of", comes_and_goes, 16, marking=300),
}
