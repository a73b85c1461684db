"""What the sockets of this process share, and how they go: no hang-up is forgotten."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final

from attendance_core import ports
from attendance_core.accounts import Actor
from attendance_core.errors import Unavailable
from attendance_core.marking.connections import Connection, Role
from attendance_core.marking.readings import Reading
from attendance_core.profiles import ProfileSummary
from attendance_core.use_cases import UseCases
from attendance_core.vocabulary import ConnectionId, EventId, ProcessId, Seconds, UserId
from attendance_web.live.rooms import Rooms
from attendance_web.live.turns import Openings

logger = logging.getLogger(__name__)

HANG_UP_AGAIN_AFTER: Final[Seconds] = 0.5
UNDER_WAY_SECONDS: Final[Seconds] = 15.0  # a transaction that nobody waits for any more has ended
DRAIN_SECONDS: Final[Seconds] = 10.0
SPREAD_SECONDS: Final[Seconds] = 5.0  # a lecture hall does not come back in one instant


class Presence:
    """The sockets of this process: their rooms, and their hang-ups.

    ``connection`` makes one of this process, not stored yet.
    """

    def __init__(
        self,
        use_cases: UseCases,
        notifier: ports.Notifier,
        process_id: Callable[[], ProcessId],
        connection: Callable[[Actor, EventId, Role], Connection],
        allowed_origins: frozenset[str],
        grace_seconds: Seconds,
    ) -> None:
        self.use_cases = use_cases
        self.allowed_origins = allowed_origins
        self.connection = connection
        self.rooms = Rooms(notifier, self._read, self._summaries, self._why_gone)
        self.openings = Openings()
        self.is_draining = False  # takes no new sockets
        self.is_shut = False  # takes no new calls either
        # Called after each frame of a socket: its message, its outcome, and how long it took
        self.commanded: Callable[[str, str, Seconds], None] = lambda *_: None
        self._process_id = process_id
        # Who is closed first has to be back, after a restart, within their grace
        self._spread_seconds = min(SPREAD_SECONDS, grace_seconds / 3)
        self._present = 0
        self._nobody = asyncio.Event()
        self._nobody.set()
        self._hanging_up: set[asyncio.Task[None]] = set()

    @contextmanager
    def present(self) -> Iterator[None]:
        """While a socket is being served."""
        self._present += 1
        self._nobody.clear()
        try:
            yield
        finally:
            self._present -= 1
            if not self._present:
                self._nobody.set()

    def hang_up(self, connection_id: ConnectionId, *, goodbye: bool) -> asyncio.Task[None]:
        """Begins to, and goes on until the store has taken it, whoever waits for that.

        A connection that nobody hung up would count for as long as this process lives.
        """
        task = asyncio.create_task(self._hang_up(connection_id, goodbye))
        self._hanging_up.add(task)
        task.add_done_callback(self._hanging_up.discard)
        return task

    def hang_up_later(self, connection_id: ConnectionId) -> None:
        """Of an opening that nobody waits for any more, and that may yet be stored."""
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
        self.rooms.restart(within=self._spread_seconds)
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                await self._nobody.wait()
                while self._hanging_up:
                    await asyncio.wait(set(self._hanging_up))

    def shut(self) -> None:
        """Nobody new is let in; who is here already and calls is told to try again."""
        self.is_shut = True

    async def close(self) -> None:
        """Gives up what could not be stored: the lease of this process ends, and that is swept."""
        hanging_up = set(self._hanging_up)
        for task in hanging_up:
            task.cancel()
        await asyncio.gather(*hanging_up, return_exceptions=True)

    async def _read(self, event_id: EventId, watched: list[UserId]) -> Reading:
        return await self.use_cases.read_room(
            event_id=event_id, process_id=self._process_id(), watched=watched
        )

    async def _summaries(self, user_ids: Sequence[UserId]) -> Sequence[ProfileSummary]:
        return await self.use_cases.get_profile_summaries(user_ids=user_ids)

    async def _why_gone(self, connection: Connection) -> type[Exception]:
        return await self.use_cases.why_gone(connection=connection)
