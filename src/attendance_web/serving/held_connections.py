"""Holds connections that were accepted until it is their time to be let in, a few at a step.

Nothing is made of them meanwhile, and nothing at all of those whose clients go.
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import Callable
from typing import Final

from attendance_core.vocabulary import Seconds
from attendance_web.serving.tcp_state import says_no_more

MAX_AT_ONCE: Final = 4  # that are let in at a step
MAX_EXAMINED: Final = 64  # at a step, with those who have gone


class HeldConnections:
    """Holds each for as long as it is told, and then has ``let_in`` called."""

    def __init__(self, let_in: Callable[[socket.socket], None]) -> None:
        self._let_in = let_in
        self._loop = asyncio.get_running_loop()
        self._held: dict[socket.socket, asyncio.TimerHandle] = {}
        self._due: deque[socket.socket] = deque()

    def hold(self, connection: socket.socket, seconds: Seconds) -> None:
        """Holds one so long."""
        self._held[connection] = self._loop.call_later(seconds, self._note_due, connection)

    def let_all_in(self) -> None:
        """Holds nobody any more."""
        for timer in self._held.values():
            timer.cancel()
        waiting = [*self._due, *self._held]
        self._due.clear()
        self._held.clear()
        for connection in waiting:
            self._let_one_in(connection)

    def _note_due(self, connection: socket.socket) -> None:
        del self._held[connection]
        self._due.append(connection)
        if len(self._due) == 1:
            self._loop.call_soon(self._let_some_in)

    def _let_some_in(self) -> None:
        let_in = examined = 0
        while self._due and let_in < MAX_AT_ONCE and examined < MAX_EXAMINED:
            let_in += self._let_one_in(self._due.popleft())
            examined += 1
        if self._due:
            self._loop.call_soon(self._let_some_in)

    def _let_one_in(self, connection: socket.socket) -> bool:
        """Lets one in; False where it has gone."""
        if says_no_more(connection):
            connection.close()
            return False
        self._let_in(connection)
        return True
