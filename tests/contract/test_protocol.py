"""What our protocol adds to uvicorn's: stuck connections are cut, and sends that come too late."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from uvicorn.protocols.utils import ClientDisconnected
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from attendance_web.protocol import EXTENSION
from tests.contract.live import PATIENCE
from tests.contract.shell import serving

LINGER = 0.2  # seconds, instead of the two
FRAME = {"type": "websocket.send", "text": "x" * 16 * 1024}
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
            await self._does(scope["extensions"][EXTENSION], send)
        except Exception as error:
            self.end.set_result(error)
        else:
            self.end.set_result(None)

    async def ends(self) -> BaseException | None:
        return await asyncio.wait_for(self.end, PATIENCE)


async def talks_for_ever(_: Any, send: Send) -> None:
    while True:
        await send(FRAME)


@asynccontextmanager
async def deaf(port: int) -> AsyncIterator[socket.socket]:
    """A client who shakes hands, and reads nothing more, not even pings."""
    loop = asyncio.get_running_loop()
    with socket.socket() as plain:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        plain.setblocking(False)
        await loop.sock_connect(plain, ("127.0.0.1", port))
        plain.send(
            b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        assert (await loop.sock_recv(plain, 12)).endswith(b" 101")
        yield plain


@pytest.fixture(autouse=True)
def linger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("attendance_web.protocol.LINGER_SECONDS", LINGER)


class TestWhoDoesNotRead:
    async def test_is_cut_when_they_answer_no_ping(self) -> None:
        app = Application(talks_for_ever)
        async with serving(app, ping_seconds=0.1, send_buffer=4096) as (_, port), deaf(port):
            assert isinstance(await app.ends(), ClientDisconnected)

    async def test_is_cut_when_we_say_so(self) -> None:
        peers: list[Any] = []

        async def talks(peer: Any, send: Send) -> None:
            peers.append(peer)
            await talks_for_ever(peer, send)

        app = Application(talks)
        async with serving(app, send_buffer=4096) as (_, port), deaf(port):
            while not peers or peers[0].writable.is_set():
                await asyncio.sleep(0.001)
            peers[0].cut(4508)
            assert isinstance(await app.ends(), ClientDisconnected)

    async def test_who_answers_pings_stays(self) -> None:
        async def listens_and_says(peer: Any, send: Send) -> None:
            until = time.monotonic() + 5 * LINGER
            while time.monotonic() < until:
                await send({"type": "websocket.send", "text": "still here"})
                await asyncio.sleep(0.01)
            await send({"type": "websocket.close", "code": 4000})

        app = Application(listens_and_says)
        async with (
            serving(app, ping_seconds=0.1) as (_, port),
            connect(f"ws://127.0.0.1:{port}", proxy=None) as client,
        ):
            with pytest.raises(ConnectionClosed) as closed:
                while True:
                    await client.recv()
            assert closed.value.rcvd is not None and closed.value.rcvd.code == 4000


class TestSending:
    async def test_to_one_we_have_cut_says_that_nobody_is_there(self) -> None:
        async def cuts_and_talks(peer: Any, send: Send) -> None:
            peer.cut(1011)
            await send(FRAME)

        app = Application(cuts_and_talks)
        async with (
            serving(app) as (_, port),
            connect(f"ws://127.0.0.1:{port}", proxy=None) as client,
        ):
            await client.wait_closed()
            assert client.close_code == 1011
        assert isinstance(await app.ends(), ClientDisconnected)

    async def test_what_is_no_message_is_our_own_fault(self) -> None:
        async def slips(_: Any, send: Send) -> None:
            await send({"type": "websocket.accept"})

        app = Application(slips)
        async with (
            serving(app) as (_, port),
            connect(f"ws://127.0.0.1:{port}", proxy=None) as client,
        ):
            error = await app.ends()
            assert type(error) is RuntimeError
            await client.close()
