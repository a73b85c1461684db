"""Sockets of our protocol, spoken byte by byte, at applications of a test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from attendance_web.live.peer import PEER_EXTENSION, TOO_MANY_FRAMES_KEY
from tests.support.asgi_serving import serving
from tests.support.eventually import PATIENCE_SECONDS

LINGER_SECONDS = 0.4  # instead of the two
SEND_EVERY = 0.01  # seconds from one thing that is sent to the next
MOST_FLOOD_BYTES = 50_000_000  # more than anybody takes without reading
HANDSHAKE = (
    b"GET /ws/marking HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
Send = Callable[[Any], Awaitable[None]]


class Application:
    """Accepts, and does what a test says; ``end`` is what that raised."""

    def __init__(self, does: Callable[[Any, Send], Awaitable[None]]) -> None:
        self._does = does
        self.end: asyncio.Future[BaseException | None] = asyncio.Future()

    async def __call__(self, scope: Any, receive: Any, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        try:
            await self._does(scope["extensions"][PEER_EXTENSION], send)
        except Exception as error:
            self.end.set_result(error)
        else:
            self.end.set_result(None)

    async def ends(self) -> BaseException | None:
        return await asyncio.wait_for(self.end, PATIENCE_SECONDS)


@pytest.fixture(autouse=True)
def linger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("attendance_web.serving.ws_closing.LINGER_SECONDS", LINGER_SECONDS)


def masked(opcode: int, payload: bytes = b"", *, last: bool = True) -> bytes:
    """Writes a frame as a client sends it, masked with zeros; of 125 bytes at most."""
    return bytes([opcode | (0x80 if last else 0), 0x80 | len(payload)]) + b"\0" * 4 + payload


TEXT, CONTINUED = masked(1, b"{}"), masked(0, last=False)


class Hearing:
    """An application that keeps what it is told, and closes when a frame too many came."""

    def __init__(self, accept: asyncio.Event | None = None) -> None:
        self.text_count = 0
        self.flood_count = 0
        self.ended: asyncio.Future[int] = asyncio.Future()
        self.peer: Any = None
        self._accept = accept

    async def __call__(self, scope: Any, receive: Any, send: Send) -> None:
        await receive()
        self.peer = scope["extensions"][PEER_EXTENSION]
        if self._accept is not None:
            await self._accept.wait()
        await send({"type": "websocket.accept"})
        while True:
            event = await receive()
            if event["type"] == "websocket.disconnect":
                self.ended.set_result(event["code"])
                return
            if TOO_MANY_FRAMES_KEY in event:
                self.flood_count += 1
                await send({"type": "websocket.close", "code": 4429})
            else:
                self.text_count += 1


class RawClient:
    """A client that says bytes, and may read nothing."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def says(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def floods(self, data: bytes, most_bytes: int = MOST_FLOOD_BYTES) -> int:
        """Says this again and again; answers how many bytes went out before nobody took more."""
        sent = 0
        with suppress(TimeoutError, ConnectionError):
            while sent < most_bytes:
                async with asyncio.timeout(3 * LINGER_SECONDS):
                    await self.says(data)
                sent += len(data)
        return sent

    async def hears_the_end(self) -> bytes:
        """Reads all that comes, until the connection has ended."""
        come = bytearray()
        with suppress(ConnectionError):
            while more := await asyncio.wait_for(self.reader.read(65_536), PATIENCE_SECONDS):
                come += more
        return bytes(come)


@asynccontextmanager
async def raw_client_of(app: Any, **options: Any) -> AsyncIterator[RawClient]:
    """Opens a client whose handshake was answered, unless the application waits with that."""
    async with serving(app, **options) as (_, port):
        raw = RawClient(*await asyncio.open_connection("127.0.0.1", port))
        try:
            await raw.says(HANDSHAKE)
            if not isinstance(app, Hearing) or app._accept is None:
                await raw.reader.readuntil(b"\r\n\r\n")
            yield raw
        finally:
            raw.writer.transport.abort()
