"""Whoever floods a socket is cut, and a handshake may bring frames along."""

from __future__ import annotations

import asyncio

import pytest
from websockets.asyncio.client import connect

from attendance_web.live.frame_limits import MAX_FRAMES
from tests.support.asgi_serving import serving
from tests.support.eventually import PATIENCE_SECONDS, eventually
from tests.support.raw_sockets import (
    CONTINUED,
    HANDSHAKE,
    MOST_FLOOD_BYTES,
    SEND_EVERY,
    TEXT,
    Hearing,
    RawClient,
    linger,
    masked,
    raw_client_of,
)

__all__ = ["linger"]
# In which more come than the sixty of a flood and what a second refills
MANY_PINGS_SECONDS = 1.5
FLOODS = {
    "pings": masked(9),
    "pings with something to say": masked(9, b"x" * 125),
    "pongs": masked(10),
    "texts": TEXT,
    "empty fragments": CONTINUED,
}


class TestFloods:
    @pytest.mark.parametrize("frame", FLOODS.values(), ids=FLOODS.keys())
    async def test_nothing_is_made_of_frames_that_are_too_many(self, frame: bytes) -> None:
        app = Hearing()
        async with raw_client_of(app) as raw:
            if frame == CONTINUED:
                await raw.says(masked(1, last=False))
            raw.writer.write(frame * 10_000)
            come = await raw.hears_the_end()
            assert app.flood_count == 1
            assert app.text_count <= MAX_FRAMES
            assert come.count(b"\x8a") <= MAX_FRAMES + 5  # answers to pings
            assert b"\x11\x4d" in come  # 4429

    async def test_no_more_wait_than_are_handed_out_soon(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Those of one read are made in one step."""
        monkeypatch.setattr("attendance_web.serving.ws_protocol.MAX_WAITING_BYTES", 100)
        app = Hearing()
        async with raw_client_of(app) as raw:
            for _ in range(3):  # one after another they may go on
                await raw.says(masked(1, b"x" * 99))
                await asyncio.sleep(SEND_EVERY)
            assert (app.text_count, app.flood_count) == (3, 0)
            await raw.says(masked(1, b"x" * 60) * 5)
            assert b"\x11\x4d" in await raw.hears_the_end()  # 4429
            assert (app.text_count, app.flood_count) == (5, 1)

    async def test_sixty_at_once_are_heard(self) -> None:
        app = Hearing()
        async with raw_client_of(app) as raw:
            await raw.says(TEXT * MAX_FRAMES)
            await eventually(lambda: app.text_count == MAX_FRAMES)
            assert app.flood_count == 0

    async def test_answers_to_our_own_pings_are_free(self) -> None:
        app = Hearing()
        server = serving(app, ping_seconds=SEND_EVERY, pong_seconds=PATIENCE_SECONDS)
        async with server as (_, port):
            address = f"ws://127.0.0.1:{port}/ws/marking"
            async with connect(address, proxy=None, ping_interval=None) as client:
                await asyncio.sleep(MANY_PINGS_SECONDS)
                for _ in range(MAX_FRAMES):
                    await client.send("{}")
                await eventually(lambda: app.text_count == MAX_FRAMES)
                assert app.flood_count == 0

    async def test_who_does_not_read_answers_to_pings_is_not_read_from(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("attendance_web.serving.ws_protocol.MAX_FRAMES", 10**9)
        app = Hearing()
        async with raw_client_of(app, send_buffer=4096) as raw:
            raw.writer.transport.pause_reading()  # type: ignore[attr-defined]
            sent = await raw.floods(masked(9, b"x" * 125) * 500)
            assert sent < MOST_FLOOD_BYTES
            assert app.peer.transport.get_write_buffer_size() < 512 * 1024

    async def test_a_message_of_very_many_fragments_is_too_large(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("attendance_web.serving.ws_protocol.MAX_FRAMES", 10**9)
        app = Hearing()
        async with raw_client_of(app) as raw:
            await raw.says(masked(1, last=False) + CONTINUED * 200 + masked(0))
            await eventually(lambda: app.text_count == 1)
            await raw.says(masked(1, last=False) + CONTINUED * 1000)
            assert await asyncio.wait_for(app.ended, PATIENCE_SECONDS) == 1009
            await raw.hears_the_end()

    async def test_text_that_cannot_be_read_closes_without_a_traceback(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        app = Hearing()
        async with raw_client_of(app) as raw:
            await raw.says(masked(1, b"\xff\xff"))
            assert await asyncio.wait_for(app.ended, PATIENCE_SECONDS) == 1007
            await raw.hears_the_end()
        assert not [each for each in caplog.records if each.exc_info]


class TestHandshake:
    async def test_nothing_is_read_before_it_is_answered(self) -> None:
        accept = asyncio.Event()
        app = Hearing(accept)
        async with raw_client_of(app) as raw:
            await eventually(lambda: app.peer is not None)
            assert await raw.floods(masked(2, b"x" * 125) * 1000) < MOST_FLOOD_BYTES
            assert app.peer.queue.empty()
            accept.set()
            assert b" 101 " in await raw.hears_the_end()
            assert app.flood_count == 1

    async def test_one_that_is_none_is_cut(self) -> None:
        async with serving(Hearing()) as (_, port):
            raw = RawClient(*await asyncio.open_connection("127.0.0.1", port))
            await raw.says(HANDSHAKE.replace(b"Version: 13", b"Version: 12"))
            assert b" 400 " in await raw.hears_the_end()
            assert await raw.floods(b"x" * 10_000) < MOST_FLOOD_BYTES
