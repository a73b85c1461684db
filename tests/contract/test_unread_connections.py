"""Connections whose answers nobody reads are cut where there are too many. Contract: 1.22."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any, Final

import pytest
import pytest_asyncio

from attendance_web.serving import unread_answers
from attendance_web.serving.http_protocol import CallProtocol
from attendance_web.serving.unread_answers import unread_answers_of
from tests.support.eventually import eventually
from tests.support.protocol_servers import ProtocolServer

ANSWER_BYTES: Final = 8 * 1024 * 1024  # more than the system takes of it
MAX_BYTES, ENOUGH_BYTES = 3 * ANSWER_BYTES, 2 * ANSWER_BYTES
GET: Final = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


HANDSHAKE: Final = (
    b"GET /ws/marking HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


async def answers(scope: Any, _receive: Any, send: Any) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close"})
        return
    headers = [(b"content-length", b"%d" % ANSWER_BYTES)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": bytes(ANSWER_BYTES)})


class LargeAnswers(ProtocolServer[CallProtocol]):
    """A server of large answers."""

    def __init__(self) -> None:
        super().__init__(answers, CallProtocol)

    @property
    def last_is_unread(self) -> bool:
        """Whether the last one has an answer of which something is unread."""
        return (
            self.protocols[-1].transport is not None and self.protocols[-1].unread_answer_bytes > 0
        )

    @property
    def open_count(self) -> int:
        return sum(not each.transport.is_closing() for each in self.protocols)

    @property
    def unread_bytes(self) -> int:
        """Bytes that lie unread in memory."""
        open_ones = [each for each in self.protocols if not each.transport.is_closing()]
        return sum(each.unread_answer_bytes for each in open_ones)


@pytest_asyncio.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LargeAnswers]:
    monkeypatch.setattr(unread_answers, "MAX_UNREAD_BYTES", MAX_BYTES)
    monkeypatch.setattr(unread_answers, "ENOUGH_BYTES", ENOUGH_BYTES)
    made = LargeAnswers()
    async with made.listening():
        yield made


def asks(address: tuple[str, int]) -> socket.socket:
    """Asks, and reads nothing."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(address)
    client.sendall(GET)
    return client


async def test_those_who_read_nothing_are_cut_and_one_who_reads_has_all(
    server: LargeAnswers,
) -> None:
    clients = []
    for _ in range(10):
        clients.append(await asyncio.to_thread(asks, server.address))
        await eventually(lambda: len(server.protocols) == len(clients) and server.last_is_unread)
        assert server.unread_bytes <= MAX_BYTES
    assert server.open_count < 10
    reader, writer = await asyncio.open_connection(*server.address)
    writer.write(GET)
    await reader.readuntil(b"\r\n\r\n")
    assert len(await reader.readexactly(ANSWER_BYTES)) == ANSWER_BYTES
    writer.close()
    for each in clients:
        each.close()
    await eventually(lambda: not unread_answers_of(server.config).total)


async def test_one_that_becomes_a_socket_is_counted_no_more(server: LargeAnswers) -> None:
    reader, writer = await asyncio.open_connection(*server.address)
    writer.write(GET)
    await reader.readuntil(b"\r\n\r\n")
    await reader.readexactly(ANSWER_BYTES)
    assert unread_answers_of(server.config).total > 0  # as it was when it was written
    writer.write(HANDSHAKE)
    assert b" 403 " in await reader.readuntil(b"\r\n\r\n")
    assert unread_answers_of(server.config).total == 0
    writer.close()
