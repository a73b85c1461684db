"""Reads a connection a little at a time, so that what waits to be parsed is little, too.

uvloop reads up to 250 KB at once of whatever has come, before anybody is asked. Of 3 000
connections that sent so much in one instant and waited for their turns that was up to 1 GB.
Decision 0016.
"""

from __future__ import annotations

import asyncio

from attendance_web.serving.portions import PORTION_BYTES


def room_for_reads() -> memoryview:
    """Makes what all reads of one event loop are written to, and taken from before the next."""
    return memoryview(bytearray(PORTION_BYTES))


class SmallReads(asyncio.BufferedProtocol):
    """Hands a protocol what comes, a portion at a time; while it pauses reading, nothing more."""

    def __init__(self, protocol: asyncio.Protocol, room: memoryview) -> None:
        self._protocol = protocol
        self._room = room

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Tells it so."""
        self._protocol.connection_made(transport)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Lends the room for one read."""
        return self._room

    def buffer_updated(self, nbytes: int) -> None:
        """Hands on what was read."""
        self._protocol.data_received(bytes(self._room[:nbytes]))

    def eof_received(self) -> bool | None:
        """Tells it so; answers whether the connection stays open."""
        return self._protocol.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tells it so."""
        self._protocol.connection_lost(exc)

    def pause_writing(self) -> None:
        """Tells it so."""
        self._protocol.pause_writing()

    def resume_writing(self) -> None:
        """Tells it so."""
        self._protocol.resume_writing()
