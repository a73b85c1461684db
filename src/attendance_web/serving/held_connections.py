"""Holds connections that were accepted until it is their time to be let in.

Nothing is made of them meanwhile, and nothing at all of those whose clients go.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

from attendance_core.vocabulary import Seconds


class HeldConnections:
    """Holds each for as long as it is told, and then has ``end_hold`` called."""

    def __init__(self, end_hold: Callable[[socket.socket, str], None]) -> None:
        self._end_hold = end_hold
        self._loop = asyncio.get_running_loop()
        self._held: dict[socket.socket, tuple[str, asyncio.TimerHandle]] = {}

    def hold(self, connection: socket.socket, network: str, seconds: Seconds) -> None:
        """Holds one of this network so long."""
        timer = self._loop.call_later(seconds, self._end_one, connection)
        self._held[connection] = network, timer

    def end_all(self) -> None:
        """Holds nobody any more."""
        for _, timer in self._held.values():
            timer.cancel()
        for connection in [*self._held]:
            self._end_one(connection)

    def _end_one(self, connection: socket.socket) -> None:
        network, _ = self._held.pop(connection)
        self._end_hold(connection, network)
