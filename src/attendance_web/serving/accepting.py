"""Lets connections in a few at a time, so that who came before them has a turn in between.

The event loop itself accepts whatever waits, up to a whole backlog, in one step: a thousand
connections at once kept a command of somebody else waiting for 50 ms. Who has gone by then is
passed over: nothing is made of them, and nobody waits behind them. Those of a network that leaves
too many of them unanswered are let in later.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from attendance_core.vocabulary import Seconds
from attendance_web.serving.held_connections import HeldConnections
from attendance_web.serving.left_connections import LeftConnections
from attendance_web.serving.tcp_state import says_no_more

logger = logging.getLogger(__name__)

MAX_AT_ONCE: Final = 4  # connections that are accepted in one step of the loop
MAX_EXAMINED: Final = 64  # in one step, with those who have gone
PAUSE_SECONDS: Final[Seconds] = 0.5  # before the next try where none can be accepted


class Acceptor:
    """Accepts what comes to one listening socket, until it is closed."""

    def __init__(
        self,
        listener: socket.socket,
        new_protocol: Callable[[], asyncio.Protocol],
        left: LeftConnections,
    ) -> None:
        """Begins in the loop that runs; ``new_protocol`` makes what reads one connection."""
        listener.setblocking(False)
        self._listener = listener
        self._new_protocol = new_protocol
        self._left = left
        self._held = HeldConnections(self._let_in)
        self._loop = asyncio.get_running_loop()
        self._opening: set[asyncio.Task[object]] = set()
        self._pause: asyncio.TimerHandle | None = None
        self._begin()

    def close(self) -> None:
        """Lets in who waits already, and nobody any more; idempotent."""
        if self._pause is not None:
            self._pause.cancel()
        if self._listener.fileno() < 0:
            return
        self._loop.remove_reader(self._listener)
        with suppress(OSError):  # nobody waits, or nobody can be let in
            while True:
                self._accept_one()
        self._held.let_all_in()
        self._listener.close()

    def _begin(self) -> None:
        self._pause = None
        self._loop.add_reader(self._listener, self._accept_some)

    def _accept_some(self) -> None:
        """Accepts some in this step of the loop; where more wait, the loop comes back."""
        try:
            let_in = examined = 0
            while let_in < MAX_AT_ONCE and examined < MAX_EXAMINED:
                let_in += self._accept_one()
                examined += 1
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:  # all files are open, or there is no memory: no one's fault
            logger.error("no connection can be accepted: %s", error)
            self._loop.remove_reader(self._listener)
            self._pause = self._loop.call_later(PAUSE_SECONDS, self._begin)

    def _accept_one(self) -> bool:
        """Accepts one; False where it has gone, or is to wait.

        Raises OSError, BlockingIOError where nobody waits.
        """
        try:
            connection, peer = self._listener.accept()
        except ConnectionAbortedError:
            return False
        if says_no_more(connection):
            connection.close()
            return False
        if seconds := self._left.wait_of(peer):
            self._held.hold(connection, seconds)
            return False
        self._let_in(connection)
        return True

    def _let_in(self, connection: socket.socket) -> None:
        task = self._loop.create_task(self._open(connection))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def _open(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        try:
            await self._loop.connect_accepted_socket(self._new_protocol, connection)
        except OSError:  # it has gone
            connection.close()
