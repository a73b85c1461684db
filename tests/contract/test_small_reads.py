"""What comes on connections and has to wait takes little memory. Contract: 1.23."""

from __future__ import annotations

import asyncio
import gc
import resource
import socket
import time
import weakref
from collections.abc import AsyncIterator
from contextlib import ExitStack, suppress
from typing import Any, Final

import psutil
import pytest
import pytest_asyncio

from attendance_web.serving.http_protocol import CallProtocol
from attendance_web.serving.portions import PORTION_BYTES
from attendance_web.serving.small_reads import SmallReads, room_for_reads
from tests.support.eventually import eventually
from tests.support.protocol_servers import ProtocolServer
from tests.support.service_process import Service, own_service

__all__ = ["own_service"]

MEBIBYTE: Final = 1024 * 1024
TOGETHER: Final = 4000  # requests, of 150 KB
BODY_BYTES: Final = 300_000
CONNECTIONS: Final = 600
SENT_BYTES: Final = 256 * 1024  # on each of them
MAX_GROWTH_BYTES: Final = 40 * MEBIBYTE  # it was 90 and more
WATCHED_SECONDS: Final = 4.0


def get(more: str = "") -> bytes:
    return f"GET / HTTP/1.1\r\nHost: a\r\n{more}\r\n".encode()


def post(length: int) -> bytes:
    """Writes one without its body, which has ``length`` bytes."""
    return f"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n".encode()


class NotingProtocol(CallProtocol):
    """Notes how much has come, and how much of it at once."""

    come_bytes = most_bytes_at_once = 0

    def data_received(self, data: bytes) -> None:
        self.come_bytes += len(data)
        self.most_bytes_at_once = max(self.most_bytes_at_once, len(data))
        super().data_received(data)


class WaitingServer(ProtocolServer[NotingProtocol]):
    """Answers when it may, and may read the body then."""

    def __init__(self) -> None:
        async def application(scope: Any, receive: Any, send: Any) -> None:
            self.begun_count += 1
            await self.may_answer.wait()
            read = 0
            while (message := await receive())["type"] == "http.request":
                read += len(message["body"])
                if not message["more_body"]:
                    break
            body = b"%d\n" % read
            headers = [(b"content-length", b"%d" % len(body))]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": body})

        super().__init__(application, NotingProtocol)
        self.begun_count = 0
        self.may_answer = asyncio.Event()
        self._room = room_for_reads()

    def new_protocol(self) -> SmallReads:
        super().new_protocol()
        return SmallReads(self.protocols[-1], self._room)


@pytest_asyncio.fixture
async def served() -> AsyncIterator[WaitingServer]:
    made = WaitingServer()
    async with made.listening():
        yield made
        made.may_answer.set()


async def lines_of(reader: asyncio.StreamReader, count: int) -> list[bytes]:
    """Reads the bodies of the next answers."""
    lines: list[bytes] = []
    async with asyncio.timeout(30):
        while len(lines) < count:
            await reader.readuntil(b"\r\n\r\n")
            lines.append(await reader.readline())
    return lines


@pytest.mark.parametrize(
    ("sent", "answers"),
    [
        (get() * TOGETHER, [b"0\n"] * TOGETHER),
        (post(BODY_BYTES) + bytes(BODY_BYTES), [b"%d\n" % BODY_BYTES]),
    ],
    ids=["requests", "body"],
)
async def test_what_has_to_wait_is_not_read(
    served: WaitingServer, sent: bytes, answers: list[bytes]
) -> None:
    reader, writer = await asyncio.open_connection(*served.address)
    writer.write(sent)
    await eventually(lambda: served.begun_count == 1)
    for _ in range(100):
        await asyncio.sleep(0)
    (connection,) = served.protocols
    assert connection.come_bytes <= 3 * PORTION_BYTES
    served.may_answer.set()
    assert await lines_of(reader, len(answers)) == answers
    assert connection.most_bytes_at_once <= PORTION_BYTES
    writer.close()


@pytest.mark.parametrize("sent", [get(), get() * 9, get() + b"GET ", post(9) + b"x"])
@pytest.mark.parametrize("is_answered", [True, False])
async def test_nothing_is_kept_of_a_connection_that_has_ended(
    served: WaitingServer, sent: bytes, is_answered: bool
) -> None:
    """Not by cycles either, which a process that is busy never collects."""
    reader, writer = await asyncio.open_connection(*served.address)
    writer.write(sent)
    await eventually(lambda: served.begun_count == 1)
    if is_answered and not sent.startswith(b"POST"):
        served.may_answer.set()
        await lines_of(reader, sent.count(b"Host"))
    kept = weakref.ref(served.protocols.pop())
    gc.collect()
    gc.disable()
    try:
        writer.transport.abort()
        served.may_answer.set()
        await eventually(lambda: kept() is None)
    finally:
        gc.enable()


def test_thousands_that_send_much_at_once_take_little(own_service: Service) -> None:
    """Before any of it is parsed, or while requests wait for their turns."""
    most_files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if most_files < CONNECTIONS + 200:
        pytest.skip("this machine lets a process open too few files")
    ask = get("X: y\r\n").replace(b"GET /", b"GET /api/auth/GetCurrentUserId")
    sent = memoryview(ask * (SENT_BYTES // len(ask)))
    process = psutil.Process(own_service.process.pid)
    before = most = process.memory_info().rss
    with ExitStack() as stack:
        waiting: dict[socket.socket, int] = {}
        for _ in range(CONNECTIONS):
            connection = stack.enter_context(socket.create_connection(own_service.address))
            connection.setblocking(False)
            waiting[connection] = 0
        until = time.monotonic() + WATCHED_SECONDS
        while time.monotonic() < until:
            for connection, begins in waiting.items():
                with suppress(BlockingIOError):
                    waiting[connection] += connection.send(sent[begins:])
            most = max(most, process.memory_info().rss)
    assert most - before < MAX_GROWTH_BYTES, f"{(most - before) / MEBIBYTE:.0f} MiB"
