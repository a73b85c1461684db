"""A TCP proxy that does to connections what networks do: freeze, delay, reset, fall silent."""

from __future__ import annotations

import asyncio
import socket
import struct
from contextlib import suppress
from typing import Final, NamedTuple

from tests.chaos.history import History

PIECE_BYTES: Final = 65_536
RESET: Final = struct.pack("ii", 1, 0)  # SO_LINGER of no time: closing sends RST


def reset(writer: asyncio.StreamWriter) -> None:
    """Ends a connection so that its other end sees it reset."""
    raw = writer.get_extra_info("socket")
    if raw is not None:
        with suppress(OSError):
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()


class End(NamedTuple):
    """One end of a connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


class Link:
    """One connection through the proxy; ``port`` is the client's, by which others know it."""

    def __init__(self, port: int, worker: int, history: History) -> None:
        self.port = port
        self.worker = worker
        self._history = history
        self._writers: list[asyncio.StreamWriter] = []
        self._flows = asyncio.Event()
        self._flows.set()
        self._delay = 0.0
        self._is_cut = False

    def freeze(self) -> None:
        """Has nothing go either way until it is thawed."""
        self._touched("freeze")
        self._flows.clear()

    def thaw(self) -> None:
        """Has what was held up go on."""
        if not self._flows.is_set():
            self._touched("thaw")
        self._flows.set()

    def delay(self, seconds: float) -> None:
        """Has every piece of data come so many seconds later from now on."""
        self._touched("delay")
        self._delay = seconds

    def cut(self) -> None:
        """Has nothing come any more, and neither end be told: no FIN, no RST."""
        self._touched("cut")
        self._is_cut = True

    def reset(self) -> None:
        """Has both ends see a reset."""
        self._touched("reset")
        self.end()

    def end(self) -> None:
        """Lets go of both ends."""
        self._flows.set()
        for writer in self._writers:
            reset(writer)

    def heal(self) -> None:
        """Makes the network whole again: what was cut is found to be so."""
        if self._delay:
            self._touched("heal")
        self._delay = 0.0
        self.thaw()
        if self._is_cut:
            self.end()

    def _touched(self, kind: str) -> None:
        self._history.add("fault", kind=kind, link=self.port)

    async def carry(self, client: End, server: End) -> None:
        """Carries what either end says to the other, until the server closes its end."""
        self._writers = [client.writer, server.writer]
        upwards = asyncio.create_task(self._pump(client.reader, server.writer))
        try:
            await self._pump(server.reader, client.writer)
        finally:
            upwards.cancel()
            await asyncio.gather(upwards, return_exceptions=True)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(PIECE_BYTES):
                await self._flows.wait()
                if self._delay:
                    await asyncio.sleep(self._delay)
                if not self._is_cut:
                    writer.write(data)
                    await writer.drain()
        await self._flows.wait()
        if not self._is_cut:
            writer.close()


class Proxy:
    """In front of one worker, at a port that stays the same."""

    def __init__(self, worker: int, upstream: int, history: History) -> None:
        self.links: dict[int, Link] = {}
        self.port = 0
        self._worker = worker
        self._upstream = upstream
        self._history = history
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listens; returns once somebody can connect."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        port = writer.get_extra_info("peername")[1]
        try:
            server = End(*await asyncio.open_connection("127.0.0.1", self._upstream))
        except OSError:
            reset(writer)
            return
        link = self.links[port] = Link(port, self._worker, self._history)
        try:
            await link.carry(End(reader, writer), server)
        finally:
            if self.links.get(port) is link:
                del self.links[port]
            writer.close()
            server.writer.close()

    def heal(self) -> None:
        """Has every connection work again, or be seen to be gone."""
        for link in list(self.links.values()):
            link.heal()

    async def close(self) -> None:
        """Lets nobody in any more, and lets go of everybody."""
        assert self._server is not None
        self._server.close()
        for link in list(self.links.values()):
            link.end()
        await self._server.wait_closed()
