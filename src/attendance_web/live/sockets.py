"""What the sockets of this process share, and how they go: no hang-up is forgotten."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

from attendance_core import ports
from attendance_core.accounts import Actor
from attendance_core.errors import Unavailable
from attendance_core.marking.connections import Connection, Role
from attendance_core.use_cases import UseCases
from attendance_core.vocabulary import ConnectionId, EventId, ProcessId, Seconds
from attendance_web.live.rooms import Rooms
from attendance_web.live.stays import Stays
from attendance_web.live.turns import OpeningQueue

logger = logging.getLogger(__name__)

HANG_UP_AGAIN_AFTER: Final[Seconds] = 0.5
UNDER_WAY_SECONDS: Final[Seconds] = 15.0  # a transaction that nobody waits for any more has ended
DRAIN_SECONDS: Final[Seconds] = 10.0
SPREAD_SECONDS: Final[Seconds] = 5.0  # a lecture hall does not come back in one instant


OnCommand = Callable[[str, str, Seconds], None]


def ignore_command(message: str, outcome: str, seconds: Seconds) -> None:
    """Has nobody hear of commands."""


class Sockets:
    """Owns the sockets of this process: their rooms, and their hang-ups.

    ``connection`` makes one of this process, not stored yet. ``on_command`` is called after each
    frame, with its message, its outcome ("ok" or a code), and how many seconds it took.
    """

    def __init__(
        self,
        use_cases: UseCases,
        notifier: ports.Notifier,
        process_id: Callable[[], ProcessId],
        connection: Callable[[Actor, EventId, Role], Connection],
        allowed_origins: frozenset[str],
        grace_seconds: Seconds,
        on_command: OnCommand = ignore_command,
    ) -> None:
        self.use_cases = use_cases
        self.allowed_origins = allowed_origins
        self.connection = connection
        self.on_command = on_command
        self.rooms = Rooms(notifier, use_cases, process_id)
        self.openings = OpeningQueue()
        self.stays = Stays()
        self.is_draining = False  # takes no new sockets
        self.is_stopped = False  # takes no new calls either
        # Who is closed first has to be back, after a restart, within their grace
        self._spread_seconds = min(SPREAD_SECONDS, grace_seconds / 3)
        self._tracked = 0
        self._empty = asyncio.Event()
        self._empty.set()
        self._hanging_up: set[asyncio.Task[None]] = set()

    @contextmanager
    def track(self) -> Iterator[None]:
        """Counts a socket while it is being served."""
        self._tracked += 1
        self._empty.clear()
        try:
            yield
        finally:
            self._tracked -= 1
            if not self._tracked:
                self._empty.set()

    def hang_up(self, connection_id: ConnectionId, *, goodbye: bool) -> asyncio.Task[None]:
        """Begins to hang up, and goes on until the store has taken it, whoever waits for that.

        A connection that nobody hung up would count for as long as this process lives.
        """
        task = asyncio.create_task(self._hang_up(connection_id, goodbye))
        self._hanging_up.add(task)
        task.add_done_callback(self._hanging_up.discard)
        return task

    def hang_up_later(self, connection_id: ConnectionId) -> None:
        """Hangs up an opening that nobody waits for any more, and that may yet be stored."""
        asyncio.get_running_loop().call_later(
            UNDER_WAY_SECONDS, lambda: self.hang_up(connection_id, goodbye=False)
        )

    async def _hang_up(self, connection_id: ConnectionId, goodbye: bool) -> None:
        while True:
            try:
                await self.use_cases.hang_up(connection_id=connection_id, goodbye=goodbye)
                return
            except Unavailable:
                logger.warning("a hang-up could not be stored yet")
            except Exception:
                logger.exception("a hang-up could not be stored yet")
            await asyncio.sleep(HANG_UP_AGAIN_AFTER)

    async def drain(self) -> None:
        """Closes every socket, each within 5 s, to come back elsewhere.

        Returns when they have gone, or in 10 s.
        """
        self.is_draining = True
        self.rooms.close_for_restart(within=self._spread_seconds)
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                await self._empty.wait()
                while self._hanging_up:
                    await asyncio.wait(set(self._hanging_up))

    def stop_accepting(self) -> None:
        """Has calls refused: who is here already and calls is told to try again."""
        self.is_stopped = True

    async def close(self) -> None:
        """Gives up what could not be stored: the lease of this process ends, and that is swept."""
        hanging_up = set(self._hanging_up)
        for task in hanging_up:
            task.cancel()
        await asyncio.gather(*hanging_up, return_exceptions=True)
