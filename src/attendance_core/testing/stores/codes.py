"""Events are found by their codes, of which each has one. Contract: 8.10."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from attendance_core.events import CODE_LETTERS, CreateEvent, event_code_of
from attendance_core.pieces import ListQuery
from attendance_core.testing.clock import NOON
from attendance_core.testing.lectures import EVENT
from attendance_core.testing.people import add_event_with_places, add_people, an_event
from attendance_core.testing.stand_ins import CountedIds
from attendance_core.vocabulary import EventCode, EventId, UserId


@dataclass
class FewIds(CountedIds):
    """Draws 1, 1, 2, 2, 3, 3... so that two who draw at once have the same."""

    draws: itertools.count[int] = field(default_factory=itertools.count)

    def event_code(self) -> EventCode:
        return EventCode(f"22222{CODE_LETTERS[next(self.draws) // 2]}")


class TestCodes:
    async def test_an_event_is_found_by_its_code_until_it_is_deleted(self, store: Any) -> None:
        (anna,) = await add_event_with_places(store, "Анна")
        event = await store.observe(lambda u: u.events.get(EVENT))
        assert event_code_of(event.code) == event.code
        for look in (
            lambda u: [u.events.find_by_code(event.code)],
            lambda u: u.events.search(None),
            lambda u: u.events.created_by(anna),
            lambda u: [each.event for each in u.events.attended_by(anna, ListQuery())],
        ):
            assert await store.observe(look) in ([event], [])
        await store.transact(lambda u: u.events.add(an_event("Other", EventId(UUID(int=9)))))
        assert await store.observe(lambda u: u.events.find_by_code(event.code)) == event
        assert await store.observe(lambda u: u.events.find_by_code(EventCode("222222"))) is None
        await store.transact(lambda u: u.events.remove(EVENT))
        assert await store.observe(lambda u: u.events.find_by_code(event.code)) is None

    async def test_of_many_who_draw_one_code_at_once_one_gets_it(self, store: Any) -> None:
        await add_people(store, *"абвг")
        create = CreateEvent(store.transact, FewIds())
        made = await asyncio.gather(
            *(
                create(actor=UserId(number), name=f"{number}", starts_at=NOON, ends_at=NOON + 60)
                for number in range(1, 5)
            )
        )
        assert len({event.code for event in made}) == 4
        for event in made:
            found = await store.observe(lambda u, code=event.code: u.events.find_by_code(code))
            assert found == event
