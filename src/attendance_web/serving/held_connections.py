"""Holds connections that were accepted until it is their time to be let in.

Nothing is made of them meanwhile, and nothing at all of those whose clients go.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from attendance_core.vocabulary import Seconds
from attendance_web.serving.accepted_connection import AcceptedConnection


class HeldConnections:
    """Holds each for as long as it is told, and then has ``end_hold`` called."""

    def __init__(self, end_hold: Callable[[AcceptedConnection], None]) -> None:
        self._end_hold = end_hold
        self._loop = asyncio.get_running_loop()
        self._held: dict[AcceptedConnection, asyncio.TimerHandle] = {}

    def hold(self, connection: AcceptedConnection, seconds: Seconds) -> None:
        """Holds one so long."""
        self._held[connection] = self._loop.call_later(seconds, self._end_one, connection)

    def end_all(self) -> None:
        """Holds nobody any more."""
        for timer in self._held.values():
            timer.cancel()
        for connection in [*self._held]:
            self._end_one(connection)

    def _end_one(self, connection: AcceptedConnection) -> None:
        del self._held[connection]
        self._end_hold(connection)
