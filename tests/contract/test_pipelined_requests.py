"""Requests that come together are read one by one, and answered in their order. Contract: 1.11."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from attendance_web.serving.http_protocol import CallProtocol
from tests.support.eventually import eventually
from tests.support.protocol_servers import ProtocolServer

TOGETHER = 148  # requests: so many of the shortest are in 4 KiB
LARGE = 75_000  # bytes: more than uvicorn takes of a body that nobody reads
KEEP_ALIVE_SECONDS = 0.1


def get(path: str = "/") -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode()


def post(length: int) -> bytes:
    """Writes one without its body, which has ``length`` bytes."""
    return f"POST /post HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n".encode()


class PathServer(ProtocolServer[CallProtocol]):
    """Answers with the path, and reads no body; it may be told to wait."""

    def __init__(self) -> None:
        async def application(scope: Any, receive: Any, send: Any) -> None:
            await self.answer(scope, send)

        super().__init__(application, CallProtocol)
        self.config.timeout_keep_alive = KEEP_ALIVE_SECONDS  # type: ignore[assignment]
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.under_way_count = self.most_under_way = 0

    async def answer(self, scope: Any, send: Any) -> None:
        path = scope["path"].encode()
        self.under_way_count += 1
        self.most_under_way = max(self.under_way_count, self.most_under_way)
        await self.may_answer.wait()
        if path == b"/slow":
            await asyncio.sleep(3 * KEEP_ALIVE_SECONDS)
        self.under_way_count -= 1
        headers = [(b"content-length", b"%d" % (len(path) + 1))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": path + b"\n"})


@pytest_asyncio.fixture
async def served() -> AsyncIterator[PathServer]:
    made = PathServer()
    async with made.listening():
        yield made
        made.may_answer.set()


async def paths_of(reader: asyncio.StreamReader, count: int) -> list[str]:
    """Reads the next answers."""
    paths: list[str] = []
    async with asyncio.timeout(10):
        while len(paths) < count:
            await reader.readuntil(b"\r\n\r\n")
            paths.append((await reader.readline()).decode().strip())
    return paths


@pytest.mark.parametrize("request_", [get(), post(1) + b"x"], ids=["GET", "POST"])
async def test_those_that_come_together_wait_unread_behind_the_first(
    served: PathServer, request_: bytes
) -> None:
    served.may_answer.clear()
    reader, writer = await asyncio.open_connection(*served.address)
    writer.write(request_ * TOGETHER)
    await eventually(lambda: served.under_way_count == 1)
    for _ in range(10):
        await asyncio.sleep(0)
    assert not served.protocols[-1].pipeline
    served.may_answer.set()
    await paths_of(reader, TOGETHER)
    writer.close()


async def test_so_it_is_behind_a_body_that_ends_after_its_answer(served: PathServer) -> None:
    reader, writer = await asyncio.open_connection(*served.address)
    writer.write(post(6000) + bytes(5999))
    assert await paths_of(reader, 1) == ["/post"]
    served.may_answer.clear()
    writer.write(b"x" + get() * (TOGETHER - 1))
    await eventually(lambda: served.under_way_count == 1)
    for _ in range(10):
        await asyncio.sleep(0)
    assert not served.protocols[-1].pipeline
    served.may_answer.set()
    await paths_of(reader, TOGETHER - 1)
    writer.close()


async def test_what_follows_a_body_that_nobody_read_is_answered_in_order(
    served: PathServer,
) -> None:
    reader, writer = await asyncio.open_connection(*served.address)
    paths = ["/slow", "/b", "/c"]
    writer.write(post(LARGE) + bytes(LARGE) + b"".join(map(get, paths)))
    assert await paths_of(reader, 4) == ["/post", *paths]
    assert served.most_under_way == 1
    writer.close()


async def test_nobody_is_cut_behind_a_body_that_nobody_read(served: PathServer) -> None:
    """Though their answer takes longer than a connection is kept for nothing."""
    reader, writer = await asyncio.open_connection(*served.address)
    writer.write(post(LARGE) + bytes(LARGE))
    assert await paths_of(reader, 1) == ["/post"]
    writer.write(get("/slow"))
    assert await paths_of(reader, 1) == ["/slow"]
    writer.close()


async def test_a_body_that_breaks_off_behind_its_answer_ends_the_connection(
    served: PathServer, caplog: pytest.LogCaptureFixture
) -> None:
    reader, writer = await asyncio.open_connection(*served.address)
    head = b"POST /post HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    writer.write(head + (b"1000\r\n" + bytes(4096) + b"\r\n") * (LARGE // 4096) + b"zz\r\n")
    assert await paths_of(reader, 1) == ["/post"]
    async with asyncio.timeout(10):
        assert await reader.read() == b""
    assert [each for each in caplog.records if each.levelno >= logging.ERROR] == []
    writer.close()
