"""Floods of those who ask for what is large, and read none of it, or all as fast as they can."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import Awaitable, Callable
from functools import cache
from io import BytesIO
from typing import Final, cast

from PIL import Image

from attendance_core.pieces import MAX_PIECE
from attendance_web.wire.urls import OWN_SCAN_PATH
from tests.chaos.flood import ANSWER_SECONDS, Act, Connection, Flood

RECEIVE_BUFFER_BYTES: Final = 4096  # that the system of whoever reads nothing keeps for them
PICTURE: Final = "/api/profile/UpdateProfilePicture"
SCAN: Final = "/api/profile/UploadProfileConfirmation"
Ask = Callable[..., Awaitable[None]]  # on a connection, for a path, ``logged_in`` or not
PICTURE_SIDE, SCAN_SIDE = 1024, 1780  # pixels: 4 MiB of one, 9 of the other


@cache
def noise(side: int, mode: str) -> bytes:
    """Makes a picture that cannot be packed, as a PNG."""
    pixels, file = os.urandom(side * side * len(mode)), BytesIO()
    Image.frombytes(mode, (side, side), pixels).save(file, "PNG", compress_level=0)
    return file.getvalue()


async def hands_in(connection: Connection, path: str, image: bytes) -> None:
    """Uploads it, as a form."""
    begins = b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\na\r\n'
    begins += b'--b\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n'
    media = "multipart/form-data; boundary=b"
    await connection.call(path, begins + image + b"\r\n--b--\r\n", media=media)


async def gets(connection: Connection, path: str) -> dict[str, object]:
    """Makes a call; answers what it tells."""
    await connection.say(connection.foothold.head("GET", path) + b"\r\n")
    told: dict[str, object] = json.loads(await connection.answer())["response"]
    return told


async def new_scan(connection: Connection) -> str:
    """Hands in a scan of one's own; answers its address."""
    await hands_in(connection, SCAN, noise(SCAN_SIDE, "RGB"))
    return OWN_SCAN_PATH


async def new_picture(connection: Connection) -> str:
    """Sets one's picture; answers its address."""
    await hands_in(connection, PICTURE, noise(PICTURE_SIDE, "RGBA"))
    me = await gets(connection, "/api/auth/GetCurrentUserId")
    profile = await gets(connection, f"/api/profile/GetProfile?user_id={me['user_id']}")
    return str(profile["pic"])


async def reads_nothing(connection: Connection, path: str, *, logged_in: bool) -> None:
    """Asks, has the system take next to nothing of the answer, and reads nothing."""
    transport = cast(asyncio.Transport, connection.writer.transport)
    transport.get_extra_info("socket").setsockopt(
        socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES
    )
    await connection.say(connection.foothold.head("GET", path, logged_in=logged_in) + b"\r\n")
    transport.pause_reading()
    await asyncio.sleep(ANSWER_SECONDS)
    raise EOFError


def asks_unread(path: str) -> Act:
    """Makes an act of the same call of nobody again and again, unread."""
    return lambda connection: reads_nothing(connection, path, logged_in=False)


async def reads_all(connection: Connection, path: str, *, logged_in: bool) -> None:
    """Asks, and reads the whole answer."""
    await connection.call(path, logged_in=logged_in)


def asks_for(
    makes: Callable[[Connection], Awaitable[str]], *, logged_in: bool, ask: Ask = reads_nothing
) -> Act:
    """Makes an act that asks for what one of the connections has made before."""
    making: list[asyncio.Task[str]] = []

    async def make(connection: Connection) -> str:
        async with Connection(connection.foothold, connection.done) as another:
            return await makes(another)

    async def act(connection: Connection) -> None:
        if not making:
            making.append(asyncio.create_task(make(connection)))
        await ask(connection, await asyncio.shield(making[0]), logged_in=logged_in)

    return act


@cache
def large_bodies() -> list[tuple[bytes, str]]:
    """Makes bodies whose picture has to be decoded: Base64, escaped letters, percent signs."""
    begins, ends, media = b'{"name": "a", "image": "', b'"}', "application/json"
    return [
        (begins + b"A" * (13 * 2**20) + ends, media),
        (begins + b"\\u0041" * (2 * 2**20) + ends, media),
        (b"name=a&image=" + b"%41" * (5 * 2**20), "application/x-www-form-urlencoded"),
    ]


async def uploads_encoded(connection: Connection) -> None:
    """Uploads what is no picture once it is decoded, each time in another way."""
    body, media = large_bodies()[connection.done.sent % len(large_bodies())]
    await connection.call(PICTURE, body, media=media)


LARGE_FLOODS: Final[dict[str, Flood]] = {
    "encoded-uploads": Flood("pictures of 10 MiB as JSON and as forms", uploads_encoded, 12),
    "unread-scans": Flood(
        "one's own scan of 9 MiB, unread", asks_for(new_scan, logged_in=True), 200
    ),
    "unread-pictures": Flood(
        "a picture of 4 MiB, of nobody, unread", asks_for(new_picture, logged_in=False), 600
    ),
    "pictures-at-once": Flood(
        "a picture of 4 MiB, of nobody, all read",
        asks_for(new_picture, logged_in=False, ask=reads_all),
        300,
    ),
    "unread-lists": Flood(
        "GetEvents of nobody, unread",
        asks_unread(f"/api/events/GetEvents?limit={MAX_PIECE - 1}"),
        3000,
        needs_crowded_database=True,
    ),
}
