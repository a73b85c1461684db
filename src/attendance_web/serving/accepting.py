"""Lets connections in a few at a time, so that who came before them has a turn in between.

The event loop itself accepts whatever waits, up to a whole backlog, in one step: a thousand
connections at once kept a command of somebody else waiting for 50 ms. They are accepted quickly,
or whoever comes behind them would find no place in the backlog, and let in by network, so that
nobody waits behind all of another one. Who has gone by then is passed over: nothing is made of
them. Those of a network that leaves too many of them unanswered are let in later.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Final

from attendance_core.vocabulary import Seconds
from attendance_web.serving.accepted_connection import AcceptedConnection
from attendance_web.serving.held_connections import HeldConnections
from attendance_web.serving.left_connections import LeftConnections
from attendance_web.serving.open_connections import OpenConnections
from attendance_web.wire.step_turns import StepTurns

logger = logging.getLogger(__name__)

# In one step of the loop; it takes some 15 us to accept one, and 0.1 ms to let one in
MAX_ACCEPTED, MAX_LET_IN = 8, 2
PAUSE_SECONDS: Final[Seconds] = 0.5  # before the next try where none can be accepted


class Acceptor:
    """Accepts what comes to one listening socket, until it is closed."""

    def __init__(
        self,
        listener: socket.socket,
        new_protocol: Callable[[], asyncio.BaseProtocol],
        left: LeftConnections,
        open_connections: OpenConnections,
    ) -> None:
        """Begins in the loop that runs; ``new_protocol`` makes what reads one connection."""
        listener.setblocking(False)
        self._listener = listener
        self._new_protocol = new_protocol
        self._left = left
        self._open_connections = open_connections
        self._turns = StepTurns(MAX_LET_IN)
        self._held = HeldConnections(self._let_in_turn)
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
        self._held.end_all()
        self._turns.begin_all()
        self._listener.close()

    def _begin(self) -> None:
        self._pause = None
        self._loop.add_reader(self._listener, self._accept_some)

    def _accept_some(self) -> None:
        """Accepts some in this step of the loop; where more wait, the loop comes back."""
        try:
            for _ in range(MAX_ACCEPTED):
                self._accept_one()
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:  # all files are open, or there is no memory: no one's fault
            logger.error("no connection can be accepted: %s", error)
            self._open_connections.cut_silent(MAX_ACCEPTED)
            self._loop.remove_reader(self._listener)
            self._pause = self._loop.call_later(PAUSE_SECONDS, self._begin)

    def _accept_one(self) -> None:
        """Accepts one, to be let in in its turn.

        Raises OSError, BlockingIOError where nobody waits.
        """
        try:
            connection = AcceptedConnection(*self._listener.accept())
        except ConnectionAbortedError:
            return
        self._open_connections.add(connection)
        if seconds := self._left.wait_of(connection.client):
            self._held.hold(connection, seconds)
        else:
            self._let_in_turn(connection)

    def _let_in_turn(self, connection: AcceptedConnection) -> None:
        self._turns.ask(connection.network, partial(self._let_in, connection))

    def _let_in(self, connection: AcceptedConnection) -> bool:
        """Lets one in, which counts itself from then on; False where it has gone."""
        self._open_connections.remove(connection)
        if connection.has_gone():
            connection.cut()
            return False
        task = self._loop.create_task(self._open(connection.socket))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)
        return True

    async def _open(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        try:
            await self._loop.connect_accepted_socket(self._new_protocol, connection)
        except OSError:  # it has gone
            connection.close()
