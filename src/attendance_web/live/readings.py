"""When rooms are read again: each by itself while it hears of something, the quiet ones together.

Decision 0023. Nothing wakes up for a quiet room: one task glances at all of them every few seconds,
and only those that have moved are read.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from contextvars import Context
from math import inf
from typing import Final, Protocol

from attendance_core.errors import Unavailable
from attendance_core.marking.glances import GlanceAtRooms, RoomGlance
from attendance_core.vocabulary import EventId, ProcessId, Seconds

logger = logging.getLogger(__name__)

READ_EVERY: Seconds = 3.0  # Contract: 6.10, the truth within 5 s whatever was lost
READ_JITTER: Seconds = 0.5  # so that the rooms of many processes do not read in step
# Of what organisers change, fifty times a second. Contract: UpdateEvent, rooms follow within 1 s
REQUESTED_EVERY: Seconds = 0.25
MAX_GLANCED_AT_ONCE: Final = 256  # rooms that one statement is about
AFTER_EVENT_END_SECONDS: Seconds = 0.01  # behind the end of an event: then a reading finds it over


def draw_pause() -> Seconds:
    """Draws how long it is from one look at a room to the next."""
    return READ_EVERY + random.uniform(-READ_JITTER, READ_JITTER)


class NextReading:
    """Waits until a room has to be read again; its times are by the clock of the loop."""

    def __init__(self) -> None:
        self._looked_at: Seconds = -inf
        self._event_ends_at: Seconds = inf  # the event, as it was read last
        self._due = asyncio.Event()  # at once
        self._quiet_ended = asyncio.Event()  # it is quiet no more

    def request(self) -> None:
        """Has it read at once; again only a while after the reading before has begun."""
        self._due.set()
        self._quiet_ended.set()

    def end_quiet(self) -> None:
        """Has it read when its time has come, whatever a glance would see."""
        self._quiet_ended.set()

    def note_look(self, at: Seconds) -> None:
        """Notes when it was last known to be right, by the clock of the loop."""
        self._looked_at = at

    def note_event_end(self, ends_in: Seconds) -> None:
        """Notes in how many seconds its event ends: then it is read."""
        now = asyncio.get_running_loop().time()
        self._event_ends_at = now + ends_in + AFTER_EVENT_END_SECONDS if ends_in > 0 else inf

    async def wait(self, is_quiet: Callable[[], bool]) -> None:
        """Returns when it is to be read."""
        self._quiet_ended.clear()
        if is_quiet():
            await self._wait_for(self._quiet_ended, self._event_ends_at)
        await self._wait_for(self._due, min(self._looked_at + draw_pause(), self._event_ends_at))
        if self._due.is_set():
            may_begin_at = min(self._looked_at + REQUESTED_EVERY, self._event_ends_at)
            await asyncio.sleep(max(0.0, may_begin_at - asyncio.get_running_loop().time()))
        self._due.clear()
        if self._event_ends_at <= asyncio.get_running_loop().time():
            self._event_ends_at = inf  # it is read for that once, though the store may be away

    async def _wait_for(self, event: asyncio.Event, until: Seconds) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout_at(None if until == inf else until):
                await event.wait()


class Glanced(Protocol):
    """Stands for a room, as far as the quiet ones are looked at together."""

    @property
    def glance(self) -> RoomGlance | None: ...
    def note_unmoved(self, at: Seconds) -> None: ...
    def read_soon(self) -> None: ...


class QuietRooms:
    """Glances at all quiet rooms of this process at once, as long as there are rooms."""

    def __init__(
        self,
        rooms: Mapping[EventId, Glanced],
        glance_at_rooms: GlanceAtRooms,
        process_id: Callable[[], ProcessId],
    ) -> None:
        self._rooms = rooms
        self._glance_at_rooms = glance_at_rooms
        self._process_id = process_id
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins, once there is a room; idempotent."""
        if self._task is None:
            # Of its own, or its logs would tell the request of whoever came first
            self._task = asyncio.create_task(self._glance_again(), context=Context())

    def stop(self) -> None:
        """Ends; idempotent."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _glance_again(self) -> None:
        while True:
            await asyncio.sleep(draw_pause())
            try:
                await self.glance_once()
            except Unavailable:
                logger.warning("quiet rooms could not be looked at")
            except Exception:
                logger.exception("quiet rooms could not be looked at")

    async def glance_once(self) -> None:
        """Has those read that have moved since their last reading. Raises Unavailable."""
        quiet = [event_id for event_id, room in self._rooms.items() if room.glance is not None]
        for first in range(0, len(quiet), MAX_GLANCED_AT_ONCE):
            await self._glance_at(quiet[first : first + MAX_GLANCED_AT_ONCE])

    async def _glance_at(self, event_ids: Sequence[EventId]) -> None:
        at = asyncio.get_running_loop().time()
        found = await self._glance_at_rooms(event_ids=event_ids, process_id=self._process_id())
        for event_id in event_ids:
            room = self._rooms.get(event_id)
            if room is None or room.glance is None:
                continue  # it has gone, or is read by itself
            if found.get(event_id) == room.glance:
                room.note_unmoved(at)
            else:
                room.read_soon()
