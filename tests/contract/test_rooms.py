"""The rooms of a process: opened once, read again, and gone with their last guest."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest
import structlog

from attendance_core.errors import NotWaiting, Unavailable
from attendance_core.marking.announcements import PlaceChanged
from attendance_core.marking.connections import Connection
from attendance_core.marking.places import Waiting
from attendance_core.marking.readings import Reading
from attendance_core.testing.clock import NOON, TestClock
from attendance_core.testing.lectures import EVENT, PROCESS, Lecture, session_of
from attendance_core.vocabulary import EventId, ProcessId, UserId
from attendance_web.live.close_codes import RESTART
from attendance_web.live.outbox import Outbox
from attendance_web.live.plain_peer import PlainPeer
from attendance_web.live.readings import NextReading
from attendance_web.live.room import Room
from attendance_web.live.rooms import Rooms
from tests.support.eventually import PATIENCE, eventually
from tests.support.faulty_house import FaultyNotifier, FaultyStore

LONG_AFTERWARDS = 24 * 3600  # seconds, from within the event


@dataclass
class Hall:
    """The rooms of one process, over a lecture; readings come only when something asks for one."""

    lecture: Lecture
    notifier: FaultyNotifier
    rooms: Rooms = field(init=False)
    contexts: list[Any] = field(default_factory=list)  # what logs of each reading would tell

    def __post_init__(self) -> None:
        use_cases = replace(
            self.lecture.do,
            read_room=cast(Any, self._read),
            read_places=cast(Any, self._read_places),
        )
        self.rooms = Rooms(self.notifier, use_cases, lambda: PROCESS)

    @property
    def store(self) -> FaultyStore:
        store: FaultyStore = self.lecture.store
        return store

    async def _read(
        self,
        *,
        event_id: EventId,
        process_id: ProcessId,
        watched: Sequence[UserId],
        glances: bool,
    ) -> Reading:
        self.contexts.append(structlog.contextvars.get_contextvars())
        return await self.lecture.do.read_room(
            event_id=event_id, process_id=process_id, watched=watched, glances=glances
        )

    async def _read_places(self, **given: Any) -> Any:
        self.contexts.append(structlog.contextvars.get_contextvars())
        return await self.lecture.do.read_places(**given)

    @property
    def readings(self) -> int:
        return self.store.asked.count("ReadRoom")

    @asynccontextmanager
    async def marker(self, room: Room) -> AsyncIterator[Outbox]:
        """The socket of person 1, who marks, and what it is told; the list is read."""
        outbox = Outbox(self.lecture.markers[0], "en", PlainPeer(nothing))
        room.add_marker(outbox, await self.lecture.do.ready_to_mark(connection=outbox.connection))
        assert '"marking_list"' in str(await told(outbox))
        yield outbox
        room.remove(outbox.connection)

    async def forgets(self, connection: Connection) -> None:
        """The store does, and nobody is told."""
        ids = [connection.connection_id]
        await self.store.kept.transact(lambda unit: unit.connections.remove(ids))


async def told(outbox: Outbox) -> str | int:
    """The next frame, or the code it closes with."""
    async with asyncio.timeout(PATIENCE):
        while (item := outbox.take()) is None:
            await asyncio.sleep(0.001)
    return item if isinstance(item, int) else item.text


@pytest.fixture
async def hall(clock: TestClock, monkeypatch: pytest.MonkeyPatch) -> Hall:
    monkeypatch.setattr("attendance_web.live.readings.READ_EVERY", 3600)
    notifier = FaultyNotifier()
    return Hall(await Lecture.begun(FaultyStore(notifier, clock), waiting=2), notifier)


async def nothing() -> dict[str, Any]:
    """What a client says that says nothing."""
    raise AssertionError("nobody reads here")


class TestOpening:
    async def test_all_guests_share_one_that_is_read_once(self, hall: Hall) -> None:
        async with AsyncExitStack() as guests:
            with hall.store.holding("ReadRoom"):
                entering = [
                    asyncio.create_task(guests.enter_async_context(hall.rooms.enter(EVENT)))
                    for _ in range(2)
                ]
                await hall.store.until_asked("ReadRoom")
                assert not any(each.done() for each in entering)
            first, second = await asyncio.gather(*entering)
            assert first is second
            assert hall.readings == 1
            assert hall.notifier.listener_count(EVENT) == 1

    async def test_one_that_could_not_be_read_is_made_anew_for_who_comes_next(
        self, hall: Hall
    ) -> None:
        """Though somebody else is still about to leave the one that failed."""
        async with AsyncExitStack() as guests:
            with hall.store.holding("ReadRoom"):
                entering = [asyncio.create_task(enters_again(hall, guests)) for _ in range(2)]
                await hall.store.until_asked("ReadRoom")
                hall.store.fails_once(Unavailable(), "ReadRoom")
            first, second = await asyncio.gather(*entering)
            assert first is second
            assert hall.readings == 2
            assert hall.notifier.listener_count(EVENT) == 1
        assert hall.notifier.listener_count(EVENT) == 0

    @pytest.mark.parametrize("error", [Unavailable(), ValueError("a bug")])
    async def test_who_finds_it_unreadable_is_told_that_it_is_unavailable(
        self, hall: Hall, error: Exception
    ) -> None:
        with hall.store.failing(error, "ReadRoom"), pytest.raises(Unavailable):
            async with hall.rooms.enter(EVENT):
                pytest.fail("it has not been read")
        async with hall.rooms.enter(EVENT) as room:
            assert not room.has_failed


class TestLeaving:
    async def test_the_last_guest_ends_it(self, hall: Hall) -> None:
        before = asyncio.all_tasks()
        async with hall.rooms.enter(EVENT) as room:
            async with hall.rooms.enter(EVENT) as same:
                assert same is room
            assert hall.notifier.listener_count(EVENT) == 1
            assert asyncio.all_tasks() > before
        assert hall.notifier.listener_count(EVENT) == 0
        await eventually(lambda: asyncio.all_tasks() == before)
        async with hall.rooms.enter(EVENT) as another:
            assert another is not room
        assert hall.readings == 2

    async def test_so_does_one_who_gives_up_while_it_opens(self, hall: Hall) -> None:
        before = asyncio.all_tasks()
        with hall.store.holding("ReadRoom"):
            entering = asyncio.create_task(hall.rooms.enter(EVENT).__aenter__())
            await hall.store.until_asked("ReadRoom")
            entering.cancel()
            await asyncio.wait({entering})
            assert hall.notifier.listener_count(EVENT) == 0
            await eventually(lambda: asyncio.all_tasks() == before)


class TestReadingAgain:
    async def test_at_once_when_the_notifier_has_missed_something(self, hall: Hall) -> None:
        async with hall.rooms.enter(EVENT) as room, hall.marker(room) as outbox:
            await hall.store.kept.transact(lambda unit: leaves_unheard(unit, UserId(3)))
            assert hall.readings == 1
            hall.notifier.misses(EVENT)
            assert await told(outbox) == (
                '{"result":"ok","message":"user_left","params":{"user_id":3}}'
            )
            assert hall.readings == 2

    @pytest.mark.parametrize("error", [Unavailable(), ValueError("a bug")])
    async def test_a_reading_that_fails_is_logged_and_the_next_one_counts(
        self, hall: Hall, error: Exception, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with hall.rooms.enter(EVENT) as room, hall.marker(room) as outbox:
            with hall.store.failing(error, "ReadRoom"):
                hall.notifier.misses(EVENT)
                await eventually(lambda: caplog.records)
            await hall.store.kept.transact(lambda unit: leaves_unheard(unit, UserId(3)))
            hall.notifier.misses(EVENT)
            assert '"user_left"' in str(await told(outbox))

    async def test_its_logs_are_nobody_s_request(self, hall: Hall) -> None:
        with structlog.contextvars.bound_contextvars(request_id="of the first guest"):
            async with hall.rooms.enter(EVENT):
                hall.notifier.misses(EVENT)
                await hall.store.until_asked("ReadRoom", 2)
        assert hall.contexts == [{}, {}]

    async def test_nor_are_those_of_what_is_read_for_others_at_what_one_does(
        self, hall: Hall
    ) -> None:
        async with hall.rooms.enter(EVENT) as room, hall.marker(room) as marker:
            waits = Outbox(hall.lecture.waiting[0], "en", PlainPeer(nothing))
            room.add_asker(waits, await hall.lecture.do.mark_me(connection=waits.connection))
            user_id = waits.connection.user_id
            with structlog.contextvars.bound_contextvars(request_id="of whoever marks"):
                for command in (hall.lecture.do.prepare_to_mark, hall.lecture.do.confirm_marking):
                    outcome = command(connection=marker.connection, target=user_id)
                    await room.carry_out(marker, outcome)
            while '"was_marked"' not in str(await told(waits)):
                pass
        assert hall.contexts == [{}] * len(hall.contexts) and len(hall.contexts) > 1


class TestQuietRooms:
    """They are glanced at together, and read where something has moved. Contract: 6.10."""

    async def grows_quiet(self, hall: Hall, room: Room) -> None:
        """Once it was read without having heard of anything since it was read before."""
        for _ in range(2):
            times = hall.readings + 1
            hall.notifier.misses(EVENT)
            await eventually(lambda times=times: hall.readings == times)
        await eventually(lambda: room.glance)

    async def test_nothing_is_read_where_nothing_has_moved(self, hall: Hall) -> None:
        async with hall.rooms.enter(EVENT) as room, hall.marker(room):
            await self.grows_quiet(hall, room)
            await hall.rooms.quiet_rooms.glance_once()
            assert room.glance and hall.readings == 3

    async def test_what_was_lost_on_the_way_is_found(self, hall: Hall) -> None:
        async with hall.rooms.enter(EVENT) as room, hall.marker(room) as outbox:
            await self.grows_quiet(hall, room)
            await hall.store.kept.transact(lambda unit: leaves_unheard(unit, UserId(3)))
            await hall.rooms.quiet_rooms.glance_once()
            assert '"user_left"' in str(await told(outbox))
            assert hall.readings == 4

    async def test_so_is_a_socket_whose_end_was(self, hall: Hall) -> None:
        async with hall.rooms.enter(EVENT) as room, hall.marker(room) as outbox:
            await self.grows_quiet(hall, room)
            await hall.store.kept.transact(lambda unit: unit.sessions.remove([session_of(1)]))
            await hall.forgets(outbox.connection)
            await hall.rooms.quiet_rooms.glance_once()
            assert '"not_logged_in"' in str(await told(outbox))

    async def test_so_is_the_end_of_a_deleted_event(self, hall: Hall) -> None:
        async with hall.rooms.enter(EVENT) as room, hall.marker(room) as outbox:
            await self.grows_quiet(hall, room)
            await hall.store.kept.transact(lambda unit: unit.events.remove(EVENT))
            await hall.rooms.quiet_rooms.glance_once()
            assert "The event was deleted" in str(await told(outbox))

    async def test_one_that_hears_of_something_is_read_by_itself(self, hall: Hall) -> None:
        """A glance might find the store as it was, and the room not."""
        async with hall.rooms.enter(EVENT) as room, hall.marker(room):
            await self.grows_quiet(hall, room)
            place = await hall.lecture.place(3)
            hall.notifier.publish(PlaceChanged(place, NOON))
            assert room.glance is None
            await hall.rooms.quiet_rooms.glance_once()
            assert "GlanceAtRooms" not in hall.store.asked

    async def test_so_is_one_that_lacks_a_name(self, hall: Hall) -> None:
        async with hall.rooms.enter(EVENT) as room, hall.marker(room):
            with hall.store.failing(Unavailable(), "GetProfileSummaries"):
                room.people.spelt.clear()
                for times in (2, 3):
                    hall.notifier.misses(EVENT)
                    await eventually(lambda times=times: hall.readings == times)
                assert room.glance is None
            await self.grows_quiet(hall, room)

    async def test_a_glance_that_fails_is_logged_and_the_next_one_counts(
        self, hall: Hall, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr("attendance_web.live.readings.READ_EVERY", 0.02)
        monkeypatch.setattr("attendance_web.live.readings.READ_JITTER", 0.0)
        async with hall.rooms.enter(EVENT) as room, hall.marker(room) as outbox:
            await eventually(lambda: room.glance)
            with hall.store.failing(Unavailable(), "GlanceAtRooms"):
                await eventually(lambda: caplog.records)
            before = hall.readings
            await hall.store.until_asked(
                "GlanceAtRooms", hall.store.asked.count("GlanceAtRooms") + 2
            )
            assert room.glance and hall.readings == before
            await hall.store.kept.transact(lambda unit: leaves_unheard(unit, UserId(3)))
            assert '"user_left"' in str(await told(outbox))


class TestNextReading:
    async def test_a_quiet_room_is_woken_by_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("attendance_web.live.readings.READ_EVERY", 0.0)
        monkeypatch.setattr("attendance_web.live.readings.READ_JITTER", 0.0)
        next_reading, loop = NextReading(), asyncio.get_running_loop()
        waiting = asyncio.create_task(next_reading.wait(lambda: True))
        next_reading.note_look(loop.time())
        await asyncio.sleep(0.01)
        assert not waiting.done()
        next_reading.stir()
        await asyncio.wait_for(waiting, PATIENCE)

    async def test_but_by_the_end_of_its_event(self) -> None:
        next_reading, loop = NextReading(), asyncio.get_running_loop()
        next_reading.note_look(loop.time())
        next_reading.note_end(0.001)
        await asyncio.wait_for(next_reading.wait(lambda: True), PATIENCE)


class TestCommands:
    @pytest.mark.parametrize("error", [NotWaiting(), Unavailable(), ValueError("a bug")])
    async def test_one_in_vain_is_told_what_happened_meanwhile(
        self, hall: Hall, error: Exception
    ) -> None:
        async with hall.rooms.enter(EVENT) as room, hall.marker(room) as outbox:

            async def in_vain() -> Any:
                await hall.lecture.do.hang_up(connections=[hall.lecture.waiting[0]], goodbye=True)
                waiting.set()
                await over.wait()
                raise error

            waiting, over = asyncio.Event(), asyncio.Event()
            asking = asyncio.create_task(room.carry_out(outbox, in_vain()))
            await waiting.wait()
            next_told = asyncio.create_task(told(outbox))
            await asyncio.sleep(0)
            assert not next_told.done()  # it hears of nothing while its command is under way
            over.set()
            with pytest.raises(type(error)):
                await asking
            assert '"user_left","params":{"user_id":3}' in str(await next_told)

    async def test_a_restart_waits_for_the_answer_of_each(self, hall: Hall) -> None:
        async with hall.rooms.enter(EVENT) as room, hall.marker(room) as outbox:
            command = hall.lecture.do.prepare_to_mark(
                connection=outbox.connection, target=UserId(3)
            )
            with outbox.answering():
                hall.rooms.close_for_restart()
                await room.carry_out(outbox, command)
            assert '"prepared"' in str(await told(outbox))
            assert await told(outbox) == RESTART

    async def test_a_mark_of_the_last_moment_is_told_before_the_end(
        self, hall: Hall, clock: TestClock
    ) -> None:
        """Contract: 6.9, of the event that ended while the commit was on its way to its marker."""
        async with hall.rooms.enter(EVENT) as room, hall.marker(room) as outbox:
            await hall.lecture.do.prepare_to_mark(connection=outbox.connection, target=UserId(3))

            async def confirm() -> Any:
                await self._end_event(hall, room, clock)
                clock.pass_(-LONG_AFTERWARDS)  # for the store it is just before the end
                return await hall.lecture.do.confirm_marking(
                    connection=outbox.connection, target=None
                )

            with outbox.answering():
                await room.carry_out(outbox, confirm())
            assert '"prepared"' in str(await told(outbox))
            assert '"marked"' in str(await told(outbox))
            assert '"event_over"' in str(await told(outbox))
            assert await told(outbox) == 4410

    async def test_the_end_does_not_wait_long_for_an_answer(
        self, hall: Hall, clock: TestClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("attendance_web.live.outboxes.MAX_ANSWER_SECONDS", 0.01)
        async with hall.rooms.enter(EVENT) as room, hall.marker(room) as outbox:
            with outbox.answering():
                await self._end_event(hall, room, clock)
                assert '"event_over"' in str(await told(outbox))
                assert await told(outbox) == 4410

    async def _end_event(self, hall: Hall, room: Room, clock: TestClock) -> None:
        """Has the room know that the event is over: a phone there is told so."""
        phone = Outbox(hall.lecture.waiting[1], "en", PlainPeer(nothing))
        room.add_asker(phone, await hall.lecture.do.mark_me(connection=phone.connection))
        clock.pass_(LONG_AFTERWARDS)
        hall.notifier.misses(EVENT)
        await eventually(lambda: phone.is_closing)
        room.remove(phone.connection)


class TestAConnectionThatHasGone:
    async def test_is_told_why(self, hall: Hall) -> None:
        async with hall.rooms.enter(EVENT) as room, hall.marker(room) as outbox:
            await hall.store.kept.transact(lambda unit: unit.sessions.remove([session_of(1)]))
            await hall.forgets(outbox.connection)
            hall.notifier.misses(EVENT)
            assert '"not_logged_in"' in str(await told(outbox))
            assert await told(outbox) == 4401

    @pytest.mark.parametrize(
        ("error", "level"), [(Unavailable(), None), (ValueError("a bug"), logging.ERROR)]
    )
    async def test_is_to_come_back_where_nobody_can_say_why(
        self,
        hall: Hall,
        error: Exception,
        level: int | None,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        async with hall.rooms.enter(EVENT) as room, hall.marker(room) as outbox:
            await hall.forgets(outbox.connection)
            with hall.store.failing(error, "FindEnding"):
                hall.notifier.misses(EVENT)
                assert await told(outbox) == RESTART
        assert [each.levelno for each in caplog.records] == ([] if level is None else [level])


async def enters_again(hall: Hall, guests: AsyncExitStack) -> Room:
    """The room of a guest who is turned away, and tries again at once."""
    with pytest.raises(Unavailable):
        await guests.enter_async_context(hall.rooms.enter(EVENT))
    return await guests.enter_async_context(hall.rooms.enter(EVENT))


def leaves_unheard(unit: Any, user_id: UserId) -> None:
    """They stop waiting, and nobody is told."""
    place = unit.places.lock(EVENT, [user_id])[user_id]
    assert place.state == Waiting(NOON)
    unit.places.put(place.changed(member=True, state=None))
