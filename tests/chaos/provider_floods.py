"""Floods of those who log in by the university, or say that they come back from there."""

from __future__ import annotations

import asyncio
import re
import secrets
from typing import Final
from urllib.parse import urlsplit

from attendance_web.oidc_redirects import CALLBACK_PATH, LOG_IN_PATH
from tests.chaos.flood import ANSWER_SECONDS, Connection, Flood

LOCATION: Final = re.compile(rb"^location: *(\S+)", re.IGNORECASE | re.MULTILINE)
SET_COOKIE: Final = re.compile(rb"^set-cookie: *([^;\r]+)", re.IGNORECASE | re.MULTILINE)


async def logs_in(connection: Connection) -> None:
    """Begins, is known to the university at once, and comes back, with the same account."""
    head = await _asks_for_page(connection, LOG_IN_PATH)
    location, cookie = LOCATION.search(head), SET_COOKIE.search(head)
    if location is None or cookie is None:
        return  # there was no turn
    callback = await _at_the_university(location[1].decode())
    back = urlsplit(callback)
    await _asks_for_page(connection, f"{back.path}?{back.query}", cookie[1].decode())


async def comes_back(connection: Connection) -> None:
    """Brings a code that nobody was sent for."""
    await _asks_for_page(connection, f"{CALLBACK_PATH}?state={secrets.token_urlsafe(16)}&code=a")


async def _asks_for_page(connection: Connection, path: str, cookie: str = "") -> bytes:
    """Asks as a browser that shows a page; answers the head of the answer."""
    lines = ["Accept: text/html", *([f"Cookie: {cookie}"] if cookie else []), "\r\n"]
    headers = "\r\n".join(lines)
    await connection.say(connection.foothold.head("GET", path, logged_in=False, headers=headers))
    return await connection.head_of_answer()


async def _at_the_university(address: str) -> str:
    """Asks there; answers where it sends a browser that is known to it."""
    url = urlsplit(address)
    async with asyncio.timeout(ANSWER_SECONDS):
        reader, writer = await asyncio.open_connection(url.hostname, url.port)
        try:
            asked = f"GET {url.path}?{url.query} HTTP/1.1\r\nHost: {url.netloc}\r\n\r\n"
            writer.write(asked.encode())
            location = LOCATION.search(await reader.readuntil(b"\r\n\r\n"))
        finally:
            writer.transport.abort()
    if location is None:
        raise EOFError
    return location[1].decode()


PROVIDER_FLOODS: Final[dict[str, Flood]] = {
    "provider-log-ins": Flood("log-ins by the university", logs_in, 300, by_provider=True),
    "provider-callbacks": Flood(
        "people who were never sent there", comes_back, 300, by_provider=True
    ),
}
