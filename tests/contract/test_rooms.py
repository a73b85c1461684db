"""The rooms of a process: opened once, read again, and gone with their last guest."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack
from typing import Any

import pytest

from attendance_core.errors import NotWaiting, Unavailable
from attendance_core.testing.clock import TestClock
from attendance_core.testing.lectures import EVENT, session_of
from attendance_core.vocabulary import UserId
from attendance_web.live.close_codes import RESTART
from attendance_web.live.outbox import Outbox
from attendance_web.live.plain_peer import PlainPeer
from attendance_web.live.room import Room
from tests.support.eventually import eventually
from tests.support.room_hall import Hall, hall, must_not_receive, told

__all__ = ["hall"]

LONG_AFTERWARDS_SECONDS = 24 * 3600  # from within the event


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
            assert hall.reading_count == 1
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
            assert hall.reading_count == 2
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
        assert hall.reading_count == 2

    async def test_so_does_one_who_gives_up_while_it_opens(self, hall: Hall) -> None:
        before = asyncio.all_tasks()
        with hall.store.holding("ReadRoom"):
            entering = asyncio.create_task(hall.rooms.enter(EVENT).__aenter__())
            await hall.store.until_asked("ReadRoom")
            entering.cancel()
            await asyncio.wait({entering})
            assert hall.notifier.listener_count(EVENT) == 0
            await eventually(lambda: asyncio.all_tasks() == before)


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
                clock.pass_(-LONG_AFTERWARDS_SECONDS)  # for the store it is just before the end
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
        phone = Outbox(hall.lecture.waiting[1], "en", PlainPeer(must_not_receive))
        room.add_asker(phone, await hall.lecture.do.mark_me(connection=phone.connection))
        clock.pass_(LONG_AFTERWARDS_SECONDS)
        hall.notifier.misses(EVENT)
        await eventually(lambda: phone.is_closing)
        room.remove(phone.connection)


class TestAConnectionThatHasGone:
    async def test_is_told_why(self, hall: Hall) -> None:
        async with hall.rooms.enter(EVENT) as room, hall.marker(room) as outbox:
            await hall.store.kept.transact(lambda unit: unit.sessions.remove([session_of(1)]))
            await hall.store_forgets(outbox.connection)
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
            await hall.store_forgets(outbox.connection)
            with hall.store.failing(error, "FindEnding"):
                hall.notifier.misses(EVENT)
                assert await told(outbox) == RESTART
        assert [each.levelno for each in caplog.records] == ([] if level is None else [level])


async def enters_again(hall: Hall, guests: AsyncExitStack) -> Room:
    """The room of a guest who is turned away, and tries again at once."""
    with pytest.raises(Unavailable):
        await guests.enter_async_context(hall.rooms.enter(EVENT))
    return await guests.enter_async_context(hall.rooms.enter(EVENT))
