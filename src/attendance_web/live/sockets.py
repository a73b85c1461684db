"""What the sockets of this process share, and how all of them end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Final

from attendance_core import ports
from attendance_core.accounts import Actor
from attendance_core.attendance import Viewer
from attendance_core.errors import Unavailable
from attendance_core.marking.connections import Connection, Role
from attendance_core.use_cases import UseCases
from attendance_core.vocabulary import EventId, ProcessId, Seconds
from attendance_web.live.frame_turns import FrameTurns
from attendance_web.live.hang_ups import HangUps
from attendance_web.live.opening_turns import OpeningQueue
from attendance_web.live.person_sockets import PersonSockets
from attendance_web.live.rooms import Rooms
from attendance_web.live.stays import Stays
from attendance_web.live.streams import Stream
from attendance_web.live.watching import Watching
from attendance_web.wire.refusal_pace import RefusalPace
from attendance_web.wire.turns import FairTurns

DRAIN_SECONDS: Final[Seconds] = 10.0  # until nobody waits any more for sockets to have gone
SPREAD_SECONDS: Final[Seconds] = 5.0  # a lecture hall does not come back in one instant

OnCommand = Callable[[str, str, Seconds], None]  # the message, the code, how long it took


def ignore_command(message: str, code: str, seconds: Seconds) -> None:
    """Has nobody hear of commands."""


class Sockets:
    """Owns what the sockets of this process share: their rooms, their turns, and their hang-ups.

    ``process_id`` tells under which lease they are now. ``new_connection`` makes a connection of
    this process, not stored yet. ``on_command`` is called after each frame: with its message, its
    code ("ok", or that of a refusal), and how many seconds it took.
    """

    def __init__(
        self,
        *,
        use_cases: UseCases,
        notifier: ports.Notifier,
        process_id: Callable[[], ProcessId],
        new_connection: Callable[[Actor, EventId, Role], Connection],
        grace_seconds: Seconds,
        person_turns: FairTurns,
        on_command: OnCommand,
    ) -> None:
        self.use_cases = use_cases
        self.new_connection = new_connection
        self.on_command = on_command
        self.person_turns = person_turns
        self.frame_turns = FrameTurns()
        self.rooms = Rooms(notifier, use_cases, process_id)
        self.watching = Watching(self.rooms, use_cases.check_viewers)
        self.opening_queue = OpeningQueue()
        self.person_sockets = PersonSockets()
        self.refusal_pace = RefusalPace()  # of calls, too
        self.hang_ups = HangUps(use_cases.hang_up, process_id)
        self.stays = Stays()
        self.is_draining = False  # takes no new sockets
        self.refuses_calls = False  # takes no new calls either
        # Who is closed first has to be back, after a restart, within their grace
        self._spread_seconds = min(SPREAD_SECONDS, grace_seconds / 3)
        self.tracked_count = 0  # sockets, those on their way in or out, too, and streams
        self._empty = asyncio.Event()
        self._empty.set()

    @contextmanager
    def track(self) -> Iterator[None]:
        """Counts a socket while it is being served."""
        self.tracked_count += 1
        self._empty.clear()
        try:
            yield
        finally:
            self.tracked_count -= 1
            if not self.tracked_count:
                self._empty.set()

    @asynccontextmanager
    async def open_stream(self, viewer: Viewer, network: str) -> AsyncIterator[Stream]:
        """Opens a stream for somebody who may watch. Raises TooManyRequests, Unavailable."""
        with self.track():
            async with self.watching.open(viewer, network) as stream:
                if self.is_draining:
                    raise Unavailable
                yield stream

    async def drain(self) -> None:
        """Closes every socket and stream, each within 5 s, to come back elsewhere.

        Returns when they have gone, or in 10 s.
        """
        self.is_draining = True
        self.rooms.close_for_restart(within=self._spread_seconds)
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                await self._empty.wait()
                await self.hang_ups.wait_until_stored()

    def refuse_calls(self) -> None:
        """Has calls refused: who is here already and calls is told to try again."""
        self.refuses_calls = True

    async def stop_tasks(self) -> None:
        """Stops checking who may watch, and gives up what could not be stored."""
        await self.watching.stop_checking()
        await self.hang_ups.close()
