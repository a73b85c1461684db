"""A service that is none: it keeps what it was sent, and answers what a test has it answer."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic

from tests.support.service_process import PATIENCE_SECONDS

LENGTH = re.compile(rb"^content-length: *(\d+)", re.IGNORECASE | re.MULTILINE)
CHUNKED = re.compile(rb"^transfer-encoding: *chunked", re.IGNORECASE | re.MULTILINE)


@dataclass
class HttpMessage:
    """One message of HTTP: its first line, its headers by name in lower case, and its body."""

    first: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return self.first.split(" ")[1]

    @property
    def status(self) -> int:
        return int(self.first.split(" ")[1])


Answering = Callable[[HttpMessage], Awaitable[bytes]]


@dataclass
class Stub:
    """One that listens; ``idle_seconds`` says how long each connection was idle before its end."""

    port: int = 0
    requests: list[HttpMessage] = field(default_factory=list)
    idle_seconds: list[float] = field(default_factory=list)


async def fine(request: HttpMessage) -> bytes:
    """Answers everything with 200."""
    return answer(200, b"fine")


def answer(status: int, body: bytes = b"") -> bytes:
    """Writes an answer; the connection stays open."""
    return b"HTTP/1.1 %d Said\r\nContent-Length: %d\r\n\r\n%b" % (status, len(body), body)


@asynccontextmanager
async def stub(
    answering: Answering = fine, *, waits_for_bodies: bool = True
) -> AsyncIterator[Stub]:
    """Serves in this loop; where ``answering`` gives nothing the connection is closed.

    One that does not wait for bodies answers after the head, and closes the connection.
    """
    made = Stub()
    open_to: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        last = monotonic()
        serving = asyncio.current_task()
        assert serving is not None
        open_to[serving] = writer
        try:
            while True:
                request = await next_message(reader, with_body=waits_for_bodies)
                made.requests.append(request)
                answered = await answering(request)
                if not answered:
                    break
                writer.write(answered)
                await writer.drain()
                if not waits_for_bodies:
                    writer.write_eof()  # to close with bytes unread would be a reset
                    while await reader.read(2**16):
                        pass
                    break
                last = monotonic()
        except (asyncio.IncompleteReadError, ConnectionError):
            made.idle_seconds.append(monotonic() - last)
        finally:
            writer.close()
            del open_to[serving]

    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=2048)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        for writer in open_to.values():
            writer.close()
        await asyncio.gather(*open_to)


async def next_message(reader: asyncio.StreamReader, *, with_body: bool = True) -> HttpMessage:
    """Reads the next message. Raises IncompleteReadError where there is none."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = LENGTH.search(head) if with_body else None
    body = await reader.readexactly(int(length.group(1)) if length else 0)
    if with_body and CHUNKED.search(head):
        while size := int(await reader.readuntil(b"\r\n"), 16):
            body += await reader.readexactly(size)
            await reader.readexactly(2)
        await reader.readexactly(2)
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    pairs = (line.partition(":") for line in lines)
    return HttpMessage(first, {name.lower(): value.strip() for name, _, value in pairs}, body)


async def answer_to(port: int, *parts: str) -> HttpMessage:
    """Sends these texts on a connection of their own; answers what comes back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write("".join(parts).encode("latin-1"))
        return await asyncio.wait_for(next_message(reader), PATIENCE_SECONDS)
    finally:
        writer.close()


def get(path: str, *headers: str) -> str:
    """Writes a whole GET."""
    return head("GET", path, *headers)


def head(method: str, path: str, *headers: str) -> str:
    """Writes the head of a request, to which a body may be added."""
    lines = [f"{method} {path} HTTP/1.1", "Host: attendance.test:8443", *headers]
    return "".join(f"{line}\r\n" for line in lines) + "\r\n"
