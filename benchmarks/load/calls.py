"""Calls over connections that stay open, one after another on each."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from http import HTTPStatus
from typing import cast

from httptools import HttpResponseParser

from benchmarks.load.wire import LOCAL, Door, Person
from benchmarks.processes import cpu_seconds


class _Calling(asyncio.Protocol):
    """One connection."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self._parser = HttpResponseParser(self)
        self._answered: asyncio.Future[int] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        """Is called by the parser."""
        if self._answered is not None:
            answered, self._answered = self._answered, None
            answered.set_result(self._parser.get_status_code())

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answered is not None:
            self._answered.set_exception(ConnectionError("cut"))

    async def asks(self, request: bytes) -> None:
        """Waits for the whole answer, which has to be 200."""
        assert self.transport is not None
        self._answered = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        status = await self._answered
        assert status == HTTPStatus.OK, status


async def make_calls(door: Door, path: str, people: Sequence[Person], call_count: int) -> float:
    """Measures the microseconds of CPU that a call costs; each of these people makes so many.

    Everybody has a connection of their own.
    """

    async def one(person: Person) -> None:
        head = f"GET {path} HTTP/1.1\r\nHost: {LOCAL}:{door.port}\r\n"
        request = f"{head}Cookie: sessionid={person.token}\r\n\r\n".encode()
        loop = asyncio.get_running_loop()
        _, calling = await loop.create_connection(_Calling, LOCAL, door.port)
        await calling.asks(request)  # the first one is for the caches
        for _ in range(call_count):
            await calling.asks(request)
        assert calling.transport is not None
        calling.transport.close()

    used = cpu_seconds(door.pids)
    await asyncio.gather(*map(one, people))
    used = cpu_seconds(door.pids) - used
    return 1e6 * used / (len(people) * (call_count + 1))
