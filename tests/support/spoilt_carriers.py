"""Files and notifiers in memory with a fault each, and the test of their contract that names it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from secrets import token_hex
from typing import Any

from attendance_adapters.errors import CannotStart
from attendance_adapters.in_memory import MemoryFiles
from attendance_adapters.notifiers import LocalNotifier
from attendance_adapters.service_ports import StoredFile
from attendance_core.marking.announcements import Announcement, EventChanged, PlaceChanged
from attendance_core.ports import Listener, Transact
from attendance_core.vocabulary import EventId


class ClaimedFiles(MemoryFiles):
    """Nothing is wrong with these."""

    owner: str | None = None

    async def claim(self, transact: Transact) -> None:
        ours = await transact(lambda unit: unit.installation.database_id(token_hex()))
        self.owner = self.owner or ours
        if self.owner != ours:
            raise CannotStart


class CannotBeListed(ClaimedFiles):
    async def list_below(self, path: str) -> list[StoredFile]:
        raise NotImplementedError


class ListsByTheBeginning(ClaimedFiles):
    async def list_below(self, path: str) -> list[StoredFile]:
        return [each for each in await super().list_below("") if each.path.startswith(path)]


class ListsWhatIsDeleted(ClaimedFiles):
    def __init__(self) -> None:
        super().__init__()
        self._gone: list[StoredFile] = []

    async def delete(self, path: str) -> None:
        self._gone += [each for each in await super().list_below("") if each.path == path]
        await super().delete(path)

    async def list_below(self, path: str) -> list[StoredFile]:
        return sorted([*await super().list_below(path), *self._gone])


class IsClaimedOnce(ClaimedFiles):
    async def claim(self, transact: Transact) -> None:
        if self.owner is not None:
            raise CannotStart
        await super().claim(transact)


class IsClaimedByAnybody(ClaimedFiles):
    async def claim(self, transact: Transact) -> None: ...


FILE_FAULTS: dict[type[MemoryFiles], str] = {
    CannotBeListed: "test_files_are_listed_below_a_path_with_when_they_were_written",
    ListsByTheBeginning: "test_files_are_listed_below_a_path_with_when_they_were_written",
    ListsWhatIsDeleted: "test_one_that_is_deleted_is_listed_no_more",
    IsClaimedOnce: "test_files_are_claimed_by_one_database_again_and_again",
    IsClaimedByAnybody: "test_files_of_one_database_are_not_claimed_by_another",
}


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
