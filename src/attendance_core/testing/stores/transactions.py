"""What every store promises: the docstrings of `attendance_core.repositories`, one by one."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from attendance_core.errors import (
    EventNameTaken,
    EventNotFound,
)
from attendance_core.marking.announcements import ConnectionsEnded
from attendance_core.marking.endings import Ending
from attendance_core.testing.lectures import EVENT
from attendance_core.testing.people import an_event, people
from attendance_core.vocabulary import EventId

PATIENCE = 30  # seconds


class TestTransact:
    async def test_work_that_raises_leaves_nothing(self, store: Any) -> None:
        await people(store, "Анна")

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
        word = ConnectionsEnded(EVENT, Ending.DELETED)

        def work(unit: Any) -> int:
            unit.announce(word)
            return len(heard)

        def raises(unit: Any) -> None:
            unit.announce(word)
            raise ValueError

        assert await store.transact(work) == 0
        with pytest.raises(ValueError):
            await store.transact(raises)
        assert heard == [word]

    async def test_a_look_cannot_write(self, store: Any) -> None:
        await people(store, "Анна")
        with pytest.raises(Exception):  # noqa: B017 each engine says so in its own way
            await store.observe(lambda unit: unit.events.add(an_event()))
            await store.observe(lambda unit: unit.events.get(EVENT))

    async def test_a_look_through_a_list_sees_what_a_look_does_and_cannot_write(
        self, store: Any
    ) -> None:
        await people(store, "Анна")
        with pytest.raises(Exception):  # noqa: B017 each engine says so in its own way
            await store.browse(lambda unit: unit.events.add(an_event()))
            await store.browse(lambda unit: unit.events.get(EVENT))
        event = an_event()
        await store.transact(lambda unit: unit.events.add(event))
        assert await store.browse(lambda unit: unit.events.search(None)) == [event]
        with pytest.raises(EventNotFound):
            await store.browse(lambda unit: unit.events.get(EventId(uuid4())))

    async def test_it_is_carried_out_though_nobody_waits_for_it_any_more(self, store: Any) -> None:
        await people(store, "Анна")
        event = an_event()
        task = asyncio.create_task(store.transact(lambda unit: unit.events.add(event)))
        await asyncio.sleep(0)  # it has been handed over
        task.cancel()
        async with asyncio.timeout(PATIENCE):
            while await store.observe(lambda unit: unit.events.search(None)) != [event]:
                await asyncio.sleep(0.001)

    async def test_two_people_taking_one_name_at_once_get_one_event(self, store: Any) -> None:
        await people(store, "Анна")

        def work_for(number: int) -> Any:
            event = an_event("Ёлка" if number % 2 else "ёлка", EventId(uuid4()))
            return lambda unit: unit.events.add(event)

        answers = await asyncio.gather(
            *(store.transact(work_for(number)) for number in range(8)), return_exceptions=True
        )
        assert sum(answer is None for answer in answers) == 1
        assert sum(isinstance(answer, EventNameTaken) for answer in answers) == 7
