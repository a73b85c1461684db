"""The contract of a notifier: the docstrings of `ports.Notifier`, one by one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

import pytest

from attendance_core.marking.announcements import (
    Announcement,
    ConnectionsEnded,
    EventChanged,
    PlaceChanged,
)
from attendance_core.marking.endings import Ending
from attendance_core.marking.places import Barred, Held, Marked, Place, Waiting
from attendance_core.ports import Listener, Missed, Notifier
from attendance_core.vocabulary import ConnectionId, EventId, UserId

EVENT, OTHER_EVENT = EventId(UUID(int=1)), EventId(UUID(int=2))
SOCKET, BARRED = ConnectionId(UUID(int=6)), Barred(UserId(8), 9.000001)
ANNOUNCEMENTS: dict[str, list[Announcement]] = {
    "PlaceChanged": [
        *(
            PlaceChanged(Place(EVENT, UserId(7), True, state, 3, BARRED, 2), 1.5, SOCKET)
            for state in (None, Waiting(1.000001), Held(1.5, UserId(8), 2.5))
        ),
        PlaceChanged(
            Place(EVENT, UserId(7), True, Marked(UserId(8), 2.5, 3), 4, last_n=3), 2.5, paid=50
        ),
    ],
    "ConnectionsEnded": [
        ConnectionsEnded(EVENT, Ending.DELETED),
        ConnectionsEnded(EVENT, Ending.LEFT, frozenset()),
        ConnectionsEnded(EVENT, Ending.LOGGED_OUT, frozenset({SOCKET})),
    ],
    "EventChanged": [EventChanged(EVENT, "«Физика»\u0301 \U0001f393", 1.000001, 2.5)],
}
# A test of ours compares it with `attendance_adapters.service_ports.Notifier`
ASKED_OF_A_NOTIFIER = (
    "publish",
    "subscribe",
    "start",
    "close",
    "reconnect_count",
    "dropped_count",
)
MANY = 250  # announcements, more than anybody carries in one go
PATIENCE_SECONDS = 30  # for one that carries announcements between processes


def place_changed(version: int, event_id: EventId = EVENT) -> PlaceChanged:
    """Makes the announcement of a place of this version."""
    return PlaceChanged(Place(event_id, UserId(7), member=True, version=version), at=1.5)


class Heard:
    """Listens, and keeps what it was called with."""

    def __init__(self) -> None:
        self.all: list[object] = []
        self._grew = asyncio.Event()

    def __call__(self, announcement: object) -> None:
        self.all.append(announcement)
        self._grew.set()

    @property
    def announcements(self) -> list[object]:
        """All of them but `Missed`, which is none."""
        return [each for each in self.all if not isinstance(each, Missed)]

    async def until(self, count: int) -> list[object]:
        """Waits for so many announcements, and answers them; else the test fails."""
        if not await self.comes_to(lambda: len(self.announcements) >= count):
            pytest.fail(f"{len(self.announcements)} of {count} came in {PATIENCE_SECONDS} s")
        return self.announcements

    async def comes_to(self, state: Callable[[], bool]) -> bool:
        """Waits until it is so, but not for ever; tells whether it is."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not state():
                    self._grew.clear()
                    await self._grew.wait()
        return state()


async def subscribe_briefly(notifier: Notifier, event_id: EventId, listener: Listener) -> None:
    """Subscribes, and ends that at once."""
    (await notifier.subscribe(event_id, listener))()


async def cancelled_at_each_instant(begin: Callable[[EventId], Any]) -> AsyncIterator[EventId]:
    """Cancels what is begun for an event, later each time, until it is done before that.

    Yields each event for which it was cancelled.
    """
    turns = 0
    while True:
        event_id = EventId(uuid4())  # one that the server has not confirmed before
        task = asyncio.ensure_future(begin(event_id))
        for _ in range(turns):
            await asyncio.sleep(0)
        was_done = task.done()
        task.cancel()
        await asyncio.wait([task])
        if was_done:
            return
        yield event_id
        turns += 1 + turns // 16


@pytest.mark.asyncio
class NotifierContract:
    """Tries a notifier of your own; subclass it, and give it a fixture ``notifiers``.

    That makes and closes two started ones, which publish and listen as two processes would; one
    for a single process is both of them.
    """

    async def test_it_has_all_that_a_service_asks_of_a_notifier(
        self, notifiers: tuple[Notifier, Notifier]
    ) -> None:
        for notifier in notifiers:
            missing = [each for each in ASKED_OF_A_NOTIFIER if not hasattr(notifier, each)]
            assert missing == [], f"no {', '.join(missing)}: a service asks for these"

    @pytest.mark.parametrize("kind", ANNOUNCEMENTS)
    async def test_an_announcement_of_every_kind_comes_as_it_was_published(
        self, notifiers: tuple[Notifier, Notifier], kind: str
    ) -> None:
        here, there = notifiers
        heard = Heard()
        await there.subscribe(EVENT, heard)
        for announcement in ANNOUNCEMENTS[kind]:
            here.publish(announcement)
        assert await heard.until(len(ANNOUNCEMENTS[kind])) == ANNOUNCEMENTS[kind]

    async def test_what_was_published_before_the_close_comes_or_missed_is_said(
        self, notifiers: tuple[Notifier, Notifier]
    ) -> None:
        """A command does one thing, and ends: others hear of it, or read it again."""
        here, there = notifiers
        heard = Heard()
        await there.subscribe(EVENT, heard)
        missed_before = heard.all.count(Missed())
        for version in range(1, MANY):
            here.publish(place_changed(version))
        await here.close()  # type: ignore[attr-defined]

        def came() -> set[int]:
            return {each.place.version for each in heard.all if isinstance(each, PlaceChanged)}

        def is_known() -> bool:
            return len(came()) == MANY - 1 or heard.all.count(Missed()) > missed_before

        if not await heard.comes_to(is_known):
            pytest.fail(f"{len(came())} of {MANY - 1} announcements came, and no Missed was said")

    async def test_a_listener_hears_what_is_published_once_it_has_subscribed(
        self, notifiers: tuple[Notifier, Notifier]
    ) -> None:
        """From the return of `subscribe` on: nothing may be lost between it and a reading."""
        here, there = notifiers
        heard = [Heard() for _ in range(3)]
        for number, each in enumerate(heard):
            await there.subscribe(EVENT, each)
            here.publish(place_changed(number))
            assert await each.until(1) == [place_changed(number)]

    async def test_only_listeners_of_the_event_are_told(
        self, notifiers: tuple[Notifier, Notifier]
    ) -> None:
        here, there = notifiers
        heard, other = Heard(), Heard()
        await there.subscribe(EVENT, heard)
        await there.subscribe(OTHER_EVENT, other)
        here.publish(place_changed(1, OTHER_EVENT))
        here.publish(place_changed(2))
        assert await heard.until(1) == [place_changed(2)]
        assert await other.until(1) == [place_changed(1, OTHER_EVENT)]

    async def test_every_listener_is_told_until_it_ends_it(
        self, notifiers: tuple[Notifier, Notifier]
    ) -> None:
        here, there = notifiers
        stays, goes = Heard(), Heard()
        await there.subscribe(EVENT, stays)
        end = await there.subscribe(EVENT, goes)
        here.publish(place_changed(1))
        await stays.until(1)
        await goes.until(1)
        end()
        end()
        here.publish(place_changed(2))
        assert await stays.until(2) == [place_changed(1), place_changed(2)]
        assert await goes.until(1) == [place_changed(1)]

    async def test_a_listener_that_raises_hurts_nobody(
        self, notifiers: tuple[Notifier, Notifier], caplog: pytest.LogCaptureFixture
    ) -> None:
        here, there = notifiers

        def raises(announcement: object) -> None:
            raise ValueError

        heard = Heard()
        await there.subscribe(EVENT, raises)
        await there.subscribe(EVENT, heard)
        here.publish(place_changed(1))
        here.publish(place_changed(2))
        assert await heard.until(2) == [place_changed(1), place_changed(2)]
        assert [each for each in caplog.records if each.levelno >= logging.ERROR]

    async def test_listeners_are_called_in_the_event_loop(
        self, notifiers: tuple[Notifier, Notifier]
    ) -> None:
        here, there = notifiers
        loops: list[asyncio.AbstractEventLoop] = []
        heard = Heard()
        await there.subscribe(EVENT, lambda _: loops.append(asyncio.get_running_loop()))
        await there.subscribe(EVENT, heard)
        here.publish(place_changed(1))
        await heard.until(1)
        assert loops == [asyncio.get_running_loop()]

    async def test_a_listener_may_subscribe_and_end_while_it_is_told(
        self, notifiers: tuple[Notifier, Notifier]
    ) -> None:
        here, there = notifiers
        ends: list[Callable[[], None]] = []
        once, last = Heard(), Heard()

        def hear_once(announcement: object) -> None:
            once(announcement)
            ends[0]()

        listener: Listener = hear_once
        ends.append(await there.subscribe(EVENT, listener))
        await there.subscribe(EVENT, last)
        here.publish(place_changed(1))
        here.publish(place_changed(2))
        await last.until(2)
        assert once.all == [place_changed(1)]

    async def test_of_a_thousand_listeners_that_came_and_went_nothing_is_left(
        self, notifiers: tuple[Notifier, Notifier]
    ) -> None:
        here, there = notifiers
        for _ in range(1000):
            end = await there.subscribe(EventId(uuid4()), lambda _: None)
            end()
        heard = Heard()
        await there.subscribe(EVENT, heard)
        here.publish(place_changed(1))
        assert await heard.until(1) == [place_changed(1)]

    async def test_an_announcement_of_any_size_tells_of_the_change(
        self, notifiers: tuple[Notifier, Notifier]
    ) -> None:
        here, there = notifiers
        heard = Heard()
        await there.subscribe(EVENT, heard)
        told_before = len(heard.all)
        many = frozenset(ConnectionId(UUID(int=each)) for each in range(1000))
        announcement = ConnectionsEnded(EVENT, Ending.LEFT, many)
        here.publish(announcement)
        here.publish(place_changed(2))
        await heard.until(1)
        assert heard.all[told_before] in (announcement, Missed())

    async def test_who_goes_while_it_is_awaited_listens_no_more(
        self, notifiers: tuple[Notifier, Notifier]
    ) -> None:
        _, there = notifiers
        heard = Heard()
        async for event_id in cancelled_at_each_instant(
            lambda e: subscribe_briefly(there, e, heard)
        ):
            there.publish(place_changed(1, event_id))
        assert not [each for each in heard.all if not isinstance(each, Missed)]
