"""The rooms of a process, with guests who hear what they are told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest
import structlog

from attendance_core.marking.connections import Connection
from attendance_core.marking.places import Waiting
from attendance_core.marking.readings import Reading
from attendance_core.testing.clock import NOON, TestClock
from attendance_core.testing.lectures import EVENT, PROCESS, Lecture
from attendance_core.vocabulary import EventId, ProcessId, UserId
from attendance_web.live.outbox import Outbox
from attendance_web.live.plain_peer import PlainPeer
from attendance_web.live.room import Room
from attendance_web.live.rooms import Rooms
from tests.support.eventually import PATIENCE_SECONDS
from tests.support.faulty_house import FaultyNotifier, FaultyStore


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
        with_glance: bool,
    ) -> Reading:
        self.contexts.append(structlog.contextvars.get_contextvars())
        return await self.lecture.do.read_room(
            event_id=event_id, process_id=process_id, watched=watched, with_glance=with_glance
        )

    async def _read_places(self, **given: Any) -> Any:
        self.contexts.append(structlog.contextvars.get_contextvars())
        return await self.lecture.do.read_places(**given)

    @property
    def reading_count(self) -> int:
        return self.store.asked.count("ReadRoom")

    @asynccontextmanager
    async def marker(self, room: Room) -> AsyncIterator[Outbox]:
        """Opens the socket of person 1, who marks, and what it is told; the list is read."""
        outbox = Outbox(self.lecture.markers[0], "en", PlainPeer(must_not_receive))
        room.add_marker(outbox, await self.lecture.do.ready_to_mark(connection=outbox.connection))
        assert '"marking_list"' in str(await told(outbox))
        yield outbox
        room.remove(outbox.connection)

    async def store_forgets(self, connection: Connection) -> None:
        """Removes a connection from the store, and nobody is told."""
        ids = [connection.connection_id]
        await self.store.kept.transact(lambda unit: unit.connections.remove(ids))


async def told(outbox: Outbox) -> str | int:
    """Waits for the next frame, or the code it closes with."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (item := outbox.take()) is None:
            await asyncio.sleep(0.001)
    return item if isinstance(item, int) else item.text


@pytest.fixture
async def hall(clock: TestClock, monkeypatch: pytest.MonkeyPatch) -> Hall:
    monkeypatch.setattr("attendance_web.live.readings.READ_EVERY", 3600)
    notifier = FaultyNotifier()
    return Hall(await Lecture.begun(FaultyStore(notifier, clock), waiting=2), notifier)


async def must_not_receive() -> dict[str, Any]:
    """Raises AssertionError: nobody reads from this client."""
    raise AssertionError("somebody read")


def leaves_unheard(unit: Any, user_id: UserId) -> None:
    """Has somebody stop waiting, and nobody is told."""
    place = unit.places.lock(EVENT, [user_id])[user_id]
    assert place.state == Waiting(NOON)
    unit.places.put(place.changed(member=True, state=None))
