"""What our protocol adds to uvicorn's: stuck connections are cut, and sends that come too late."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from uvicorn.protocols.utils import ClientDisconnected
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.support.asgi_serving import serving
from tests.support.eventually import PATIENCE_SECONDS, eventually
from tests.support.raw_sockets import (
    HANDSHAKE,
    LINGER_SECONDS,
    MOST_FLOOD_BYTES,
    SEND_EVERY,
    TEXT,
    Application,
    Send,
    linger,
    masked,
    raw_client_of,
)

__all__ = ["linger"]
FRAME = {"type": "websocket.send", "text": "x" * 16 * 1024}


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
        plain.send(HANDSHAKE)
        assert (await loop.sock_recv(plain, 12)).endswith(b" 101")
        yield plain


async def answers_nobody(_: Any, receive: Any, __: Any) -> None:
    """An application that is still busy with the handshake when the client goes."""
    while (await receive())["type"] != "websocket.disconnect":
        pass


class TestTheEndOfTheServer:
    async def test_a_handshake_without_an_answer_is_told_to_come_again(self) -> None:
        """Contract: 1.3."""
        async with serving(answers_nobody) as (server, port):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(HANDSHAKE)
            await eventually(lambda: bool(server.server_state.tasks))
            server.should_exit = True
            async with asyncio.timeout(PATIENCE_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 503 ")
            writer.close()


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
            await eventually(lambda: peers and not peers[0].writable.is_set())
            peers[0].end_soon(4508)
            assert isinstance(await app.ends(), ClientDisconnected)

    async def test_who_answers_pings_stays(self) -> None:
        async def listens_and_says(peer: Any, send: Send) -> None:
            until = time.monotonic() + 5 * LINGER_SECONDS
            while time.monotonic() < until:
                await send({"type": "websocket.send", "text": "still here"})
                await asyncio.sleep(SEND_EVERY)
            await send({"type": "websocket.close", "code": 4000})

        app = Application(listens_and_says)
        async with (
            serving(app, ping_seconds=0.1) as (_, port),
            connect(f"ws://127.0.0.1:{port}/ws/marking", proxy=None) as client,
        ):
            with pytest.raises(ConnectionClosed) as closed:
                while True:
                    await client.recv()
            assert closed.value.rcvd is not None and closed.value.rcvd.code == 4000


class TestSending:
    async def test_to_one_we_have_cut_says_that_nobody_is_there(self) -> None:
        async def ends_and_talks(peer: Any, send: Send) -> None:
            peer.end_soon(1011)
            await send(FRAME)

        app = Application(ends_and_talks)
        async with (
            serving(app) as (_, port),
            connect(f"ws://127.0.0.1:{port}/ws/marking", proxy=None) as client,
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
            connect(f"ws://127.0.0.1:{port}/ws/marking", proxy=None) as client,
        ):
            error = await app.ends()
            assert type(error) is RuntimeError
            await client.close()


class TestAfterOurClose:
    @staticmethod
    async def closes(peer: Any, send: Send) -> None:
        await send({"type": "websocket.close", "code": 4000})

    async def test_who_answers_it_is_let_go_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("attendance_web.serving.ws_closing.LINGER_SECONDS", PATIENCE_SECONDS)
        async with raw_client_of(Application(self.closes)) as raw:
            await raw.says(TEXT + masked(8, b"\x0f\xa0"))
            assert (await raw.hears_the_end()).endswith(b"\x0f\xa0")

    @pytest.mark.parametrize("frame", [TEXT, masked(9), masked(10), masked(2, b"x" * 125)])
    async def test_whoever_goes_on_is_not_read_and_is_cut(self, frame: bytes) -> None:
        async with raw_client_of(Application(self.closes)) as raw:
            begun = time.monotonic()
            sent = await raw.floods(frame * 1000)
            assert sent < MOST_FLOOD_BYTES
            assert time.monotonic() - begun < PATIENCE_SECONDS

    async def test_whoever_says_nothing_is_cut(self) -> None:
        async with raw_client_of(Application(self.closes)) as raw:
            assert (await raw.hears_the_end()).endswith(b"\x0f\xa0")
