"""What an announcement costs a room, in frames and steps of the loop; never timed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import pytest

from attendance_adapters.in_memory import MemoryStore
from attendance_adapters.notifiers.local import LocalNotifier
from attendance_core.marking.announcements import PlaceChanged
from attendance_core.marking.connections import Role
from attendance_core.marking.frames import Delivery
from attendance_core.marking.mirror import Mirror
from attendance_core.marking.outcomes import MarkerOpened
from attendance_core.marking.places import Waiting
from attendance_core.testing.clock import NOON, TestClock
from attendance_core.testing.lectures import EVENT, PROCESS, Lecture, numbered_connection
from attendance_web.live.messages import encode
from attendance_web.live.outbox import Outbox
from attendance_web.live.rooms import Rooms
from attendance_web.live.text_frame import TextFrame
from attendance_web.structs.people import PersonSummary

SOCKET_COUNT: Final = 200


@dataclass
class Reader:
    """The other end of a socket, which takes whatever is written at once, or nothing."""

    takes: bool = True
    said_goodbye: bool = False
    frames: list[TextFrame] = field(default_factory=list)

    def has_left(self) -> bool:
        return False

    def count_control_frames_with(self, take: Callable[[], bool]) -> None: ...

    def write_now(self, frame: TextFrame) -> bool:
        if self.takes:
            self.frames.append(frame)
        return self.takes

    def answer_goodbye(self) -> None: ...
    def end_soon(self, code: int) -> None: ...


@dataclass
class Cost:
    """What one announcement to so many markers took."""

    encoded_count: int = 0
    scheduled_count: int = 0  # steps of the event loop: each task that is woken is one
    frame_ids: set[int] = field(default_factory=set)
    told_count: int = 0


@contextmanager
def counting_steps(cost: Cost, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    call_soon: Callable[..., Any] = loop.call_soon

    def counts(*arguments: Any, **options: Any) -> Any:
        cost.scheduled_count += 1
        return call_soon(*arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(loop, "call_soon", counts)
        yield


async def cost_of_an_announcement(monkeypatch: pytest.MonkeyPatch, *, takes: bool = True) -> Cost:
    """Counts what it takes that somebody waits, and so many markers are told of it."""
    notifier, cost = LocalNotifier(), Cost()
    lecture = await Lecture.begun(MemoryStore(TestClock(), notifier), waiting=2)

    def counts(*arguments: Any) -> TextFrame:
        cost.encoded_count += 1
        return encode(*arguments)

    async with Rooms(notifier, lecture.do, lambda: PROCESS).enter(EVENT) as room:
        readers, writers = [Reader() for _ in range(SOCKET_COUNT)], list[asyncio.Task[None]]()

        def begin_writer() -> None:
            writers.append(asyncio.create_task(asyncio.sleep(0)))

        for number, reader in enumerate(readers):
            outbox = Outbox(numbered_connection(number, 1, Role.MARKING), "en", reader)
            room.add_marker(outbox, MarkerOpened(None, NOON))
            assert isinstance(outbox.take(), TextFrame)
            assert outbox.take() is None
            outbox.start(begin_writer)
        for reader in readers:
            reader.takes = takes
        place = await lecture.place(2)
        monkeypatch.setattr("attendance_web.live.outboxes.encode", counts)
        with counting_steps(cost, monkeypatch):
            notifier.publish(PlaceChanged(place.changed(state=Waiting(NOON)), NOON))
        cost.told_count = sum(len(reader.frames) for reader in readers)
        cost.frame_ids = {id(frame) for reader in readers for frame in reader.frames}
        await asyncio.gather(*writers)
    return cost


async def test_it_is_spelt_once_and_wakes_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    cost = await cost_of_an_announcement(monkeypatch)
    assert (cost.told_count, cost.encoded_count, len(cost.frame_ids)) == (SOCKET_COUNT, 1, 1)
    assert cost.scheduled_count <= 2  # of the room's own, however many are told


async def test_whoever_opens_a_list_has_nobody_spelt_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each of those in it is spelt once, when they become known to the room."""
    spelt: list[int] = []

    def counts(*arguments: Any) -> PersonSummary:
        spelt.append(arguments[0])
        return PersonSummary(*arguments)

    monkeypatch.setattr("attendance_web.live.messages.PersonSummary", counts)
    notifier = LocalNotifier()
    lecture = await Lecture.begun(MemoryStore(TestClock(), notifier), waiting=200)
    async with Rooms(notifier, lecture.do, lambda: PROCESS).enter(EVENT) as room:
        assert len(spelt) == len(set(spelt)) >= 200
        spelt.clear()
        readers = [Reader() for _ in range(20)]
        for number, reader in enumerate(readers):
            outbox = Outbox(numbered_connection(number, 1, Role.MARKING), "en", reader)
            room.add_marker(outbox, MarkerOpened(None, NOON))
            outbox.start(lambda: None)
        assert [len(reader.frames) for reader in readers] == [1] * 20
        assert all(reader.frames[0].text.count('"display_name"') == 200 for reader in readers)
    assert not spelt


class TestPlanted:
    """Regressions, each of which is seen."""

    async def test_a_task_woken_for_each_is(self, monkeypatch: pytest.MonkeyPatch) -> None:
        cost = await cost_of_an_announcement(monkeypatch, takes=False)
        assert cost.scheduled_count >= SOCKET_COUNT

    async def test_a_frame_spelt_for_each_is(self, monkeypatch: pytest.MonkeyPatch) -> None:
        apply = Mirror.apply_announcement

        def one_by_one(self: Mirror, announcement: Any) -> list[Delivery]:
            told = apply(self, announcement)
            return [Delivery(each.frame, (one,)) for each in told for one in each.connection_ids]

        monkeypatch.setattr(Mirror, "apply_announcement", one_by_one)
        assert (await cost_of_an_announcement(monkeypatch)).encoded_count == SOCKET_COUNT
