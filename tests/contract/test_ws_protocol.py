"""What our protocol adds to uvicorn's: stuck connections are cut, and sends that come too late."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from uvicorn.protocols.utils import ClientDisconnected
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from attendance_web.live.frame_limits import MAX_FRAMES
from attendance_web.live.peer import FLOODED, PEER_EXTENSION
from tests.support.eventually import PATIENCE, eventually
from tests.support.faulty_house import serving

LINGER = 0.4  # seconds, instead of the two
PACE = 0.01  # seconds from one thing that is sent to the next
MANY_PINGS = 1.5  # seconds in which more come than the sixty of a flood and what a second refills
HANDSHAKE = (
    b"GET /ws/marking HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
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
            await self._does(scope["extensions"][PEER_EXTENSION], send)
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
        plain.send(HANDSHAKE)
        assert (await loop.sock_recv(plain, 12)).endswith(b" 101")
        yield plain


@pytest.fixture(autouse=True)
def linger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("attendance_web.serving.ws_closing.LINGER_SECONDS", LINGER)


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
            async with asyncio.timeout(PATIENCE):
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
            peers[0].cut(4508)
            assert isinstance(await app.ends(), ClientDisconnected)

    async def test_who_answers_pings_stays(self) -> None:
        async def listens_and_says(peer: Any, send: Send) -> None:
            until = time.monotonic() + 5 * LINGER
            while time.monotonic() < until:
                await send({"type": "websocket.send", "text": "still here"})
                await asyncio.sleep(PACE)
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
        async def cuts_and_talks(peer: Any, send: Send) -> None:
            peer.cut(1011)
            await send(FRAME)

        app = Application(cuts_and_talks)
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


def masked(opcode: int, payload: bytes = b"", *, last: bool = True) -> bytes:
    """A frame as a client sends it, masked with zeros."""
    return bytes([opcode | (0x80 if last else 0), 0x80 | len(payload)]) + b"\0" * 4 + payload


TEXT, CONTINUED = masked(1, b"{}"), masked(0, last=False)
FLOODS = {
    "pings": masked(9),
    "pings with something to say": masked(9, b"x" * 125),
    "pongs": masked(10),
    "texts": TEXT,
    "empty fragments": CONTINUED,
}


class Hearing:
    """An application that keeps what it is told, and closes when a frame too many came."""

    def __init__(self, accept: asyncio.Event | None = None) -> None:
        self.texts = 0
        self.floods = 0
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
            if FLOODED in event:
                self.floods += 1
                await send({"type": "websocket.close", "code": 4429})
            else:
                self.texts += 1


class Raw:
    """A client that says bytes, and may read nothing."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def says(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def floods(self, data: bytes, most_bytes: int = 50_000_000) -> int:
        """How many bytes went out before nobody took any more."""
        sent = 0
        with suppress(TimeoutError, ConnectionError):
            while sent < most_bytes:
                async with asyncio.timeout(3 * LINGER):
                    await self.says(data)
                sent += len(data)
        return sent

    async def hears_the_end(self) -> bytes:
        """All that comes; returns when the connection has ended."""
        come = bytearray()
        with suppress(ConnectionError):
            while more := await asyncio.wait_for(self.reader.read(65_536), PATIENCE):
                come += more
        return bytes(come)


@asynccontextmanager
async def shaking(app: Any, **options: Any) -> AsyncIterator[Raw]:
    """A client whose handshake was answered, unless the application waits with that."""
    async with serving(app, **options) as (_, port):
        raw = Raw(*await asyncio.open_connection("127.0.0.1", port))
        try:
            await raw.says(HANDSHAKE)
            if not isinstance(app, Hearing) or app._accept is None:
                await raw.reader.readuntil(b"\r\n\r\n")
            yield raw
        finally:
            raw.writer.transport.abort()


class TestFloods:
    @pytest.mark.parametrize("frame", FLOODS.values(), ids=FLOODS.keys())
    async def test_nothing_is_made_of_frames_that_are_too_many(self, frame: bytes) -> None:
        app = Hearing()
        async with shaking(app) as raw:
            if frame == CONTINUED:
                await raw.says(masked(1, last=False))
            raw.writer.write(frame * 10_000)
            come = await raw.hears_the_end()
            assert app.floods == 1
            assert app.texts <= MAX_FRAMES
            assert come.count(b"\x8a") <= MAX_FRAMES + 5  # answers to pings
            assert b"\x11\x4d" in come  # 4429

    async def test_no_more_wait_than_are_handed_out_soon(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Those of one read are made in one step."""
        monkeypatch.setattr("attendance_web.serving.ws_protocol.MAX_WAITING_BYTES", 100)
        app = Hearing()
        async with shaking(app) as raw:
            for _ in range(3):  # one after another they may go on
                await raw.says(masked(1, b"x" * 99))
                await asyncio.sleep(PACE)
            assert (app.texts, app.floods) == (3, 0)
            await raw.says(masked(1, b"x" * 60) * 5)
            assert b"\x11\x4d" in await raw.hears_the_end()  # 4429
            assert (app.texts, app.floods) == (5, 1)

    async def test_sixty_at_once_are_heard(self) -> None:
        app = Hearing()
        async with shaking(app) as raw:
            await raw.says(TEXT * MAX_FRAMES)
            await eventually(lambda: app.texts == MAX_FRAMES)
            assert app.floods == 0

    async def test_answers_to_our_own_pings_are_free(self) -> None:
        app = Hearing()
        async with serving(app, ping_seconds=PACE, pong_seconds=PATIENCE) as (_, port):
            address = f"ws://127.0.0.1:{port}/ws/marking"
            async with connect(address, proxy=None, ping_interval=None) as client:
                await asyncio.sleep(MANY_PINGS)
                for _ in range(MAX_FRAMES):
                    await client.send("{}")
                await eventually(lambda: app.texts == MAX_FRAMES)
                assert app.floods == 0

    async def test_who_does_not_read_answers_to_pings_is_not_read_from(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("attendance_web.serving.ws_protocol.MAX_FRAMES", 10**9)
        app = Hearing()
        async with shaking(app, send_buffer=4096) as raw:
            raw.writer.transport.pause_reading()  # type: ignore[attr-defined]
            sent = await raw.floods(masked(9, b"x" * 125) * 500)
            assert sent < 50_000_000
            assert app.peer.transport.get_write_buffer_size() < 512 * 1024

    async def test_a_message_of_very_many_fragments_is_too_large(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("attendance_web.serving.ws_protocol.MAX_FRAMES", 10**9)
        app = Hearing()
        async with shaking(app) as raw:
            await raw.says(masked(1, last=False) + CONTINUED * 200 + masked(0))
            await eventually(lambda: app.texts == 1)
            await raw.says(masked(1, last=False) + CONTINUED * 1000)
            assert await asyncio.wait_for(app.ended, PATIENCE) == 1009
            await raw.hears_the_end()

    async def test_text_that_cannot_be_read_closes_without_a_traceback(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        app = Hearing()
        async with shaking(app) as raw:
            await raw.says(masked(1, b"\xff\xff"))
            assert await asyncio.wait_for(app.ended, PATIENCE) == 1007
            await raw.hears_the_end()
        assert not [each for each in caplog.records if each.exc_info]


class TestHandshake:
    async def test_nothing_is_read_before_it_is_answered(self) -> None:
        accept = asyncio.Event()
        app = Hearing(accept)
        async with shaking(app) as raw:
            await eventually(lambda: app.peer is not None)
            assert await raw.floods(masked(2, b"x" * 125) * 1000) < 50_000_000
            assert app.peer.queue.empty()
            accept.set()
            assert b" 101 " in await raw.hears_the_end()
            assert app.floods == 1

    async def test_one_that_is_none_is_cut(self) -> None:
        async with serving(Hearing()) as (_, port):
            raw = Raw(*await asyncio.open_connection("127.0.0.1", port))
            await raw.says(HANDSHAKE.replace(b"Version: 13", b"Version: 12"))
            assert b" 400 " in await raw.hears_the_end()
            assert await raw.floods(b"x" * 10_000) < 50_000_000


class TestAfterOurClose:
    @staticmethod
    async def closes(peer: Any, send: Send) -> None:
        await send({"type": "websocket.close", "code": 4000})

    async def test_who_answers_it_is_let_go_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("attendance_web.serving.ws_closing.LINGER_SECONDS", PATIENCE)
        async with shaking(Application(self.closes)) as raw:
            await raw.says(TEXT + masked(8, b"\x0f\xa0"))
            assert (await raw.hears_the_end()).endswith(b"\x0f\xa0")

    @pytest.mark.parametrize("frame", [TEXT, masked(9), masked(10), masked(2, b"x" * 125)])
    async def test_whoever_goes_on_is_not_read_and_is_cut(self, frame: bytes) -> None:
        async with shaking(Application(self.closes)) as raw:
            begun = time.monotonic()
            sent = await raw.floods(frame * 1000)
            assert sent < 50_000_000
            assert time.monotonic() - begun < PATIENCE

    async def test_whoever_says_nothing_is_cut(self) -> None:
        async with shaking(Application(self.closes)) as raw:
            assert (await raw.hears_the_end()).endswith(b"\x0f\xa0")
