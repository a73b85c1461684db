"""Connections that are left unanswered, over and over, are held before anything is made of them.

Contract: 1.11. Decision 0016.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from typing import Any, Final

import pytest
from uvicorn.server import ServerState

from attendance_core.testing.stand_ins import ManualStopwatch
from attendance_web.http.request_turns import RequestTurns
from attendance_web.serving import accepted_connection, left_connections
from attendance_web.serving.accepting import MAX_LET_IN, Acceptor
from attendance_web.serving.http_protocol import CallProtocol
from attendance_web.serving.left_connections import LeftConnections, left_connections_of
from attendance_web.serving.open_connections import open_connections_of
from attendance_web.serving.server import config_of
from attendance_web.wire.client_gone import follow_client_of, wait_while_there
from attendance_web.wire.leaving_pace import (
    MAX_OF_NETWORK,
    MAX_OF_PERSON,
    OF_NETWORK_A_SECOND,
    OF_PERSON_A_SECOND,
)
from attendance_web.wire.refusal_pace import RefusalPace
from attendance_web.wire.seen_sessions import SeenSessions
from tests.support.eventually import eventually

PEER: Final = ("127.0.0.1", 1)
LOOK: Final = b"GET /look HTTP/1.1\r\nHost: x\r\n\r\n"
STAY: Final = b"GET /stay HTTP/1.1\r\nHost: x\r\n\r\n"
NEVER_SECONDS: Final = 3600.0
MANY: Final = 20  # connections


class Counted(LeftConnections):
    """Counts them all; time stands still."""

    def __init__(self) -> None:
        super().__init__(stopwatch=ManualStopwatch())
        self.noted_count = self.asked_count = 0
        self.holds = False

    def wait_of(self, peer: Any) -> float:
        self.asked_count += 1
        return NEVER_SECONDS if self.holds else super().wait_of(peer)

    def note(self, peer: Any, *, is_strict: bool) -> None:
        self.noted_count += 1
        super().note(peer, is_strict=is_strict)


class CountingServer:
    """One that answers looks, lets everybody else wait, and counts."""

    def __init__(self, listener: socket.socket) -> None:
        self.config = config_of(self)
        self.config.load()
        self.left = Counted()
        left_connections._left_of[self.config] = self.left
        self.state = ServerState()
        self.made_count = 0  # connections that something was made of
        self.asked: list[str] = []
        self.address = listener.getsockname()
        self._turns = RequestTurns(SeenSessions(), RefusalPace())
        self.acceptor = Acceptor(
            listener, self._new_protocol, self.left, open_connections_of(self.config)
        )

    def _new_protocol(self) -> CallProtocol:
        self.made_count += 1
        return CallProtocol(config=self.config, server_state=self.state, app_state={})

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._turns.serve(self._serve, scope, receive, send)

    async def _serve(self, scope: Any, _receive: Any, send: Any) -> None:
        self.asked.append(scope["path"])
        follow_client_of(scope)
        if scope["path"] == "/stay":
            await wait_while_there(NEVER_SECONDS)
            return
        headers = [(b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    async def connect(self, sent: bytes = b"") -> Client:
        reader, writer = await asyncio.open_connection(*self.address)
        writer.write(sent)
        await writer.drain()
        return Client(reader, writer)


class Client:
    """One connection, as its client has it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def answer(self) -> bytes:
        async with asyncio.timeout(20):
            return await self._reader.readuntil(b"\r\n\r\n")

    async def leave(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with closing(socket.create_server(("127.0.0.1", 0), backlog=100)) as listening:
        yield listening


@pytest.fixture
async def server(listener: socket.socket) -> AsyncIterator[CountingServer]:
    server = CountingServer(listener)
    yield server
    server.acceptor.close()
    for connection in [*server.state.connections]:
        connection.transport.abort()
    await eventually(lambda: not server.state.connections and not server.state.tasks)


async def test_a_connection_that_is_left_unanswered_counts(server: CountingServer) -> None:
    for sent, request_count in ((b"", 0), (b"GET /l", 0), (STAY, 1), (LOOK + STAY, 2)):
        noted, asked = server.left.noted_count, len(server.asked)
        client = await server.connect(sent)
        if LOOK in sent:
            await client.answer()
        await eventually(lambda asked=asked, more=request_count: len(server.asked) == asked + more)
        await client.leave()
        await eventually(lambda noted=noted: server.left.noted_count == noted + 1)


async def test_a_connection_that_has_its_answers_does_not_count(server: CountingServer) -> None:
    client = await server.connect(LOOK)
    await client.answer()
    await client.leave()
    await eventually(lambda: not server.state.connections)
    assert server.left.noted_count == 0


async def test_a_connection_that_is_left_before_its_quick_answer_counts(
    server: CountingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has come with the request is read behind it, when the answer is there already."""
    server.left.holds = True  # until it has gone, and yet does not count as gone
    with socket.create_connection(server.address) as client:
        await eventually(lambda: server.left.asked_count == 1)
        client.sendall(LOOK)
    monkeypatch.setattr(
        accepted_connection, "says_no_more", lambda _: False
    )  # as when it was let in
    server.acceptor._held.end_all()
    await eventually(lambda: server.asked == ["/look"] and not server.state.tasks)
    assert server.left.noted_count == 1


async def test_a_connection_that_we_end_does_not_count(server: CountingServer) -> None:
    silent, refused = await server.connect(), await server.connect(b"nonsense\r\n\r\n")
    await refused.answer()
    await eventually(lambda: len(server.state.connections) == 2)
    for connection in [*server.state.connections]:
        connection.transport.abort()
    await eventually(lambda: not server.state.connections)
    assert server.left.noted_count == 0
    await silent.leave()
    await refused.leave()


async def test_of_whoever_left_too_many_nothing_is_made_before_its_time(
    server: CountingServer,
) -> None:
    server.left.holds = True
    clients = [await server.connect(STAY) for _ in range(MANY)]
    await eventually(lambda: server.left.asked_count == MANY)
    *gone, there = clients
    for client in gone:
        await client.leave()
    assert server.made_count == 0
    server.acceptor.close()  # holds nobody any more
    await eventually(lambda: bool(server.asked))
    assert server.made_count == 1
    await there.leave()


async def test_who_was_held_is_let_in_a_few_at_a_step(server: CountingServer) -> None:
    server.left.holds = True
    clients = [await server.connect() for _ in range(MANY)]
    await eventually(lambda: server.left.asked_count == MANY)
    for client in clients[: MANY // 2]:
        await client.leave()
    server.acceptor._held.end_all()
    at_a_step = set[int]()
    async with asyncio.timeout(20):
        while server.made_count < MANY // 2:
            before = server.made_count
            await asyncio.sleep(0)
            at_a_step.add(server.made_count - before)
    assert max(at_a_step) <= MAX_LET_IN
    for client in clients[MANY // 2 :]:
        await client.leave()


async def test_a_network_that_leaves_too_many_waits_and_no_other() -> None:
    left = LeftConnections(stopwatch=ManualStopwatch())
    for _ in range(MAX_OF_NETWORK + 100):
        left.note(("2001:db8::1", 1, 0, 0), is_strict=False)
    assert left.wait_of(("2001:db8::2", 2, 0, 0)) == 100 / OF_NETWORK_A_SECOND
    assert left.wait_of(("2001:db8:0:1::1", 2, 0, 0)) == 0
    assert left.wait_of(PEER) == 0


async def test_of_whoever_has_left_too_many_requests_fewer_are_borne() -> None:
    left = LeftConnections(stopwatch=ManualStopwatch())
    for _ in range(MAX_OF_PERSON):
        left.note(PEER, is_strict=True)
    assert left.wait_of(PEER) == 0
    left.note(PEER, is_strict=False)
    assert left.wait_of(PEER) == 0
    left.note(PEER, is_strict=True)
    assert left.wait_of(PEER) == 1 / OF_PERSON_A_SECOND


async def test_connections_of_a_proxy_are_as_many_peoples_as_there_are(
    server: CountingServer,
) -> None:
    config = config_of(server)
    config.load()
    left = left_connections_of(config)
    for _ in range(2 * MAX_OF_NETWORK):
        left.note(PEER, is_strict=True)  # whom uvicorn believes what it forwards
    assert left.wait_of(PEER) == 0
