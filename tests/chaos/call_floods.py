"""Floods of calls, sound ones and slow ones, and of connections on which nothing is asked."""

from __future__ import annotations

import asyncio
import json
import random
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from io import BytesIO
from typing import Final
from urllib.parse import quote
from uuid import uuid4

from PIL import Image

from attendance_core.arguments import MAX_OFFSET
from attendance_core.events.codes import CODE_LENGTH, CODE_LETTERS
from tests.chaos.flood import PIECE_BYTES, Act, Connection, Flood, calls

BODY_BYTES: Final = 16 * 2**20


async def creates_events(connection: Connection) -> None:
    given = {"name": f"flood {uuid4().hex}", "time_from": 1_900_000_000, "time_to": 1_900_003_600}
    await connection.call("/api/events/CreateEvent", json.dumps(given).encode())


async def asks_friends(connection: Connection) -> None:
    given = {"user_id": connection.done.sent % 100_000 + 1}
    await connection.call("/api/friends/SendFriendRequest", json.dumps(given).encode())


async def logs_in(connection: Connection) -> None:
    given = {"username": f"n{uuid4().hex[:12]}", "password": "correct horse battery"}
    await connection.call("/accounts/login/", json.dumps(given).encode(), logged_in=False)


async def signs_up(connection: Connection) -> None:
    given = {"username": f"n{uuid4().hex[:12]}", "password": "correct horse battery"}
    await connection.call("/accounts/signup/", json.dumps(given).encode(), logged_in=False)


def uploads(image: Callable[[], bytes]) -> Act:
    """Makes an act that uploads a picture of one's own, as a form."""
    begins = b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\na\r\n'
    begins += b'--b\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n'
    media = "multipart/form-data; boundary=b"

    async def act(connection: Connection) -> None:
        await connection.call(PICTURE, begins + image() + b"\r\n--b--\r\n", media=media)

    return act


def no_picture() -> bytes:
    """Makes as many bytes as a picture may have."""
    return b"a" * 10 * 2**20


@cache
def many_pixels() -> bytes:
    """Makes a file of some bytes, and 40 megapixels."""
    file = BytesIO()
    Image.new("RGB", (8000, 5000)).save(file, "WEBP", lossless=True, quality=0, method=0)
    return file.getvalue()


def begins_body(path: str, length: int) -> Act:
    """Makes an act that sends the head of a call, whose body is still to come."""
    headers = f"Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    return lambda connection: connection.say(
        connection.foothold.head("POST", path, headers=headers) + b'{"image":"'
    )


async def says_a_byte(connection: Connection) -> None:
    await connection.say(b"a")
    await asyncio.sleep(1.0)


async def fills_and_waits(connection: Connection) -> None:
    """Sends all of a large body but its last piece, and then nothing."""
    for _ in range(BODY_BYTES // PIECE_BYTES - 2):
        await connection.say(b"a" * PIECE_BYTES)
    await connection.stays()


async def asks_and_reads_nothing(connection: Connection) -> None:
    await connection.say(connection.foothold.head("GET", "/api/events/GetEvents") + b"\r\n")
    await asyncio.sleep(1.0)


def leaves(path: str, *, logged_in: bool = True) -> Act:
    """Makes an act of a call whose connection is closed before it is answered."""

    async def act(connection: Connection) -> None:
        await connection.say(connection.foothold.head("GET", path, logged_in=logged_in) + b"\r\n")
        raise EOFError

    return act


async def leaves_at_once(connection: Connection) -> None:
    raise EOFError


async def idles(connection: Connection) -> None:
    await connection.stays()
    raise EOFError  # it was cut: there is to be another one


async def asks_for_qr_code(connection: Connection) -> None:
    await connection.call(f"/events/{connection.foothold.event_id}/qr.svg", logged_in=False)


async def asks_for_qr_codes_of_other_hosts(connection: Connection) -> None:
    """Asks for a QR code that nobody has asked for: each Host has its own."""
    connection.foothold = replace(connection.foothold, host=f"{uuid4().hex}.test")
    await asks_for_qr_code(connection)


async def guesses_event_codes(connection: Connection) -> None:
    """Guesses the code of an event."""
    code = "".join(random.choices(CODE_LETTERS, k=CODE_LENGTH))
    await connection.call(f"/e/{code}", logged_in=False)


async def loads_a_file(connection: Connection) -> None:
    """Asks for one file of the page, again and again."""
    await connection.say(connection.foothold.head("GET", "/", logged_in=False) + b"\r\n")
    (file, *_) = re.findall(rb"/static/[^\"]+\.js", await connection.answer())
    while True:
        await connection.call(file.decode(), logged_in=False)


async def looks_for_pictures(connection: Connection) -> None:
    await connection.call(f"/pictures/{uuid4().hex}.png", logged_in=False)


PICTURE: Final = "/api/profile/UpdateProfilePicture"
PROFILE: Final = "/api/profile/GetProfile?user_id=1"
NAME_PART: Final = quote("ивано")
CALL_FLOODS: Final[dict[str, Flood]] = {
    "get-profile": Flood("GetProfile", calls(PROFILE)),
    "left-calls": Flood("GetProfile, left at once", leaves(PROFILE), 50),
    "left-pages": Flood("the page, of nobody, left at once", leaves("/", logged_in=False), 50),
    "left-connections": Flood("connections that are left at once", leaves_at_once, 50),
    "anonymous-calls": Flood(
        "GetCurrentUserId of nobody", calls("/api/auth/GetCurrentUserId", logged_in=False), 300
    ),
    "find-people": Flood(
        "FindByName among 100 000",
        calls(f"/api/profile/FindByName?display_name_part={NAME_PART}"),
        needs_crowded_database=True,
    ),
    "find-events": Flood(
        "GetEvents by name, of nobody",
        calls(f"/api/events/GetEvents?name={NAME_PART}", logged_in=False),
        200,
        needs_crowded_database=True,
    ),
    "deep": Flood(
        "GetEvents by name, far down the list, of nobody",
        calls(f"/api/events/GetEvents?name={quote('ов-')}&offset={MAX_OFFSET}", logged_in=False),
        200,
        needs_crowded_database=True,
    ),
    "all-events": Flood(
        "GetEvents of 50 000", calls("/api/events/GetEvents"), 8, needs_crowded_database=True
    ),
    "all-events-of-nobody": Flood(
        "GetEvents of 50 000, of nobody",
        calls("/api/events/GetEvents", logged_in=False),
        50,
        needs_crowded_database=True,
    ),
    "create-events": Flood("CreateEvent", creates_events),
    "friend-requests": Flood("SendFriendRequest", asks_friends),
    "pictures": Flood("pictures of 10 MiB that are none", uploads(no_picture), 8),
    "pixels": Flood("small pictures of 40 megapixels", uploads(many_pixels), 8),
    "log-ins": Flood("log-ins of unknown names", logs_in, 1000),
    "sign-ups": Flood("sign-ups", signs_up, 50),
    "slow-bodies": Flood(
        "bodies of a byte a second",
        says_a_byte,
        1000,
        begins_body("/api/friends/RemoveFriend", 9999),
    ),
    "unfinished": Flood(
        "bodies of 16 MiB without their end", fills_and_waits, 100, begins_body(PICTURE, BODY_BYTES)
    ),
    "slow-readers": Flood(
        "GetEvents whose answer is not read",
        asks_and_reads_nothing,
        50,
        needs_crowded_database=True,
    ),
    "idle": Flood("connections that say nothing", idles, 5000),
    "codes": Flood("QR codes", asks_for_qr_code, 100),
    "other-codes": Flood("QR codes of ever other hosts", asks_for_qr_codes_of_other_hosts, 100),
    "unknown-codes": Flood("events by codes that are none", guesses_event_codes, 100),
    "page-files": Flood("a file of the page, of nobody", loads_a_file, 300),
    "no-pictures": Flood("pictures that there are not", looks_for_pictures, 300),
    "health": Flood("/health/ready", calls("/health/ready", logged_in=False), 100),
}
