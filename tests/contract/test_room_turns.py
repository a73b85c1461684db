"""What is news for hundreds of sockets is told a few at a step of the event loop. Contract: 1.11.

Judged by counts and order, never by a clock.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from attendance_adapters.in_memory import MemoryStore
from attendance_adapters.notifiers.local import LocalNotifier
from attendance_core.marking.announcements import PlaceChanged
from attendance_core.marking.connections import Role
from attendance_core.marking.outcomes import MarkerOpened
from attendance_core.marking.places import Place, Waiting
from attendance_core.testing.clock import NOON, TestClock
from attendance_core.testing.lectures import EVENT, PROCESS, Lecture, numbered_connection
from attendance_core.vocabulary import UserId
from attendance_web.live.close_codes import RESTART
from attendance_web.live.outbox import Outbox
from attendance_web.live.outboxes import Outboxes
from attendance_web.live.plain_peer import PlainPeer
from attendance_web.live.room import Room
from attendance_web.live.room_turns import ENDINGS_AT_ONCE, TOLD_AT_ONCE, WRITERS_AT_ONCE
from attendance_web.live.rooms import Rooms
from attendance_web.live.text_frame import TextFrame
from attendance_web.live.visit import Visit
from tests.support.houses import house_in_memory
from tests.support.live_house import House
from tests.support.room_hall import Hall, hall, must_not_receive, told

__all__ = ["hall", "house_in_memory"]

MARKER_COUNT = 50
PEOPLE = [UserId(1_000 + number) for number in range(100)]  # who come to wait, all at once


class Steps:
    """Counts the steps of the event loop, and what is done in each."""

    def __init__(self) -> None:
        self.done: Counter[int] = Counter()
        self._number = 0
        self._is_over = False

    def note(self) -> None:
        self.done[self._number] += 1

    @contextmanager
    def counted(self) -> Iterator[None]:
        self._next()
        try:
            yield
        finally:
            self._is_over = True

    def _next(self) -> None:
        self._number += 1
        if not self._is_over:
            asyncio.get_running_loop().call_soon(self._next)


@pytest.mark.asyncio(loop_scope="module")
async def test_the_end_of_an_event_closes_a_few_sockets_at_a_step(
    house_in_memory: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Contract: 6.9. Whoever is closed is told why before."""
    organiser, *people = await house_in_memory.add_people(1 + 5 * WRITERS_AT_ONCE)
    event_id = await house_in_memory.create_event(organiser)
    wires = [await each.mark_me(event_id) for each in people]
    steps, write = Steps(), Visit._write

    async def noted(self: Visit) -> bool:
        steps.note()
        return await write(self)

    monkeypatch.setattr(Visit, "_write", noted)
    with steps.counted():
        await house_in_memory.attendance.use_cases.delete_event(
            actor=UserId(organiser.user_id), event_id=event_id
        )
        heard = [await each.heard() for each in wires]
        codes = {await each.close_code() for each in wires}
    assert {frame["params"]["code"] for frame in heard} == {"event_over"}
    assert codes == {4410}
    assert steps.done.total() == len(people)
    assert max(steps.done.values()) <= WRITERS_AT_ONCE


def begin_to_wait(notifier: LocalNotifier) -> None:
    for user_id in PEOPLE:
        notifier.publish(PlaceChanged(Place(EVENT, user_id, True, Waiting(NOON), 1), NOON))


def add_markers(room: Room) -> list[Outbox]:
    outboxes = []
    for number in range(MARKER_COUNT):
        connection = numbered_connection(1_000 + number, 1, Role.MARKING)
        outbox = Outbox(connection, "en", PlainPeer(must_not_receive))
        room.add_marker(outbox, MarkerOpened(None, NOON))
        assert isinstance(outbox.take(), TextFrame)
        outboxes.append(outbox)
    return outboxes


def taken(outbox: Outbox) -> list[str]:
    """What it was told since one asked last."""
    frames = []
    while isinstance(frame := outbox.take(), TextFrame):
        frames.append(frame.text)
    return frames


class TestAnnouncements:
    async def test_each_marker_hears_all_in_order_a_few_at_a_step(self) -> None:
        notifier = LocalNotifier()
        lecture = await Lecture.begun(MemoryStore(TestClock(), notifier), waiting=2)
        async with Rooms(notifier, lecture.do, lambda: PROCESS).enter(EVENT) as room:
            outboxes = add_markers(room)
            begin_to_wait(notifier)
            gained, heard = [], [list[str]() for _ in outboxes]
            while len(heard[-1]) < len(PEOPLE):
                new_frames = [taken(outbox) for outbox in outboxes]
                gained.append(sum(map(len, new_frames)))
                for frames, added in zip(heard, new_frames, strict=True):
                    frames += added
                await asyncio.sleep(0)
            assert max(gained) <= TOLD_AT_ONCE + MARKER_COUNT
            in_order = [f'"user_id":{user_id},' for user_id in PEOPLE]
            for frames in heard:
                assert all(map(str.__contains__, frames, in_order)), frames

    async def test_one_that_comes_alone_waits_for_no_step(self) -> None:
        notifier = LocalNotifier()
        lecture = await Lecture.begun(MemoryStore(TestClock(), notifier), waiting=2)
        async with Rooms(notifier, lecture.do, lambda: PROCESS).enter(EVENT) as room:
            outboxes = add_markers(room)
            notifier.publish(PlaceChanged(Place(EVENT, PEOPLE[0], True, Waiting(NOON), 1), NOON))
            assert all(len(taken(outbox)) == 1 for outbox in outboxes)

    async def test_a_room_that_has_gone_hears_no_more(self) -> None:
        notifier = LocalNotifier()
        lecture = await Lecture.begun(MemoryStore(TestClock(), notifier), waiting=2)
        rooms = Rooms(notifier, lecture.do, lambda: PROCESS)
        async with rooms.enter(EVENT) as room:
            outbox = add_markers(room)[-1]
            begin_to_wait(notifier)
        before = len(taken(outbox))
        assert before < len(PEOPLE)
        for _ in PEOPLE:
            await asyncio.sleep(0)
        assert not taken(outbox)


async def test_why_connections_have_gone_is_asked_for_a_few_at_a_step(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps, ask_why = Steps(), Outboxes._ask_why

    async def noted(self: Outboxes, outbox: Outbox) -> None:
        steps.note()
        await ask_why(self, outbox)

    monkeypatch.setattr(Outboxes, "_ask_why", noted)
    async with hall.rooms.enter(EVENT) as room:
        outboxes = add_markers(room)
        with steps.counted():
            hall.notifier.misses(EVENT)
            assert [await told(outbox) for outbox in outboxes] == [RESTART] * MARKER_COUNT
    assert steps.done.total() == MARKER_COUNT
    assert max(steps.done.values()) <= ENDINGS_AT_ONCE
