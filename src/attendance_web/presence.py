"""What the sockets of this process share, and how they go: no hang-up is forgotten."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final

from attendance_core import ports
from attendance_core.accounts import Actor
from attendance_core.connections import Connection, Role
from attendance_core.errors import Unavailable
from attendance_core.profiles import ProfileSummary
from attendance_core.upkeep import Reading
from attendance_core.use_cases import UseCases
from attendance_core.vocabulary import ConnectionId, EventId, ProcessId, Seconds, UserId
from attendance_web.rooms import Rooms

logger = logging.getLogger(__name__)

HANG_UP_AGAIN_AFTER: Final[Seconds] = 0.5
DRAIN_SECONDS: Final[Seconds] = 10.0


class Presence:
    """The sockets of this process: their rooms, and their hang-ups."""

    def __init__(
        self,
        use_cases: UseCases,
        notifier: ports.Notifier,
        process_id: Callable[[], ProcessId],
        ids: ports.Ids,
        allowed_origins: frozenset[str],
    ) -> None:
        self.use_cases = use_cases
        self.allowed_origins = allowed_origins
        self._process_id = process_id
        self._ids = ids
        self.rooms = Rooms(notifier, self._read, self._summaries, self._why_gone)
        self.is_draining = False
        self._present = 0
        self._nobody = asyncio.Event()
        self._nobody.set()
        self._hanging_up: set[asyncio.Task[None]] = set()

    def connection(self, actor: Actor, event_id: EventId, role: Role) -> Connection:
        """A new socket of this process, not stored yet."""
        return Connection(
            ConnectionId(self._ids.connection_id()),
            event_id,
            actor.user_id,
            role,
            self._process_id(),
            actor.session_id,
        )

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

    async def hang_up(self, connection_id: ConnectionId, *, goodbye: bool) -> None:
        """Goes on when the caller is cancelled, and until the store has taken it.

        A connection that nobody hung up would count for as long as this process lives.
        """
        task = asyncio.create_task(self._hang_up(connection_id, goodbye))
        self._hanging_up.add(task)
        task.add_done_callback(self._hanging_up.discard)
        await asyncio.shield(task)

    async def _hang_up(self, connection_id: ConnectionId, goodbye: bool) -> None:
        while True:
            try:
                await self.use_cases.hang_up(connection_id=connection_id, goodbye=goodbye)
                return
            except Unavailable:
                logger.warning("a hang-up could not be stored yet")
                await asyncio.sleep(HANG_UP_AGAIN_AFTER)

    async def drain(self) -> None:
        """Closes every socket to come back elsewhere; returns when they have gone, or in 10 s."""
        self.is_draining = True
        self.rooms.restart()
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                await self._nobody.wait()
                while self._hanging_up:
                    await asyncio.wait(set(self._hanging_up))

    async def _read(self, event_id: EventId, watched: list[UserId]) -> Reading:
        return await self.use_cases.read_room(
            event_id=event_id, process_id=self._process_id(), watched=watched
        )

    async def _summaries(self, user_ids: Sequence[UserId]) -> Sequence[ProfileSummary]:
        return await self.use_cases.get_profile_summaries(user_ids=user_ids)

    async def _why_gone(self, connection: Connection) -> type[Exception]:
        return await self.use_cases.why_gone(connection=connection)
