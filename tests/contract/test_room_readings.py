"""When a room is read again, and when it is quiet. Decision 0023."""

from __future__ import annotations

import asyncio

import pytest
import structlog

from attendance_core.errors import Unavailable
from attendance_core.marking.announcements import PlaceChanged
from attendance_core.testing.clock import NOON
from attendance_core.testing.lectures import EVENT, session_of
from attendance_core.vocabulary import UserId
from attendance_web.live.outbox import Outbox
from attendance_web.live.plain_peer import PlainPeer
from attendance_web.live.readings import NextReading
from attendance_web.live.room import Room
from tests.support.eventually import PATIENCE_SECONDS, eventually
from tests.support.room_hall import Hall, hall, leaves_unheard, must_not_receive, told

__all__ = ["hall"]


class TestReadingAgain:
    async def test_at_once_when_the_notifier_has_missed_something(self, hall: Hall) -> None:
        async with hall.rooms.enter(EVENT) as room, hall.marker(room) as outbox:
            await hall.store.kept.transact(lambda unit: leaves_unheard(unit, UserId(3)))
            assert hall.reading_count == 1
            hall.notifier.misses(EVENT)
            assert await told(outbox) == (
                '{"result":"ok","message":"user_left","params":{"user_id":3}}'
            )
            assert hall.reading_count == 2

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
            waits = Outbox(hall.lecture.waiting[0], "en", PlainPeer(must_not_receive))
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
            times = hall.reading_count + 1
            hall.notifier.misses(EVENT)
            await eventually(lambda times=times: hall.reading_count == times)
        await eventually(lambda: room.glance)

    async def test_nothing_is_read_where_nothing_has_moved(self, hall: Hall) -> None:
        async with hall.rooms.enter(EVENT) as room, hall.marker(room):
            await self.grows_quiet(hall, room)
            await hall.rooms.quiet_rooms.glance_once()
            assert room.glance and hall.reading_count == 3

    async def test_what_was_lost_on_the_way_is_found(self, hall: Hall) -> None:
        async with hall.rooms.enter(EVENT) as room, hall.marker(room) as outbox:
            await self.grows_quiet(hall, room)
            await hall.store.kept.transact(lambda unit: leaves_unheard(unit, UserId(3)))
            await hall.rooms.quiet_rooms.glance_once()
            assert '"user_left"' in str(await told(outbox))
            assert hall.reading_count == 4

    async def test_so_is_a_socket_whose_end_was(self, hall: Hall) -> None:
        async with hall.rooms.enter(EVENT) as room, hall.marker(room) as outbox:
            await self.grows_quiet(hall, room)
            await hall.store.kept.transact(lambda unit: unit.sessions.remove([session_of(1)]))
            await hall.store_forgets(outbox.connection)
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
                    await eventually(lambda times=times: hall.reading_count == times)
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
            before = hall.reading_count
            await hall.store.until_asked(
                "GlanceAtRooms", hall.store.asked.count("GlanceAtRooms") + 2
            )
            assert room.glance and hall.reading_count == before
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
        next_reading.end_quiet()
        await asyncio.wait_for(waiting, PATIENCE_SECONDS)

    async def test_but_by_the_end_of_its_event(self) -> None:
        next_reading, loop = NextReading(), asyncio.get_running_loop()
        next_reading.note_look(loop.time())
        next_reading.note_event_end(0.001)
        await asyncio.wait_for(next_reading.wait(lambda: True), PATIENCE_SECONDS)

    async def test_one_that_is_asked_for_over_and_over_is_read_once_in_a_while(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Contract: 1.11. An organiser may change an event as often as they may call."""
        monkeypatch.setattr("attendance_web.live.readings.REQUESTED_EVERY", 3600.0)
        next_reading, loop = NextReading(), asyncio.get_running_loop()
        next_reading.request()
        await asyncio.wait_for(next_reading.wait(lambda: False), PATIENCE_SECONDS)
        next_reading.note_look(loop.time())
        next_reading.request()
        waiting = asyncio.create_task(next_reading.wait(lambda: False))
        for _ in range(10):
            await asyncio.sleep(0)
            next_reading.request()
        assert not waiting.done()
        waiting.cancel()
        next_reading.note_look(loop.time() - 3601.0)
        next_reading.request()
        await asyncio.wait_for(next_reading.wait(lambda: False), PATIENCE_SECONDS)

    async def test_but_not_later_than_its_event_ends(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("attendance_web.live.readings.REQUESTED_EVERY", 3600.0)
        next_reading, loop = NextReading(), asyncio.get_running_loop()
        next_reading.note_look(loop.time())
        next_reading.note_event_end(0.001)
        next_reading.request()
        await asyncio.wait_for(next_reading.wait(lambda: False), PATIENCE_SECONDS)

    async def test_the_end_of_an_event_is_read_once_though_the_store_is_away(self) -> None:
        """Contract: 1.11. Or it was read over and over, as fast as a store says that it is away."""
        next_reading, loop = NextReading(), asyncio.get_running_loop()
        next_reading.note_look(loop.time())
        next_reading.note_event_end(0.001)
        await asyncio.wait_for(next_reading.wait(lambda: False), PATIENCE_SECONDS)
        next_reading.note_look(loop.time())  # which fails
        waiting = asyncio.create_task(next_reading.wait(lambda: False))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        waiting.cancel()
