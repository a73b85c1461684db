"""A room: one event with sockets in this process, and its mirror.

It subscribes first, then reads, then applies what it is told; it reads again every few seconds
unless it is quiet (`readings`), at once when the notifier may have missed something, and when the
event ends.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from contextvars import Context
from functools import partial

from attendance_core import ports
from attendance_core.errors import Unavailable
from attendance_core.marking.announcements import Announcement, EventChanged
from attendance_core.marking.connections import Connection, Role
from attendance_core.marking.frames import Delivery, HeldBy
from attendance_core.marking.glances import RoomGlance
from attendance_core.marking.mirror import Mirror, RoomCounts
from attendance_core.marking.outcomes import AskerOpened, MarkerOpened, Outcome
from attendance_core.marking.places import Place
from attendance_core.use_cases import UseCases
from attendance_core.vocabulary import EventId, ProcessId, Seconds
from attendance_web.live.outbox import Outbox
from attendance_web.live.outboxes import Outboxes
from attendance_web.live.person_cache import PersonCache
from attendance_web.live.readings import NextReading
from attendance_web.live.room_turns import RoomTurns
from attendance_web.live.streams import RoomStreams

logger = logging.getLogger(__name__)

# Contract: 6.16, `your_place` is right within 7 s: a reading, 3 s since the last one, and this
TELL_POSITIONS_EVERY: Seconds = 0.25


class Room:
    """Serves the sockets of one event in this process."""

    def __init__(
        self,
        event_id: EventId,
        notifier: ports.Notifier,
        use_cases: UseCases,
        process_id: Callable[[], ProcessId],
        turns: RoomTurns,
    ) -> None:
        self.event_id = event_id
        self.visit_count = 0  # in it, or on their way in or out
        self.people = PersonCache(use_cases.get_profile_summaries)
        self.streams = RoomStreams(event_id, use_cases.count_sheet, turns.streams)
        self._mirror = Mirror()
        self._notifier = notifier
        self._use_cases = use_cases
        self._process_id = process_id
        self._turns = turns
        self._outboxes = Outboxes(event_id, self.people, use_cases.find_ending, turns.endings)
        self._next_reading = NextReading()
        self._lacks_names = False  # those of its last reading could not be read
        self._tasks: set[asyncio.Task[None]] = set()
        self._positions_timer: asyncio.TimerHandle | None = None  # those whose position has changed
        self._is_reading_marks = False  # whether those who are said to be marked still are
        self._unsubscribe: Callable[[], None] | None = None
        self._is_closed = False
        self._opened = asyncio.get_running_loop().create_future()
        # Of its own, or its logs would tell the request of whoever came first
        self._task = asyncio.create_task(self._run(), context=Context())

    @property
    def has_failed(self) -> bool:
        """Whether it could not be read when it was opened: another has to be made."""
        return self._opened.done() and self._opened.exception() is not None

    @property
    def roles_of_sockets(self) -> Iterable[Role]:
        """What each socket that is open here is for."""
        return self._outboxes.roles_of_sockets

    @property
    def counts(self) -> RoomCounts:
        """How many wait, and how many are held."""
        return self._mirror.counts

    async def wait_until_read(self) -> None:
        """Returns once it was read. Raises Unavailable."""
        await asyncio.shield(self._opened)

    def close(self) -> None:
        """Ends it, once nobody is here any more."""
        self._is_closed = True
        self._task.cancel()
        self.streams.stop_counting()
        self._outboxes.stop_asking()
        for task in self._tasks:
            task.cancel()
        if self._positions_timer is not None:
            self._positions_timer.cancel()
        if self._unsubscribe is not None:
            self._unsubscribe()

    async def _run(self) -> None:
        try:
            self._unsubscribe = await self._notifier.subscribe(self.event_id, self._hear)
            await self._read_once()
        except Exception as error:
            if not isinstance(error, Unavailable):
                logger.exception("a room could not be opened")
            self._opened.set_exception(Unavailable())
            self._opened.exception()  # seen: whoever waited for it may have gone
            return
        self._opened.set_result(None)
        while True:
            await self._next_reading.wait(lambda: self.glance is not None)
            try:
                await self._read_once()
            except Unavailable:
                logger.warning("a room could not be read again")
            except Exception:
                logger.exception("a room could not be read again")

    @property
    def glance(self) -> RoomGlance | None:
        """What it was last read by; None where it is to be read, whatever a glance would see."""
        return None if self._lacks_names else self._mirror.glance

    def note_unmoved(self, at: Seconds) -> None:
        """Takes the word of a glance, begun at this time of the loop, that it need not be read."""
        self._next_reading.note_look(at)
        self.streams.count_soon()

    def read_soon(self) -> None:
        """Has it read at once."""
        self._next_reading.request()

    async def _read_once(self) -> None:
        self._next_reading.note_look(asyncio.get_running_loop().time())
        heard_count_before, self._lacks_names = self._mirror.begin_reading(), True
        reading = await self._use_cases.read_room(
            event_id=self.event_id,
            process_id=self._process_id(),
            watched=self._mirror.watched,
            with_glance=self._mirror.heard_nothing_since_reading,
        )
        if reading.ends_at is not None:
            self._next_reading.note_event_end(reading.ends_at - reading.at)
        self._deliver(self._mirror.apply_reading(heard_count_before, reading))
        self.streams.count_soon()
        # Afterwards: frames go out without a name rather than late, and when the room is opened
        # there is nobody yet to send any to
        listed = {place.user_id for place in reading.listed}
        shown = listed | reading.marker_ids
        await self.people.load_missing(shown)
        self._lacks_names = not shown <= self.people.spelt.keys()

    def _hear(self, heard: Announcement | ports.Missed) -> None:
        if isinstance(heard, ports.Missed):
            self.read_soon()
        else:
            self._turns.announcements.ask(self.event_id, partial(self._tell_and_count, heard))

    def _tell_and_count(self, announcement: Announcement) -> int:
        """Tells everybody here of it; counts those who may have to be told."""
        if self._is_closed:
            return 0
        if isinstance(announcement, EventChanged):
            self.read_soon()  # it may end at another instant
        self._deliver(self._mirror.apply_announcement(announcement))
        self.streams.count_soon()
        return 1 + self._mirror.marker_socket_count

    def add_asker(self, outbox: Outbox, opened: AskerOpened) -> None:
        """Takes in a ``mark_me`` socket that is open and stored."""
        connection, hears_news = outbox.connection, outbox.hears_news
        self._outboxes.add(outbox)
        now = asyncio.get_running_loop().time()
        self._deliver(self._mirror.add_asker(connection, opened, hears_news=hears_news, now=now))

    def knows_newer(self, place: Place) -> bool:
        """Tells whether a person's place has become another than this."""
        return self._mirror.knows_newer(place)

    def add_marker(self, outbox: Outbox, opened: MarkerOpened) -> None:
        """Takes in a ``marking`` socket that is open and stored."""
        connection, hears_news = outbox.connection, outbox.hears_news
        self._outboxes.add(outbox)
        self._deliver(self._mirror.add_marker(connection, opened, hears_news=hears_news))

    async def carry_out(self, outbox: Outbox, command: Awaitable[Outcome]) -> None:
        """Sends a command's answer, and what others see of it. Raises its refusal."""
        connection_id = outbox.connection.connection_id
        self._mirror.command_began(connection_id)
        self._next_reading.end_quiet()
        try:
            outcome = await command
        except BaseException:
            self._deliver(self._mirror.command_failed(connection_id))
            raise
        self._deliver(self._mirror.command_ended(connection_id, outcome))

    def remove(self, connection: Connection) -> None:
        """Forgets a socket that has gone."""
        self._outboxes.remove(connection)
        self._mirror.remove(connection)
        self._next_reading.end_quiet()

    def close_for_restart(self, within: Seconds) -> None:
        """Closes every socket here, once its command is answered, and every stream."""
        self.streams.close_for_restart(within)
        self._outboxes.close_for_restart(within)

    def _deliver(self, deliveries: Iterable[Delivery]) -> None:
        for delivery in deliveries:
            is_told, frame = self._outboxes.put(delivery), delivery.frame
            if is_told and isinstance(frame, HeldBy) and frame.user_id not in self.people.spelt:
                self._start_task(self._tell_name_of_holder(frame))
        if self._mirror.glance is None:
            self._next_reading.end_quiet()
        if self._mirror.owes_marks and not self._is_reading_marks:
            self._is_reading_marks = True
            self._start_task(self._tell_marks())
        if self._positions_timer is None and self._mirror.owes_positions:
            loop = asyncio.get_running_loop()
            self._positions_timer = loop.call_later(
                TELL_POSITIONS_EVERY, self._tell_positions, context=Context()
            )

    async def _tell_marks(self) -> None:
        """Tells those who are said to be marked, once it was seen that they are. Contract: 8.7."""
        try:
            while user_ids := self._mirror.begin_reading_marks():
                places = await self._use_cases.read_places(
                    event_id=self.event_id, user_ids=user_ids
                )
                self._deliver(self._mirror.apply_marks(places))
        except Unavailable:
            logger.warning("a mark could not be read; the next reading tells of it")
        except Exception:
            logger.exception("a mark could not be read")
        finally:
            self._is_reading_marks = False

    def _tell_positions(self) -> None:
        self._positions_timer = None
        self._deliver(self._mirror.tell_positions(asyncio.get_running_loop().time()))

    def _start_task(self, coroutine: Coroutine[None, None, None]) -> None:
        # For many, so its logs are not to tell the frame that it was begun at
        task = asyncio.create_task(coroutine, context=Context())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tell_name_of_holder(self, held: HeldBy) -> None:
        """Says it again with the name of a marker at another process, once that is read."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        try:
            await self.people.load_missing([held.user_id])
        except Exception:
            logger.exception("the name of a marker could not be read")
        if held.user_id in self.people.spelt:
            self._deliver(self._mirror.tell_hold_again(held, loop.time() - begun))
