"""Floods of calls that are refused, and cost next to nothing to refuse."""

from __future__ import annotations

import json
from typing import Final

from tests.chaos.flood import Act, Connection, Flood, calls

LOG_IN: Final = "/accounts/login/"
UPDATE: Final = "/api/profile/UpdateProfileInfo"


async def logs_in_with_accents(connection: Connection) -> None:
    """Gives a name that takes as long as its accents squared, if it is read."""
    given = {"username": "a" + "\u0315\u0300" * 4000, "password": "correct horse battery"}
    body = json.dumps(given, ensure_ascii=False).encode()
    await connection.call(LOG_IN, body, logged_in=False)


def posts(path: str, body: bytes, *, logged_in: bool = False) -> Act:
    """Makes an act of the same body again and again."""
    return lambda connection: connection.call(path, body, logged_in=logged_in)


async def posts_from_elsewhere(connection: Connection) -> None:
    """Calls as a page does that does not know what our cookie says."""
    head = connection.foothold.head("POST", UPDATE, headers="Content-Length: 0\r\n\r\n")
    await connection.say(head.replace(b"Cookie: csrftoken=chaos", b"Cookie: csrftoken=other"))
    await connection.answer()


async def sends_many_cookies(connection: Connection) -> None:
    """Calls as nobody who brings all the cookies that a head may have."""
    headers = f"Cookie: {'a;' * COOKIES}\r\n" * HEADERS + "\r\n"
    path = "/api/auth/GetCurrentUserId"
    await connection.say(connection.foothold.head("GET", path, logged_in=False, headers=headers))
    await connection.answer()


COOKIES, HEADERS = 4000, 7  # of a header, and headers: all that a head may have
CONNECTIONS: Final = 300
REFUSED_FLOODS: Final[dict[str, Flood]] = {
    "accents": Flood("log-ins with 8 000 accents", logs_in_with_accents, 20),
    "unknown-paths": Flood(
        "calls that there are not", calls("/api/none/None", logged_in=False), CONNECTIONS
    ),
    "wrong-methods": Flood(
        "POST of what is got", posts("/api/events/GetEvents", b"{}"), CONNECTIONS
    ),
    "broken-bodies": Flood("log-ins that are no JSON", posts(LOG_IN, b'{"username":'), CONNECTIONS),
    "wrong-fields": Flood(
        "GetProfile of nobody's id", calls("/api/profile/GetProfile?user_id=no"), CONNECTIONS
    ),
    "cookies": Flood("calls with 28 000 cookies", sends_many_cookies, 100),
    "no-csrf": Flood("calls without our token", posts_from_elsewhere, CONNECTIONS),
    "not-logged-in": Flood(
        "GetProfile of nobody",
        calls("/api/profile/GetProfile?user_id=1", logged_in=False),
        CONNECTIONS,
    ),
}
