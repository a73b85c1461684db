"""Bytes that a test sends to a house, and all that comes of them."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import psutil

from tests.support.live_house import House
from tests.support.smuggled import SEGMENT_SECONDS

QUIET_SECONDS = 1.5  # in which whatever else there was to say or to read would have come
UNENDED_HANDSHAKE = (
    b"GET /ws/marking?event_id=x HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n"
    b"Sec-WebSocket-Version: 13\r\n"
)


def connection_count(house: House) -> int:
    """Counts those of this process with the house's port, at our end of them."""
    return sum(
        each.laddr.port == house.port and each.status != "LISTEN"
        for each in psutil.Process().net_connections("tcp4")
    )


async def all_that_comes(house: House, *sent: bytes) -> bytes:
    """Sends these; answers all that comes until the service closes the connection, or is quiet."""
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    come = bytearray()

    async def listens() -> None:
        while more := await reader.read(65_536):
            come.extend(more)

    listening = asyncio.ensure_future(listens())
    with suppress(ConnectionError):  # it may be refused before all was sent
        for part in sent:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(SEGMENT_SECONDS)
    heard = -1
    while heard < len(come) and not listening.done():
        heard = len(come)
        await asyncio.wait({listening}, timeout=QUIET_SECONDS)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    writer.close()
    return bytes(come)
