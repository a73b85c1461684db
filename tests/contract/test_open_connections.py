"""Whoever opens as many connections as they can keeps nobody out. Contract: 1.24."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any, Final

import pytest
import pytest_asyncio

from attendance_web.serving.accepting import Acceptor
from attendance_web.serving.http_protocol import CallProtocol
from attendance_web.serving.left_connections import LeftConnections
from attendance_web.serving.open_connections import OpenConnections
from tests.support.eventually import PATIENCE_SECONDS, eventually
from tests.support.protocol_servers import ProtocolServer

MOST: Final = 5
FLOOD: Final = ("127.0.0.66", 0)
END: Final = b"\r\n\r\n"  # of a head, and of each answer here
GET: Final = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
HANDSHAKE: Final = (
    b"GET /ws/marking HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


async def answers(scope: Any, receive: Any, send: Any) -> None:
    """Answers a call, and keeps a socket open as long as its client does."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        while (await receive())["type"] != "websocket.disconnect":
            pass
        return
    headers = [(b"content-length", b"4")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": END})


class SmallServer(ProtocolServer[CallProtocol]):
    """A server that lets only a few connections be open."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(answers, CallProtocol)
        self.open_connections = OpenConnections(MOST)
        monkeypatch.setattr(
            "attendance_web.serving.http_closing.open_connections_of",
            lambda _: self.open_connections,
        )


@pytest_asyncio.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SmallServer]:
    made = SmallServer(monkeypatch)
    async with made.listening():
        yield made


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Has all who have connected go at the end."""
    with ExitStack() as made:
        yield made


@dataclass
class Clients:
    """Those who connect to a server."""

    server: SmallServer
    stack: ExitStack

    async def connects(self, *, flood: bool = False) -> socket.socket:
        """Opens a connection, which the server has seen."""
        known = len(self.server.protocols)
        client = self.stack.enter_context(closing(socket.socket()))
        client.setblocking(False)
        if flood:
            client.bind(FLOOD)
        await asyncio.get_running_loop().sock_connect(client, self.server.address)
        await eventually(lambda: len(self.server.protocols) > known)
        return client


async def status_of_answer(client: socket.socket, request: bytes = GET) -> bytes:
    """Asks, and reads the answer, which is short."""
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(client, request)
    answer = b""
    while not answer.endswith(END):
        answer += await loop.sock_recv(client, 4096)
    return answer.split(b" ", 2)[1]


async def was_cut(client: socket.socket) -> bool:
    """Waits a moment for the end of a connection."""
    try:
        async with asyncio.timeout(0.1):
            return not await asyncio.get_running_loop().sock_recv(client, 1)
    except ConnectionError:
        return True
    except TimeoutError:
        return False


@pytest.fixture
def clients(server: SmallServer, stack: ExitStack) -> Clients:
    return Clients(server, stack)


async def test_a_flood_takes_room_from_itself_alone(server: SmallServer, clients: Clients) -> None:
    bystander = await clients.connects()
    flood = [await clients.connects(flood=True) for _ in range(3 * MOST)]
    assert server.open_connections.count == MOST
    cut_count = 2 * MOST + 1  # beside the bystander's
    assert [await was_cut(each) for each in flood] == [True] * cut_count + [False] * (MOST - 1)
    assert await status_of_answer(bystander) == b"200"
    assert await status_of_answer(await clients.connects()) == b"200"


async def test_a_socket_is_none_of_them(server: SmallServer, clients: Clients) -> None:
    listener = await clients.connects(flood=True)
    assert await status_of_answer(listener, HANDSHAKE) == b"101"
    assert server.open_connections.count == 0
    for _ in range(2 * MOST):
        await clients.connects(flood=True)
    assert not await was_cut(listener)


async def test_one_that_is_asked_on_stays_behind_those_that_say_nothing(clients: Clients) -> None:
    asked_on = await clients.connects(flood=True)
    for _ in range(3 * MOST):
        await clients.connects(flood=True)
        assert await status_of_answer(asked_on) == b"200"


async def test_what_has_ended_is_counted_no_more(server: SmallServer, clients: Clients) -> None:
    for _ in range(MOST):
        (await clients.connects()).close()
    await eventually(lambda: server.open_connections.count == 0)


async def test_those_that_nobody_has_let_in_yet_are_counted_too(stack: ExitStack) -> None:
    """A flood is accepted faster than it is let in, and each that waits is a file."""
    open_connections, let_in = OpenConnections(MOST), 0

    class Counts(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            nonlocal let_in
            let_in += 1
            transport.close()

    listener = stack.enter_context(closing(socket.create_server(("127.0.0.1", 0), backlog=50)))
    for _ in range(50):
        stack.enter_context(socket.create_connection(listener.getsockname()))
    letting = Acceptor(listener, Counts, LeftConnections(), open_connections)
    counts = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not let_in or open_connections.count:
            await asyncio.sleep(0)
            counts.append(open_connections.count)
    letting.close()
    assert max(counts) == MOST
    assert let_in < 50  # the others were cut, which waited behind them
