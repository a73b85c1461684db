"""What every notifier promises: the docstrings of `ports.Notifier`, one by one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from uuid import UUID

import pytest

from attendance_adapters.notifiers.local import LocalNotifier
from attendance_core.announcements import ConnectionsEnded, PlaceChanged, Why
from attendance_core.places import Place
from attendance_core.ports import Listener, Missed, Notifier
from attendance_core.vocabulary import EventId, UserId

HERE, THERE = EventId(UUID(int=1)), EventId(UUID(int=2))
PATIENCE = 10  # seconds, for one that carries announcements between processes


@asynccontextmanager
async def local() -> AsyncIterator[tuple[Notifier, Notifier]]:
    """One process: who publishes and who listens hold the same notifier."""
    notifier = LocalNotifier()
    yield notifier, notifier


# Each opens the notifiers of a process that publishes and of one that listens
NOTIFIERS: dict[str, Callable[[], AbstractAsyncContextManager[tuple[Notifier, Notifier]]]] = {
    "local": local,
}


@pytest.fixture(params=NOTIFIERS)
async def notifiers(
    request: pytest.FixtureRequest,
) -> AsyncIterator[tuple[Notifier, Notifier]]:
    async with NOTIFIERS[request.param]() as made:
        yield made


def changed(version: int, event_id: EventId = HERE) -> PlaceChanged:
    return PlaceChanged(Place(event_id, UserId(7), member=True, version=version), at=1.5)


class Heard:
    """What a listener was called with."""

    def __init__(self) -> None:
        self.all: list[object] = []
        self._grew = asyncio.Event()

    def __call__(self, word: object) -> None:
        self.all.append(word)
        self._grew.set()

    async def until(self, count: int) -> list[object]:
        """So many announcements; that some may have been missed is no announcement."""
        async with asyncio.timeout(PATIENCE):
            while len(found := [e for e in self.all if not isinstance(e, Missed)]) < count:
                self._grew.clear()
                await self._grew.wait()
        return found


class TestNotifier:
    async def test_it_carries_every_sort_of_announcement(
        self, notifiers: tuple[Notifier, Notifier]
    ) -> None:
        here, there = notifiers
        heard = Heard()
        await there.subscribe(HERE, heard)
        words = [
            changed(1),
            ConnectionsEnded(HERE, Why.DELETED),
            ConnectionsEnded(HERE, Why.LEFT, frozenset()),
        ]
        for word in words:
            here.publish(word)
        assert await heard.until(3) == words

    async def test_only_listeners_of_the_event_are_told(
        self, notifiers: tuple[Notifier, Notifier]
    ) -> None:
        here, there = notifiers
        heard, other = Heard(), Heard()
        await there.subscribe(HERE, heard)
        await there.subscribe(THERE, other)
        here.publish(changed(1, THERE))
        here.publish(changed(2))
        assert await heard.until(1) == [changed(2)]
        assert await other.until(1) == [changed(1, THERE)]

    async def test_every_listener_is_told_until_it_ends_it(
        self, notifiers: tuple[Notifier, Notifier]
    ) -> None:
        here, there = notifiers
        stays, goes = Heard(), Heard()
        await there.subscribe(HERE, stays)
        end = await there.subscribe(HERE, goes)
        here.publish(changed(1))
        await stays.until(1)
        await goes.until(1)
        end()
        end()
        here.publish(changed(2))
        assert await stays.until(2) == [changed(1), changed(2)]
        assert await goes.until(1) == [changed(1)]

    async def test_a_listener_that_raises_hurts_nobody(
        self, notifiers: tuple[Notifier, Notifier], caplog: pytest.LogCaptureFixture
    ) -> None:
        here, there = notifiers

        def raises(word: object) -> None:
            raise ValueError

        heard = Heard()
        await there.subscribe(HERE, raises)
        await there.subscribe(HERE, heard)
        here.publish(changed(1))
        here.publish(changed(2))
        assert await heard.until(2) == [changed(1), changed(2)]
        assert "a listener failed" in [each.message for each in caplog.records]

    async def test_listeners_are_called_in_the_event_loop(
        self, notifiers: tuple[Notifier, Notifier]
    ) -> None:
        here, there = notifiers
        loops: list[asyncio.AbstractEventLoop] = []
        heard = Heard()
        await there.subscribe(HERE, lambda _: loops.append(asyncio.get_running_loop()))
        await there.subscribe(HERE, heard)
        here.publish(changed(1))
        await heard.until(1)
        assert loops == [asyncio.get_running_loop()]

    async def test_a_listener_may_subscribe_and_end_while_it_is_told(
        self, notifiers: tuple[Notifier, Notifier]
    ) -> None:
        here, there = notifiers
        ends: list[Callable[[], None]] = []
        once, last = Heard(), Heard()

        def first(word: object) -> None:
            once(word)
            ends[0]()

        listener: Listener = first
        ends.append(await there.subscribe(HERE, listener))
        await there.subscribe(HERE, last)
        here.publish(changed(1))
        here.publish(changed(2))
        await last.until(2)
        assert once.all == [changed(1)]
