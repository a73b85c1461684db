"""Whoever opens as many connections as they can keeps nobody out. Contract: 1.24."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any, Final
from unittest.mock import Mock

import pytest
import pytest_asyncio

from attendance_web.serving import http_closing
from attendance_web.serving.accepted_connection import AcceptedConnection
from attendance_web.serving.accepting import Acceptor
from attendance_web.serving.http_protocol import CallProtocol
from attendance_web.serving.left_connections import LeftConnections
from attendance_web.serving.open_connections import OpenConnections, open_connections_of
from attendance_web.serving.server import config_of
from attendance_web.wire.client_gone import NOTE_LEFT_EXTENSION
from tests.support.eventually import PATIENCE_SECONDS, eventually
from tests.support.protocol_servers import ProtocolServer

MOST: Final = 5
FLOOD: Final = ("127.0.0.66", 0)
END: Final = b"\r\n\r\n"  # of a head, and of each answer here
CUT: Final = b"\1\0\0\0\0\0\0\0"  # for SO_LINGER: a close is a reset
NEVER: Final = b"GET /never HTTP/1.1\r\nHost: x\r\n\r\n"
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
        super().__init__(self, CallProtocol)
        self.asked_count = self.left_count = 0  # calls that have no answer
        self.open_connections = OpenConnections(MOST)
        monkeypatch.setattr(http_closing, "open_connections_of", lambda _: self.open_connections)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answers, but for calls that wait until their client goes."""
        if scope["path"] != "/never":
            await answers(scope, receive, send)
            return
        self.asked_count += 1
        while (await receive())["type"] != "http.disconnect":
            pass
        self.left_count += 1
        scope["extensions"][NOTE_LEFT_EXTENSION](is_strict=False)


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
        come = await loop.sock_recv(client, 4096)
        assert come, "it was cut"
        answer += come
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


async def test_one_that_waits_for_its_answer_stays_behind_those_that_have_theirs(
    clients: Clients,
) -> None:
    waiting = await clients.connects(flood=True)
    await asyncio.get_running_loop().sock_sendall(waiting, NEVER)
    for _ in range(3 * MOST):
        assert await status_of_answer(await clients.connects(flood=True)) == b"200"
    assert not await was_cut(waiting)


async def test_one_that_was_cut_has_not_left(
    server: SmallServer, clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else new connections of a hall would be let in later for what the server did."""
    left = Mock(spec=LeftConnections)
    monkeypatch.setattr(http_closing, "left_connections_of", lambda _: left)
    waiting = [await clients.connects(flood=True) for _ in range(MOST)]
    for each in waiting:
        await asyncio.get_running_loop().sock_sendall(each, NEVER)
    await eventually(lambda: server.asked_count == MOST)
    await clients.connects(flood=True)
    assert await was_cut(waiting[0])
    await eventually(lambda: server.left_count == 1)
    left.note.assert_not_called()
    waiting[1].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, CUT)
    waiting[1].close()
    await eventually(lambda: server.left_count == 2)
    left.note.assert_called_once()


async def test_those_of_a_proxy_that_is_believed_are_not_counted() -> None:
    config = config_of(answers)
    config.load()
    counted = open_connections_of(config)
    with closing(socket.socket()) as accepted:
        counted.add(AcceptedConnection(accepted, ("127.0.0.1", 1)))  # whom uvicorn believes
        assert counted.count == 0
        counted.add(AcceptedConnection(accepted, ("192.0.2.8", 1)))
        assert counted.count == 1


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
