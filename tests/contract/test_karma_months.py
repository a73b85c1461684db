"""The projection of karma is what the fold says, whatever happens. Contract: 8.11."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from sqlalchemy import URL

from attendance_adapters.sql import postgres, recount
from attendance_core.marking.ledger import Entry
from attendance_core.marking.places import Marked
from attendance_core.testing.people import add_people, an_event, annul, mark
from attendance_core.testing.random_ledgers import an_instant
from attendance_core.testing.written_ledgers import (
    FEW_PAY,
    PERSON_COUNT,
    check_karma,
    paying_counts_by_month,
    write_at_random,
)
from attendance_core.vocabulary import EventId, UserId
from tests.support.karma_ledgers import KARMA_LEDGERS
from tests.support.karma_months import (
    a_store,
    all_entries,
    numbered_event_ids,
    store,
    stored_counts_by_month,
)
from tests.support.migrating import run_sql

__all__ = ["store"]
pytestmark = pytest.mark.long


@pytest.mark.timeout(900)
async def test_it_is_what_the_fold_says_after_every_entry(url: URL, store: Any) -> None:
    chance = random.Random(812)
    written_down: list[Entry] = []
    for number in range(KARMA_LEDGERS):
        people = await add_people(store, *(f"Person {each}" for each in range(PERSON_COUNT)))

        def look(unit: Any, ledger: list[Entry], people: Sequence[UserId] = people) -> None:
            check_karma(unit, people, ledger)

        written_down += await write_at_random(store, chance, number, people, look)
    assert stored_counts_by_month(url) == paying_counts_by_month(written_down, FEW_PAY)
    assert await asyncio.to_thread(recount.recount, url) == (len(stored_counts_by_month(url)), 0)


class TestManyAtOnce:
    """Contract: 8.12; what is added in one event waits for no place of another."""

    PEOPLE_COUNT, EVENT_COUNT, EVENTS_A_ROUND, ROUNDS = 3, 12, 8, 25

    async def test_nothing_is_lost_and_nobody_is_in_a_deadlock(
        self, url: URL, store: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(postgres, "MAX_RUNS", 1)
        chance = random.Random(813)
        people = await add_people(store, *(f"Person {each}" for each in range(self.PEOPLE_COUNT)))
        event_ids = numbered_event_ids(self.EVENT_COUNT)

        def prepare(unit: Any) -> None:
            for event_id in event_ids:
                unit.events.add(replace(an_event(event_id.hex, event_id), creator_id=people[0]))
                for person in people:
                    unit.places.make(event_id, person)

        def move(unit: Any, event_id: EventId, marker: UserId, person: UserId, at: float) -> None:
            place = unit.places.lock(event_id, [person])[person]
            if isinstance(place.state, Marked):
                annul(unit, person, marker, at, event_id)
            else:
                mark(unit, person, marker, at, event_id)

        await store.transact(prepare)
        async with AsyncExitStack() as stack:
            another = await a_store(url)
            stack.push_async_callback(another.close)
            for _ in range(self.ROUNDS):
                moves = []
                for number, event_id in enumerate(chance.sample(event_ids, self.EVENTS_A_ROUND)):
                    marker, person = chance.sample(people, 2)
                    work = partial(
                        move,
                        event_id=event_id,
                        marker=marker,
                        person=person,
                        at=an_instant(chance),
                    )
                    moves.append((store, another)[number % 2].transact(work))
                await asyncio.gather(*moves)
        assert stored_counts_by_month(url) == paying_counts_by_month(
            await all_entries(store, event_ids), FEW_PAY
        )


class TestRecount:
    async def test_it_finds_and_mends_what_is_wrong(self, url: URL, store: Any) -> None:
        chance = random.Random(816)
        people = await add_people(store, *(f"Person {number}" for number in range(PERSON_COUNT)))
        ledger = await write_at_random(store, chance, 1, people)
        right = paying_counts_by_month(ledger, FEW_PAY)
        first, second, *_ = sorted(right)
        run_sql(
            url,
            f"UPDATE karma_months SET paying = paying + 1"
            f" WHERE user_id = {first[0]} AND month = {first[1]}",
            f"DELETE FROM karma_months WHERE user_id = {second[0]} AND month = {second[1]}",
            f"INSERT INTO karma_months (user_id, month, paying, unchecked, pair_a_month,"
            f" unchecked_a_month) VALUES ({people[0]}, 1, 9, 0, 2, 1)",
        )
        wrong = stored_counts_by_month(url)
        assert wrong != right
        found = await store.observe(lambda u: [u.ledger.karma(each, FEW_PAY) for each in people])
        assert found[0] == FEW_PAY.karma_per_mark * sum(
            n for (user_id, _), n in wrong.items() if user_id == people[0]
        )
        assert await asyncio.to_thread(recount.recount, url) == (len(right) + 1, 3)
        assert stored_counts_by_month(url) == {**right, (people[0], 1): 0}
        assert await asyncio.to_thread(recount.recount, url) == (len(right) + 1, 0)
