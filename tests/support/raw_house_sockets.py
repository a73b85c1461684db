"""Sockets of a house that are spoken byte by byte."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import socket
import struct
from collections.abc import AsyncIterator

from attendance_core.vocabulary import EventId
from tests.support.live_house import Visitor


class RawSocket:
    """A WebSocket client that can do what a good one never does."""

    def __init__(self, plain: socket.socket) -> None:
        self.plain = plain
        self.received = b""

    @classmethod
    @contextlib.asynccontextmanager
    async def opens(
        cls, visitor: Visitor, path: str, event_id: EventId, receive_buffer: int | None = None
    ) -> AsyncIterator[RawSocket]:
        with socket.socket() as plain:
            if receive_buffer is not None:
                plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            plain.setblocking(False)
            loop = asyncio.get_running_loop()
            await loop.sock_connect(plain, ("127.0.0.1", visitor.house.port))
            raw, key = cls(plain), base64.b64encode(os.urandom(16)).decode()
            raw.plain.send(
                f"GET /ws/{path}?event_id={event_id} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
                f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
                f"Cookie: sessionid={visitor.token}\r\n\r\n".encode()
            )
            while b"\r\n\r\n" not in raw.received:
                raw.received += await loop.sock_recv(plain, 1)
            assert b" 101 " in raw.received
            raw.received = b""
            yield raw

    def sends(
        self, opcode: int, payload: bytes = b"", *, first: int = 0x80, mask: int = 0x80
    ) -> None:
        size = len(payload)
        if size < 126:
            length = bytes([mask | size])
        else:
            length = bytes([mask | 126]) + struct.pack("!H", size)
        self.plain.send(bytes([first | opcode]) + length + (bytes(4) if mask else b"") + payload)

    def resets(self) -> None:
        self.plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.plain.close()

    async def close_code(self) -> int | None:
        """Reads the code of the Close frame that comes, None where the connection ends without."""
        with contextlib.suppress(ConnectionError, EOFError):
            while True:
                opcode, size = await self._reads(2)
                if size == 126:
                    size = int.from_bytes(await self._reads(2), "big")
                payload = await self._reads(size)
                if opcode & 0x0F == CLOSE:
                    return int.from_bytes(payload[:2], "big") if payload else 1005
        return None

    async def _reads(self, size: int) -> bytes:
        loop = asyncio.get_running_loop()
        while len(self.received) < size:
            more = await asyncio.wait_for(loop.sock_recv(self.plain, 65536), 30)
            if not more:
                raise EOFError
            self.received += more
        found, self.received = self.received[:size], self.received[size:]
        return found


TEXT, CLOSE = 0x1, 0x8
