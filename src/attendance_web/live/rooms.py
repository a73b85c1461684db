"""The rooms of this process: for each event with sockets here a mirror, and their outboxes.

A room subscribes first, then reads, then applies what it is told; it reads again every few
seconds, at once when the notifier may have missed something, and when the event ends.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from contextvars import Context
from dataclasses import dataclass

from attendance_core import ports
from attendance_core.errors import LeaseLost, Refusal, Unavailable
from attendance_core.marking.announcements import Announcement
from attendance_core.marking.connections import Connection, Role
from attendance_core.marking.frames import Closing, Confirmed, WasMarked
from attendance_core.marking.mirror import Delivery, Mirror
from attendance_core.marking.places import Place
from attendance_core.marking.readings import Outcome, Reading, Ready
from attendance_core.vocabulary import ConnectionId, EventId, Seconds, UserId
from attendance_web.live.close_codes import MARKED, OPEN, RESTART, code_of
from attendance_web.live.messages import encode, encode_error
from attendance_web.live.names import Acquaintances, Summaries
from attendance_web.live.outbox import Outbox

logger = logging.getLogger(__name__)

READ_EVERY: Seconds = 3.0  # Contract: 6.10, the truth within 5 s whatever was lost
READ_JITTER: Seconds = 0.5  # so that the rooms of many processes do not read in step

Read = Callable[[EventId, list[UserId]], Awaitable[Reading]]
WhyGone = Callable[[Connection], Awaitable[type[Exception]]]


def end(outbox: Outbox, why: type[Exception]) -> None:
    """Closes an open socket with its error frame, where there is one, and its code."""
    text = encode_error(why(), outbox.language) if issubclass(why, Refusal) else None
    outbox.close(code_of(OPEN, why) or RESTART, text)


@dataclass(frozen=True, slots=True)
class Census:
    """How many are in the rooms of this process."""

    sockets: Mapping[Role, int]
    waiting: int
    held: int


class Room:
    """One event in this process."""

    def __init__(
        self,
        event_id: EventId,
        notifier: ports.Notifier,
        read: Read,
        summaries: Summaries,
        why_gone: WhyGone,
    ) -> None:
        self.event_id = event_id
        self.guests = 0
        self.people = Acquaintances(summaries)
        self._mirror = Mirror()
        self._notifier = notifier
        self._read = read
        self._why_gone = why_gone
        self._outboxes: dict[ConnectionId, Outbox] = {}
        self._missed = asyncio.Event()
        self._ends_in: Seconds | None = None
        self._asking: set[asyncio.Task[None]] = set()
        self._unsubscribe: Callable[[], None] | None = None
        self._opened = asyncio.get_running_loop().create_future()
        # Of its own, or its logs would tell the request of whoever came first
        self._life = asyncio.create_task(self._live(), context=Context())

    @property
    def has_failed(self) -> bool:
        """Whether it could not be read when it was opened: another has to be."""
        return self._opened.done() and self._opened.exception() is not None

    @property
    def roles(self) -> Iterable[Role]:
        """Of each socket that is open here."""
        return (each.connection.role for each in self._outboxes.values())

    @property
    def listed(self) -> tuple[int, int]:
        """How many people wait, and how many are held."""
        return self._mirror.listed

    async def opened(self) -> None:
        """Returns once it was read. Raises Unavailable."""
        await asyncio.shield(self._opened)

    def close(self) -> None:
        """Nobody is here any more."""
        self._life.cancel()
        for task in self._asking:
            task.cancel()
        if self._unsubscribe is not None:
            self._unsubscribe()

    async def _live(self) -> None:
        try:
            self._unsubscribe = await self._notifier.subscribe(self.event_id, self._told)
            await self._read_once()
        except Exception as error:
            if not isinstance(error, Unavailable):
                logger.exception("a room could not be opened")
            self._opened.set_exception(Unavailable())
            self._opened.exception()  # seen: whoever waited for it may have gone
            return
        self._opened.set_result(None)
        while True:
            await self._wait()
            try:
                await self._read_once()
            except Unavailable:
                logger.warning("a room could not be read again")
            except Exception:
                logger.exception("a room could not be read again")

    async def _wait(self) -> None:
        pause = READ_EVERY + random.uniform(-READ_JITTER, READ_JITTER)
        if self._ends_in is not None and self._ends_in > 0:
            pause = min(pause, self._ends_in + 0.01)
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await self._missed.wait()
        self._missed.clear()

    async def _read_once(self) -> None:
        begun = self._mirror.begin_reading()
        reading = await self._read(self.event_id, list(self._mirror.watched))
        if reading.event is not None:
            self._ends_in = reading.event.ends_at - reading.at
        self._deliver(self._mirror.read(begun, reading))
        # Afterwards: frames go out without a name rather than late, and when the room is opened
        # there is nobody yet to send any to
        await self.people.meet(place.user_id for place in reading.listed)

    def _told(self, news: Announcement | ports.Missed) -> None:
        if isinstance(news, ports.Missed):
            self._missed.set()
        else:
            self._deliver(self._mirror.told(news))

    def waits(self, outbox: Outbox, place: Place) -> None:
        """A ``mark_me`` socket is open and stored."""
        self._outboxes[outbox.connection.connection_id] = outbox
        self._deliver(self._mirror.waits(outbox.connection, place))

    def ready(self, outbox: Outbox, ready: Ready) -> None:
        """A ``marking`` socket is open and stored."""
        self._outboxes[outbox.connection.connection_id] = outbox
        self._deliver(self._mirror.ready(outbox.connection, ready))

    async def carry_out(self, outbox: Outbox, command: Awaitable[Outcome]) -> None:
        """A command of this socket: its answer, and what others see of it. Raises its refusal."""
        connection_id = outbox.connection.connection_id
        self._mirror.asks(connection_id)
        try:
            outcome = await command
        except BaseException:
            self._deliver(self._mirror.asked_in_vain(connection_id))
            raise
        self._deliver(self._mirror.answered(connection_id, outcome))

    def closed(self, connection: Connection) -> None:
        """A socket has gone."""
        self._outboxes.pop(connection.connection_id, None)
        self._mirror.closed(connection)

    def restart(self, within: Seconds) -> None:
        """Every socket here is to close, once its command is answered, and come back."""
        loop = asyncio.get_running_loop()
        for outbox in self._outboxes.values():
            pause = random.uniform(0, within)
            loop.call_later(pause, outbox.close_when_answered, RESTART)

    def _deliver(self, deliveries: Iterable[Delivery]) -> None:
        for delivery in deliveries:
            frame = delivery.frame
            outboxes = [self._outboxes[each] for each in delivery.to if each in self._outboxes]
            if isinstance(frame, Closing):
                for outbox in outboxes:
                    self._end(outbox, frame.why)
            elif isinstance(frame, Confirmed):
                for outbox in outboxes:
                    outbox.put(encode(frame, outbox.language))
            elif outboxes:
                text = encode(frame, "en", self.people.at_hand)
                for outbox in outboxes:
                    if isinstance(frame, WasMarked):
                        outbox.close(MARKED, text)
                    else:
                        outbox.put(text)

    def _end(self, outbox: Outbox, why: type[Exception] | None) -> None:
        if why is not None:
            end(outbox, why)
            return
        task = asyncio.create_task(self._ask_why(outbox))
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)

    async def _ask_why(self, outbox: Outbox) -> None:
        try:
            why = await self._why_gone(outbox.connection)
        except Exception as error:
            if not isinstance(error, Unavailable):
                logger.exception("why a connection has gone could not be found out")
            why = LeaseLost
        end(outbox, why)


class Rooms:
    """All rooms of this process; a room without guests is gone."""

    def __init__(
        self, notifier: ports.Notifier, read: Read, summaries: Summaries, why_gone: WhyGone
    ) -> None:
        self._notifier = notifier
        self._read = read
        self._summaries = summaries
        self._why_gone = why_gone
        self._rooms: dict[EventId, Room] = {}

    @asynccontextmanager
    async def enter(self, event_id: EventId) -> AsyncIterator[Room]:
        """The event's room, read at least once, for as long as one stays. Raises Unavailable."""
        room = self._rooms.get(event_id)
        if room is None or room.has_failed:
            room = self._rooms[event_id] = Room(
                event_id, self._notifier, self._read, self._summaries, self._why_gone
            )
        room.guests += 1
        try:
            await room.opened()
            yield room
        finally:
            room.guests -= 1
            if room.guests == 0:
                if self._rooms.get(event_id) is room:
                    del self._rooms[event_id]
                room.close()

    def census(self) -> Census:
        """Counts everybody."""
        roles = Counter(role for room in self._rooms.values() for role in room.roles)
        listed = [room.listed for room in self._rooms.values()]
        return Census(
            {role: roles[role] for role in Role},
            sum(waiting for waiting, _ in listed),
            sum(held for _, held in listed),
        )

    def restart(self, within: Seconds = 0.0) -> None:
        """Every socket of this process is to close and come back, here or elsewhere.

        Each at an instant of its own ``within`` so many seconds.
        """
        for room in self._rooms.values():
            room.restart(within)
