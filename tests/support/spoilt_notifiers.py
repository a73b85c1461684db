"""Notifiers with a fault each, and the test of their contract that names it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from attendance_adapters.notifiers import LocalNotifier
from attendance_core.marking.announcements import Announcement, EventChanged, PlaceChanged
from attendance_core.ports import Listener
from attendance_core.vocabulary import EventId


class HasNoDroppedCount(LocalNotifier):
    def __getattribute__(self, name: str) -> Any:
        if name == "dropped_count":
            raise AttributeError(name)
        return super().__getattribute__(name)


class CarriesNoChangeOfAnEvent(LocalNotifier):
    def publish(self, announcement: Announcement) -> None:
        if not isinstance(announcement, EventChanged):
            super().publish(announcement)


class ForgetsWhatWasPaid(LocalNotifier):
    def publish(self, announcement: Announcement) -> None:
        if isinstance(announcement, PlaceChanged):
            announcement = PlaceChanged(announcement.place, announcement.at)
        super().publish(announcement)


class DropsWhatWaitsAtTheClose(LocalNotifier):
    """Carries an announcement at a later step of the loop, and tells of none that it drops."""

    def __init__(self) -> None:
        super().__init__()
        self._waits: list[asyncio.TimerHandle] = []

    def publish(self, announcement: Announcement) -> None:
        loop, tell = asyncio.get_running_loop(), super().publish
        self._waits.append(loop.call_later(0, tell, announcement))

    async def close(self) -> None:
        for each in self._waits:
            each.cancel()


class ListensLater(LocalNotifier):
    """Its `subscribe` returns before the subscription is there."""

    async def subscribe(self, event_id: EventId, listener: Listener) -> Callable[[], None]:
        ends: list[Callable[[], None]] = []
        add = super().subscribe

        async def subscribes() -> None:
            await asyncio.sleep(0)
            ends.append(await add(event_id, listener))

        self._task = asyncio.create_task(subscribes())

        def end() -> None:
            for each in ends:
                each()

        return end


NOTIFIER_FAULTS: dict[type[LocalNotifier], str] = {
    ListensLater: "test_a_listener_hears_what_is_published_once_it_has_subscribed",
    HasNoDroppedCount: "test_it_has_all_that_a_service_asks_of_a_notifier",
    CarriesNoChangeOfAnEvent: (
        "test_an_announcement_of_every_kind_comes_as_it_was_published[EventChanged]"
    ),
    ForgetsWhatWasPaid: (
        "test_an_announcement_of_every_kind_comes_as_it_was_published[PlaceChanged]"
    ),
    DropsWhatWaitsAtTheClose: "test_what_was_published_before_the_close_comes_or_missed_is_said",
}
