"""A socket of a client that costs as little as it can, so that little of a time is the client's."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple, cast

LOCAL: Final = "127.0.0.1"
HEAD: Final = (
    "GET /ws/{role}?event_id={event_id}{query} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nCookie: sessionid={token}\r\n\r\n"
)
NO_MASK: Final = bytes(4)  # a key of zeros leaves a text as it is
TEXT, CLOSE, PING, PONG = 0x81, 0x88, 0x89, 0x8A
LONG, LONGER = 126, 127  # a length stands behind


class Refused(Exception):
    """The handshake was not answered by 101."""


@dataclass(frozen=True)
class Door:
    """Where a server is, and which processes it is."""

    port: int
    pids: tuple[int, ...]


class Person(NamedTuple):
    """Somebody who is logged in."""

    user_id: int
    token: str


class Wire(asyncio.Protocol):
    """One socket; what it hears waits in it, or is handed on at once."""

    def __init__(self, head: str, on_text: Callable[[bytes], None] | None = None) -> None:
        loop = asyncio.get_running_loop()
        self.on_text = on_text
        self.opened = loop.create_future()
        self.ended = loop.create_future()
        self._head = head.encode()
        self._buffer = b""
        self._texts = deque[bytes]()
        self._waiter: asyncio.Future[None] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._head)

    def data_received(self, data: bytes) -> None:
        data = self._buffer + data if self._buffer else data
        if not self.opened.done():
            head, found, data = data.partition(b"\r\n\r\n")
            if not found:
                self._buffer = head
                return
            if not head.startswith(b"HTTP/1.1 101"):
                self.opened.set_exception(Refused(head.decode()))
                return
            self.opened.set_result(None)
        self._buffer = self._read(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(Refused("cut"))
        if not self.ended.done():
            self.ended.set_result(None)
        self._wake()

    def _read(self, data: bytes) -> bytes:
        """Hands on what is whole, and answers the rest."""
        while len(data) >= 2:
            size, begins = data[1], 2
            if size == LONG:
                size, begins = int.from_bytes(data[2:4], "big"), 4
            elif size == LONGER:
                size, begins = int.from_bytes(data[2:10], "big"), 10
            if len(data) < begins + size:
                break
            self._hear(data[0], data[begins : begins + size])
            data = data[begins + size :]
        return data

    def _hear(self, kind: int, payload: bytes) -> None:
        if kind == TEXT:
            if self.on_text is not None:
                self.on_text(payload)
            else:
                self._texts.append(payload)
                self._wake()
        elif kind == PING:
            self._send(PONG, payload)
        elif kind == CLOSE:
            self._send(CLOSE, payload[:2])

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _send(self, kind: int, payload: bytes) -> None:
        assert self._transport is not None
        size = len(payload)
        length = bytes((0x80 | size,)) if size < LONG else b"\xfe" + size.to_bytes(2, "big")
        self._transport.write(bytes((kind,)) + length + NO_MASK + payload)

    def says(self, text: bytes) -> None:
        """Sends a message."""
        self._send(TEXT, text)

    async def heard(self) -> bytes:
        """Takes the next message. Raises EOFError once there is none any more."""
        while not self._texts:
            if self.ended.done():
                raise EOFError
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        return self._texts.popleft()

    async def hears(self, message: str) -> bytes:
        """Takes the next message of this name, whatever comes before it. Raises EOFError."""
        name = f'"message":"{message}"'.encode()
        while True:
            text = await self.heard()
            assert b'"result":"error"' not in text, text
            if name in text:
                return text

    def cut(self) -> None:
        """Goes without a word."""
        assert self._transport is not None
        self._transport.abort()

    async def leaves(self) -> None:
        """Says goodbye, and waits until the other end has closed."""
        if not self.ended.done():
            self._send(CLOSE, (1000).to_bytes(2, "big"))
        await self.ended


async def opened(
    door: Door,
    role: str,
    event_id: str,
    person: Person,
    *,
    on_text: Callable[[bytes], None] | None = None,
    query: str = "",
) -> Wire:
    """Opens a socket, whose handshake is answered then. Raises Refused."""
    head = HEAD.format(
        role=role, event_id=event_id, token=person.token, port=door.port, query=query
    )
    loop = asyncio.get_running_loop()
    _, wire = await loop.create_connection(lambda: Wire(head, on_text), LOCAL, door.port)
    try:
        await wire.opened
    except BaseException:
        wire.cut()
        raise
    return wire
