"""Every store keeps who helps the creator of an event to organise it. Contract: 8.5."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from attendance_core.errors import NotAnOrganiser, PersonNotFound
from attendance_core.events import Helper, check_organiser
from attendance_core.testing.clock import NOON
from attendance_core.testing.lectures import EVENT
from attendance_core.testing.people import add_event_with_places, an_event
from attendance_core.vocabulary import EventId, UserId


class TestHelpers:
    async def test_helpers_are_listed_in_the_order_they_were_added(self, store: Any) -> None:
        anna, boris, vera, gleb = await add_event_with_places(
            store, "Анна", "Борис", "Вера", "Глеб"
        )
        for user_id, at in ((gleb, NOON), (vera, NOON + 2), (boris, NOON + 2)):
            await store.transact(lambda u, who=user_id, at=at: u.helpers.add(EVENT, who, at))
        assert await store.observe(lambda u: u.helpers.of(EVENT)) == [
            Helper(gleb, "Глеб"),
            Helper(boris, "Борис"),
            Helper(vera, "Вера"),
        ]
        assert await store.observe(lambda u: u.helpers.has(EVENT, vera))
        for _ in range(2):
            await store.transact(lambda u: u.helpers.remove(EVENT, vera))
        assert not await store.observe(lambda u: u.helpers.has(EVENT, vera))
        assert not await store.observe(lambda u: u.helpers.has(EVENT, anna))
        assert not await store.observe(lambda u: u.helpers.has(EventId(uuid4()), boris))

    async def test_a_person_helps_in_some_of_many_events(self, store: Any) -> None:
        anna, boris = await add_event_with_places(store, "Анна", "Борис")
        others = [an_event(name, EventId(uuid4())) for name in "абв"]

        def work(unit: Any) -> None:
            for event in others:
                unit.events.add(event)
            for event in others[:2]:
                unit.helpers.add(event.event_id, boris, NOON)

        await store.transact(work)
        ids = [event.event_id for event in others]
        for user_id, asked, expected in (
            (boris, [*ids, EVENT], ids[:2]),
            (boris, ids[1:], ids[1:2]),
            (boris, [], []),
            (anna, ids, []),
        ):
            helped = await store.observe(
                lambda u, who=user_id, of=asked: u.helpers.helped_by(who, of)
            )
            assert helped == frozenset(expected)

    async def test_somebody_who_does_not_exist_does_not_help(self, store: Any) -> None:
        await add_event_with_places(store, "Анна")
        with pytest.raises(PersonNotFound):
            await store.transact(lambda u: u.helpers.add(EVENT, UserId(99), NOON))

    async def test_helpers_go_with_their_event(self, store: Any) -> None:
        _, boris = await add_event_with_places(store, "Анна", "Борис")
        await store.transact(lambda u: u.helpers.add(EVENT, boris, NOON))
        await store.transact(lambda u: u.events.remove(EVENT))
        assert not await store.observe(lambda u: u.helpers.has(EVENT, boris))

    async def test_the_creator_and_helpers_are_organisers(self, store: Any) -> None:
        anna, boris, vera = await add_event_with_places(store, "Анна", "Борис", "Вера")
        await store.transact(lambda u: u.helpers.add(EVENT, boris, NOON))

        def check(user_id: UserId) -> Any:
            return lambda unit: check_organiser(unit, unit.events.get(EVENT), user_id)

        for organiser in (anna, boris):
            await store.observe(check(organiser))
        with pytest.raises(NotAnOrganiser):
            await store.observe(check(vera))
