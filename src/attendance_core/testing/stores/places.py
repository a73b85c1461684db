"""Every store keeps places, as `Places` promises, and the marks in them."""

from __future__ import annotations

from typing import Any

import pytest

from attendance_core.errors import (
    AlreadyMarked,
    EventNotFound,
    Taken,
)
from attendance_core.marking.ledger import NewEntry, Origin
from attendance_core.marking.places import Barred, Held, Marked, Place, Waiting
from attendance_core.marking.terms import Terms
from attendance_core.pieces import ListQuery
from attendance_core.testing.clock import NOON
from attendance_core.testing.lectures import EVENT
from attendance_core.testing.people import add_event_with_places, add_people, mark
from attendance_core.vocabulary import UserId


class TestPlaces:
    async def test_nobody_has_a_place_in_an_event_that_does_not_exist(self, store: Any) -> None:
        (anna,) = await add_people(store, "Анна")
        with pytest.raises(EventNotFound):
            await store.transact(lambda u: u.places.make(EVENT, anna))

    async def test_a_place_that_is_made_twice_stays_as_it_is(self, store: Any) -> None:
        anna, boris = await add_event_with_places(store, "Анна", "Борис")
        waiting = Place(EVENT, anna, True, Waiting(NOON + 0.25), 1)
        await store.transact(lambda u: u.places.put(waiting))
        await store.transact(lambda u: u.places.make(EVENT, anna))
        found = await store.transact(lambda u: u.places.lock(EVENT, [boris, anna, UserId(99)]))
        assert found == {anna: waiting, boris: Place(EVENT, boris)}
        assert await store.observe(lambda u: u.places.waiting_or_held(EVENT)) == [waiting]

    async def test_one_marker_holds_one_person(self, store: Any) -> None:
        anna, boris, vera = await add_event_with_places(store, "Анна", "Борис", "Вера")
        held = Place(EVENT, anna, True, Held(NOON, vera, NOON + 90), 2)
        await store.transact(lambda u: u.places.put(held))
        second = Place(EVENT, boris, True, Held(NOON, vera, NOON + 90), 2)
        with pytest.raises(Taken):
            await store.transact(lambda u: u.places.put(second))
        locked = await store.transact(lambda u: u.places.lock(EVENT, [vera], with_held_by=vera))
        assert list(locked) == sorted([anna, vera])
        assert await store.observe(lambda u: u.places.lapsed(NOON + 89.9, 5)) == []
        assert await store.observe(lambda u: u.places.lapsed(NOON + 90, 5)) == [(EVENT, anna)]

    async def test_no_more_holds_that_ran_out_are_listed_than_were_asked_for(
        self, store: Any
    ) -> None:
        """The earliest ones first: a sweep takes what it can, and the next one the rest."""
        anna, boris, vera, gleb = await add_event_with_places(
            store, "Анна", "Борис", "Вера", "Глеб"
        )

        def work(unit: Any) -> None:
            for target, marker, until in ((anna, vera, NOON + 2), (boris, gleb, NOON + 1)):
                held = Held(NOON, marker, until)
                unit.places.put(Place(EVENT, target, member=True, state=held))

        await store.transact(work)
        for limit, expected in ((1, [boris]), (2, [boris, anna]), (9, [boris, anna])):
            look = store.observe(lambda u, limit=limit: u.places.lapsed(NOON + 9, limit))
            assert await look == [(EVENT, each) for each in expected]

    async def test_a_place_keeps_who_held_its_person_last(self, store: Any) -> None:
        """Contract: 6.19."""
        anna, vera = await add_event_with_places(store, "Анна", "Вера")
        for barred in (Barred(vera, NOON + 10.000001), None):
            given_back = Place(EVENT, anna, True, Waiting(NOON), 2, barred)
            await store.transact(lambda u, place=given_back: u.places.put(place))
            assert await store.observe(lambda u: u.places.of(EVENT, [anna])) == [given_back]

    async def test_a_mark_is_known_from_the_ledger_and_made_once(self, store: Any) -> None:
        anna, boris = await add_event_with_places(store, "Анна", "Борис")
        marked = await store.transact(lambda u: mark(u, anna, boris))
        assert marked.state == Marked(boris, NOON, 1, Origin.HOLD)
        assert await store.observe(lambda u: u.places.of(EVENT, [anna])) == [marked]
        assert await store.observe(lambda u: u.places.waiting_or_held(EVENT)) == []
        assert await store.observe(lambda u: u.ledger.karma(boris, Terms())) == 50
        assert await store.observe(lambda u: u.ledger.karma(anna, Terms())) == 0
        again = NewEntry(EVENT, anna, 1, boris, NOON, Origin.HOLD)
        with pytest.raises(AlreadyMarked):
            await store.transact(lambda u: u.ledger.add(again))
        (person,) = await store.observe(lambda u: u.participants.listed(EVENT, ListQuery()))
        assert (person.display_name, person.state) == ("Анна", marked.state)
