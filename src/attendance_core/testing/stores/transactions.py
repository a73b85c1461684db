"""What every store promises of work that is handed over: the docstrings of `ports.Transact`."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest

from attendance_core.errors import (
    EventNameTaken,
    EventNotFound,
    Unavailable,
)
from attendance_core.marking.announcements import (
    Announcement,
    ConnectionsEnded,
    EventChanged,
    PlaceChanged,
)
from attendance_core.marking.endings import Ending
from attendance_core.marking.places import Held, Place
from attendance_core.testing.clock import NOON
from attendance_core.testing.lectures import EVENT
from attendance_core.testing.people import add_people, an_event
from attendance_core.vocabulary import ConnectionId, EventId, UserId

PATIENCE_SECONDS = 30
# A test of ours compares it with `attendance_adapters.service_ports.Store`
ASKED_OF_A_STORE = (
    "transact",
    "observe",
    "browse",
    "list_looks_at_once",
    "abandoned_count",
    "referenced_files",
    "scrub",
    "start",
    "close",
)
HELD = Held(NOON, UserId(2), NOON + 45)
ANNOUNCEMENTS: dict[str, Announcement] = {
    "PlaceChanged": PlaceChanged(
        Place(EVENT, UserId(1), True, HELD, 7), NOON, ConnectionId(uuid4()), paid=50
    ),
    "ConnectionsEnded": ConnectionsEnded(EVENT, Ending.LEFT, frozenset({ConnectionId(uuid4())})),
    "EventChanged": EventChanged(EVENT, "Seminar", NOON, NOON + 60),
}


class TestTransact:
    async def test_work_that_raises_leaves_nothing(self, store: Any) -> None:
        await add_people(store, "Анна")

        def work(unit: Any) -> None:
            unit.events.add(an_event())
            unit.announce(ConnectionsEnded(EVENT, Ending.DELETED))
            raise ValueError

        with pytest.raises(ValueError):
            await store.transact(work)
        with pytest.raises(EventNotFound):
            await store.observe(lambda unit: unit.events.get(EVENT))

    async def test_announcements_come_after_the_commit_and_only_then(
        self, store: Any, notifier: Any
    ) -> None:
        heard: list[Any] = []
        await notifier.subscribe(EVENT, heard.append)
        announcement = ConnectionsEnded(EVENT, Ending.DELETED)

        def work(unit: Any) -> int:
            unit.announce(announcement)
            return len(heard)

        def raises(unit: Any) -> None:
            unit.announce(announcement)
            raise ValueError

        assert await store.transact(work) == 0
        with pytest.raises(ValueError):
            await store.transact(raises)
        assert heard == [announcement]

    @pytest.mark.parametrize("kind", ANNOUNCEMENTS)
    async def test_an_announcement_of_every_kind_goes_out_as_it_was_made(
        self, store: Any, notifier: Any, kind: str
    ) -> None:
        heard: list[Any] = []
        await notifier.subscribe(EVENT, heard.append)
        await store.transact(lambda unit: unit.announce(ANNOUNCEMENTS[kind]))
        assert heard == [ANNOUNCEMENTS[kind]], f"one {kind} was announced; published: {heard}"

    async def test_announcements_go_out_in_their_order_in_the_event_loop(
        self, store: Any, notifier: Any
    ) -> None:
        heard: list[Any] = []
        threads: set[int] = set()
        await notifier.subscribe(EVENT, heard.append)
        await notifier.subscribe(EVENT, lambda _: threads.add(threading.get_ident()))

        def work(unit: Any) -> None:
            for announcement in ANNOUNCEMENTS.values():
                unit.announce(announcement)

        await store.transact(work)
        assert heard == [*ANNOUNCEMENTS.values()]
        assert threads == {threading.get_ident()}, "published in a thread that is not the loop's"

    async def test_a_look_cannot_write(self, store: Any) -> None:
        await add_people(store, "Анна")
        with pytest.raises(Exception):  # noqa: B017 each engine says so in its own way
            await store.observe(lambda unit: unit.events.add(an_event()))
            await store.observe(lambda unit: unit.events.get(EVENT))

    async def test_a_look_through_a_list_sees_what_a_look_does_and_cannot_write(
        self, store: Any
    ) -> None:
        await add_people(store, "Анна")
        with pytest.raises(Exception):  # noqa: B017 each engine says so in its own way
            await store.browse(lambda unit: unit.events.add(an_event()))
            await store.browse(lambda unit: unit.events.get(EVENT))
        event = an_event()
        await store.transact(lambda unit: unit.events.add(event))
        assert await store.browse(lambda unit: unit.events.search(None)) == [event]
        with pytest.raises(EventNotFound):
            await store.browse(lambda unit: unit.events.get(EventId(uuid4())))

    async def test_it_is_carried_out_though_nobody_waits_for_it_any_more(self, store: Any) -> None:
        await add_people(store, "Анна")
        event = an_event()
        task = asyncio.create_task(store.transact(lambda unit: unit.events.add(event)))
        await asyncio.sleep(0)  # it has been handed over
        task.cancel()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await store.observe(lambda unit: unit.events.search(None)) != [event]:
                await asyncio.sleep(0.001)

    async def test_two_people_taking_one_name_at_once_get_one_event(self, store: Any) -> None:
        await add_people(store, "Анна")

        def work_for(number: int) -> Any:
            event = an_event("Ёлка" if number % 2 else "ёлка", EventId(uuid4()))
            return lambda unit: unit.events.add(event)

        answers = await asyncio.gather(
            *(store.transact(work_for(number)) for number in range(8)), return_exceptions=True
        )
        assert sum(answer is None for answer in answers) == 1
        assert sum(isinstance(answer, EventNameTaken) for answer in answers) == 7


class TestService:
    async def test_it_has_all_that_a_service_asks_of_a_store(self, store: Any) -> None:
        missing = [each for each in ASKED_OF_A_STORE if not hasattr(store, each)]
        assert missing == [], f"no {', '.join(missing)}: without these no service starts over it"
        assert store.list_looks_at_once >= 1
        assert store.abandoned_count == 0, "nothing is under way"

    async def test_a_scrub_leaves_what_is_there(self, store: Any) -> None:
        (anna,) = await add_people(store, "Анна")
        for _ in range(2):
            await store.scrub()
        profile = await store.observe(lambda unit: unit.profiles.get(anna))
        assert profile.display_name == "Анна"


class TestClose:
    async def test_what_was_handed_over_before_the_close_is_carried_out(self, store: Any) -> None:
        """And answered: whoever closes a store loses nothing that somebody asked of it."""
        handed_over = [
            asyncio.create_task(
                store.transact(lambda unit, n=number: unit.accounts.add(f"u{n}", "hash", NOON))
            )
            for number in range(8)
        ]
        await asyncio.sleep(0)
        await store.close()
        answers = await asyncio.gather(*handed_over, return_exceptions=True)
        failed = [each for each in answers if isinstance(each, BaseException)]
        assert not failed, f"{len(failed)} of {len(answers)} were not carried out: {failed[0]!r}"
        assert {*answers} == {*range(1, 9)}

    async def test_it_may_be_closed_again(self, store: Any) -> None:
        for _ in range(2):
            await store.close()


class TestBreakdowns:
    async def test_work_that_cannot_be_committed_is_unavailable_and_announces_nothing(
        self, store: Any, notifier: Any, break_down: Callable[[], Awaitable[None]]
    ) -> None:
        heard: list[Any] = []
        await notifier.subscribe(EVENT, heard.append)

        def work(unit: Any) -> None:
            for number in range(500):  # more than whatever room is left
                unit.accounts.add(f"u{number}-{'x' * 40}", "hash " * 40, NOON)
            unit.announce(ANNOUNCEMENTS["EventChanged"])

        await break_down()
        try:
            await store.transact(work)
        except Exception as error:
            assert isinstance(error, Unavailable), f"expected Unavailable; raised: {error!r}"
        else:
            pytest.fail("expected Unavailable; it was answered as if it had been committed")
        assert heard == []
