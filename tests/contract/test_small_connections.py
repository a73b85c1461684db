"""What connections take of a process, of whoever has thousands of them. Contract: 1.11."""

from __future__ import annotations

import asyncio
import tracemalloc
from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio

from attendance_web.serving.http_protocol import CallProtocol
from tests.support.eventually import eventually
from tests.support.protocol_servers import ProtocolServer

CONNECTION_COUNT = 50
# That Python allocates for one, the end of the test too, which is most of it
MAX_IDLE_BYTES = 9_000
MAX_WAITING_BYTES = 5_200  # more, of one whose request waits


class WaitingServer(ProtocolServer[CallProtocol]):
    """Answers nothing until it may."""

    def __init__(self) -> None:
        async def application(scope: Any, receive: Any, send: Any) -> None:
            self.waiting_count += 1
            await self.may_answer.wait()

        super().__init__(application, CallProtocol)
        self.may_answer = asyncio.Event()
        self.waiting_count = 0


@pytest_asyncio.fixture
async def served() -> AsyncIterator[WaitingServer]:
    made = WaitingServer()
    async with made.listening():
        yield made
        made.may_answer.set()


async def test_connections_take_little(served: WaitingServer) -> None:
    """A deque takes 0.6 KiB, an event of asyncio has one, and so many attributes 1.3 KiB more."""
    _, first = await asyncio.open_connection(*served.address)  # what is made once is there
    first.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    await eventually(lambda: served.waiting_count == 1)
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        opened = [await asyncio.open_connection(*served.address) for _ in range(CONNECTION_COUNT)]
        await eventually(lambda: len(served.protocols) == 1 + CONNECTION_COUNT)
        idle, _ = tracemalloc.get_traced_memory()
        for _, writer in opened:
            writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        await eventually(lambda: served.waiting_count == 1 + CONNECTION_COUNT)
        waiting, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (idle - before) / CONNECTION_COUNT < MAX_IDLE_BYTES
    assert (waiting - idle) / CONNECTION_COUNT < MAX_WAITING_BYTES
    for _, writer in [(None, first), *opened]:
        writer.close()
