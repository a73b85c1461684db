"""A way to the service that can go silent, as that of a phone in a tunnel does.

What a browser calls offline leaves the connections that are open as they are, and of what still
comes over a WebSocket Chromium 156 makes a loop without end, which takes a core until it is online
again: nothing may come then. The service hears nothing either, and finds out by its pings.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

READ_BYTES = 65_536  # at most, by one read


class Tunnel:
    """Passes on what comes from either side, but while it is silent."""

    def __init__(self, host: str, port: int) -> None:
        self._service_address = (host, port)
        self._open = asyncio.Event()
        self._open.set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._ends: list[asyncio.StreamWriter] = []
        self.url = ""

    def falls_silent(self) -> None:
        """Holds up what comes, from now on."""
        self._open.clear()

    def speaks_again(self) -> None:
        """Passes on what was held up, and what comes."""
        self._open.set()

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Connects somebody who has come."""
        there, back = await asyncio.open_connection(*self._service_address)
        self._ends += [writer, back]
        for passing_on in (self._pass_on(reader, back), self._pass_on(there, writer)):
            task = asyncio.create_task(passing_on)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while said := await reader.read(READ_BYTES):
                await self._open.wait()
                writer.write(said)
                await writer.drain()
        await self._open.wait()
        writer.close()

    async def close(self) -> None:
        """Cuts everybody off."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for end in self._ends:
            end.close()
        for end in self._ends:
            with suppress(ConnectionError):
                await end.wait_closed()


@asynccontextmanager
async def tunnel(url: str) -> AsyncIterator[Tunnel]:
    """Opens one to the service at this address, until it is left."""
    split = urlsplit(url)
    opened = Tunnel(split.hostname or "", split.port or 80)
    server = await asyncio.start_server(opened.take, "127.0.0.1", 0)
    opened.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield opened
    finally:
        server.close()
        await opened.close()
