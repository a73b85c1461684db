"""What an announcement costs a room, and a process that serves its start; never timed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
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
from tests.support.service_process import running

SOCKETS: Final = 200
# What only migrations, other engines, workers of their own or other commands need. Python names a
# package that is tried in vain, too; so of some a module of it stands here
UNWANTED: Final = frozenset(
    {
        "PIL",
        "aiosqlite",
        "alembic",
        "asyncpg",
        "attendance_adapters.in_memory",
        "attendance_adapters.sql.migrate",
        "attendance_adapters.sql.postgres",
        "attendance_web.demo",
        "greenlet._greenlet",
        "jinja2",
        "mako",
        "pydantic.main",
        "pygments",
        "redis",
        "rich.console",
        "rich_click",
        "segno",
        "sqlalchemy.dialects.postgresql",
        "sqlalchemy.ext.asyncio",
        "sqlalchemy.orm",
        "xlsxwriter",
        "yaml",
    }
)


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

    encoded: int = 0
    scheduled: int = 0  # steps of the event loop: each task that is woken is one
    frames: set[int] = field(default_factory=set)  # by identity
    told: int = 0


@contextmanager
def counting_steps(cost: Cost, plant: pytest.MonkeyPatch) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    call_soon: Callable[..., Any] = loop.call_soon

    def counts(*arguments: Any, **options: Any) -> Any:
        cost.scheduled += 1
        return call_soon(*arguments, **options)

    with plant.context() as patch:
        patch.setattr(loop, "call_soon", counts)
        yield


async def cost_of_an_announcement(plant: pytest.MonkeyPatch, *, takes: bool = True) -> Cost:
    """Somebody waits, and so many markers are told of it."""
    notifier, cost = LocalNotifier(), Cost()
    lecture = await Lecture.begun(MemoryStore(TestClock(), notifier), waiting=2)

    def counts(*arguments: Any) -> TextFrame:
        cost.encoded += 1
        return encode(*arguments)

    async with Rooms(notifier, lecture.do, lambda: PROCESS).enter(EVENT) as room:
        readers, writers = [Reader() for _ in range(SOCKETS)], list[asyncio.Task[None]]()

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
        plant.setattr("attendance_web.live.outboxes.encode", counts)
        with counting_steps(cost, plant):
            notifier.publish(PlaceChanged(place.changed(state=Waiting(NOON)), NOON))
        cost.told = sum(len(reader.frames) for reader in readers)
        cost.frames = {id(frame) for reader in readers for frame in reader.frames}
        await asyncio.gather(*writers)
    return cost


async def test_it_is_spelt_once_and_wakes_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    cost = await cost_of_an_announcement(monkeypatch)
    assert (cost.told, cost.encoded, len(cost.frames)) == (SOCKETS, 1, 1)
    assert cost.scheduled <= 2  # of the room's own, however many are told


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
        assert cost.scheduled >= SOCKETS

    async def test_a_frame_spelt_for_each_is(self, monkeypatch: pytest.MonkeyPatch) -> None:
        apply = Mirror.apply_announcement

        def one_by_one(self: Mirror, announcement: Any) -> list[Delivery]:
            told = apply(self, announcement)
            return [Delivery(each.frame, (one,)) for each in told for one in each.connection_ids]

        monkeypatch.setattr(Mirror, "apply_announcement", one_by_one)
        assert (await cost_of_an_announcement(monkeypatch)).encoded == SOCKETS


def imported_by(log: str) -> Set[str]:
    """Every module that a process has imported, as Python itself reports it."""
    lines = [line for line in log.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip() for line in lines}


def unwanted_among(modules: Set[str]) -> Set[str]:
    """Those that a process that serves has no use for, or packages of theirs."""
    return {each for each in UNWANTED if any(f"{name}.".startswith(f"{each}.") for name in modules)}


def test_a_service_imports_nothing_that_it_does_not_use(tmp_path: Path) -> None:
    with running(tmp_path, {"PYTHONPROFILEIMPORTTIME": "1"}) as service:
        assert service.get("/health/ready")[0] == 200
        modules = imported_by(service.said())
    assert "attendance_adapters.sql.sqlite" in modules
    assert not unwanted_among(modules)


def test_one_that_it_did_would_be_seen() -> None:
    log = "import time:       359 |      85504 |       alembic.config\nimport time: 1 | 1 | PILL\n"
    assert unwanted_among(imported_by(log)) == {"alembic"}
