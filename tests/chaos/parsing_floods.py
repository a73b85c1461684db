"""Floods of what is small and comes together: the parser has much to do of few bytes."""

from __future__ import annotations

from typing import Final

from tests.chaos.flood import Connection, Flood

SMALLEST: Final = b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n"
TOGETHER: Final = 110  # in 4 KiB
PROFILE: Final = "/api/profile/GetProfile?user_id=1"
PROFILES_TOGETHER: Final = 40
CHUNKED: Final = "Transfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n"
CHUNKS: Final = b"1\r\na\r\n" * 10_000


async def pipelines(connection: Connection) -> None:
    """Asks all at once, on one connection, and hears all the answers."""
    await connection.say(SMALLEST * TOGETHER)
    for _ in range(TOGETHER):
        await connection.answer()


async def pipelines_by_account(connection: Connection) -> None:
    """Does so by an account, whose requests wait for their turns behind each other."""
    await connection.say((connection.foothold.head("GET", PROFILE) + b"\r\n") * PROFILES_TOGETHER)
    for _ in range(PROFILES_TOGETHER):
        await connection.answer()


async def sends_chunks(connection: Connection) -> None:
    """Sends a body of one letter after another, without an end."""
    await connection.say(
        connection.foothold.head("POST", "/accounts/login/", logged_in=False, headers=CHUNKED)
    )
    while True:
        await connection.say(CHUNKS)


PARSING_FLOODS: Final[dict[str, Flood]] = {
    "pipelines": Flood("110 requests of nobody together", pipelines, 1000),
    "known-pipelines": Flood("40 GetProfile of one account together", pipelines_by_account, 5000),
    "small-chunks": Flood("bodies in chunks of one byte", sends_chunks, 100),
}
