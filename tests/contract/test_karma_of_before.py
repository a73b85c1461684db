"""Karma of marks that an earlier version has made, and what a changed rule pays. Contract: 8.12."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from dataclasses import replace
from functools import partial
from threading import Barrier, BrokenBarrierError
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import URL, Connection, text

from attendance_adapters.sql import migrate as migrating
from attendance_adapters.sql import migration_steps, recount
from attendance_adapters.sql.maintenance import run_on_connection
from attendance_adapters.sql.migrate import upgrade
from attendance_adapters.sql.recount import apply_rule
from attendance_adapters.sql.revisions import is_current
from attendance_core.marking.terms import Terms
from attendance_core.testing.people import add_people, an_event, mark
from attendance_core.testing.random_ledgers import MONTHS, an_instant
from attendance_core.testing.written_ledgers import FEW_PAY, paying_counts_by_month
from attendance_core.vocabulary import UserId
from tests.support.karma_months import (
    a_store,
    all_entries,
    numbered_event_ids,
    store,
    stored_counts_by_month,
)
from tests.support.migrating import add_person, run_sql

__all__ = ["store"]
pytestmark = pytest.mark.long
USUAL = Terms()
MARK_COUNT, PERSON_COUNT = 60, 4


def add_marks_of_old(on: Connection) -> None:
    """Has the first few people mark each other in many events, about the borders of months."""
    chance = random.Random(814)
    for number in range(1, PERSON_COUNT + 1):
        add_person(on, number, f"Person {number}")
    for number in range(PERSON_COUNT + 1, MARK_COUNT + PERSON_COUNT + 1):
        add_person(on, number, f"Person {number}")
        marker, person = chance.sample(range(1, PERSON_COUNT + 1), 2)
        add_mark_of_old(on, number, marker, person, an_instant(chance))
    on.commit()


def add_mark_of_old(on: Connection, event: int, marker: int, person: int, at: float) -> None:
    given: dict[str, Any] = {
        "event_id": UUID(int=event) if on.dialect.name == "postgresql" else f"{event:032x}",
        "user_id": person,
        "marker_id": marker,
        "at": round(at * 1_000_000),
    }
    for statement in (
        "INSERT INTO places (event_id, user_id, member, version) VALUES (:event_id, :user_id,"
        " true, 1)",
        "INSERT INTO marks (event_id, user_id, marker_id, at, points) VALUES (:event_id, :user_id,"
        " :marker_id, :at, 50)",
    ):
        asked = text(statement)
        on.execute(asked, {name: given[name] for name in asked.compile().params})


async def folded_of(url: URL, terms: Terms) -> dict[tuple[UserId, int], int]:
    store = await a_store(url)
    entries = await all_entries(store, numbered_event_ids(2 * MARK_COUNT))
    await store.close()
    return paying_counts_by_month(entries, terms)


async def test_two_of_the_version_before_who_mark_each_other_at_once(url: URL) -> None:
    """One waits for the other, or neither would see that it is one too many."""
    two_a_pair = replace(FEW_PAY, karma_unchecked_a_month=99)
    upgrade(url)
    apply_rule(url, two_a_pair)
    both_wrote = Barrier(2)

    def add_two(on: Connection) -> None:
        for number in range(1, 5):
            add_person(on, number, f"Person {number}")
        add_mark_of_old(on, 3, 1, 2, MONTHS[0])
        on.commit()

    def mark_and_wait(on: Connection, event: int, marker: int, person: int) -> None:
        add_mark_of_old(on, event, marker, person, MONTHS[0] + event)
        with suppress(BrokenBarrierError):
            both_wrote.wait(timeout=1.0)
        on.commit()

    run_on_connection(url, add_two)
    await asyncio.gather(
        *(
            asyncio.to_thread(
                run_on_connection, url, partial(mark_and_wait, event=e, marker=m, person=p)
            )
            for e, m, p in ((1, 1, 2), (2, 2, 1))
        )
    )
    assert both_wrote.broken
    folded = await folded_of(url, two_a_pair)
    assert stored_counts_by_month(url) == folded
    assert sum(folded.values()) == 2


class Died(Exception):
    """What ends a migration in the middle."""


class TestMonthsOfBefore:
    """A ledger of the version before is projected by its migration."""

    async def test_they_are_counted_whenever_it_dies(
        self, url: URL, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        upgrade(url, "0010")
        run_on_connection(url, add_marks_of_old)
        upgrade(url, "0014")
        monkeypatch.setattr(migration_steps, "BATCH_SIZE", 40)
        counted = [0]

        def die(_: float) -> None:
            counted.append(len(stored_counts_by_month(url)))
            raise Died

        monkeypatch.setattr(migrating, "sleep", die)
        while not is_current(url):
            with suppress(Died):
                upgrade(url)
        assert counted[:3] == [0, 4, 8]
        folded = await folded_of(url, USUAL)
        assert stored_counts_by_month(url) == folded
        assert sum(folded.values()) < MARK_COUNT

    async def test_what_the_old_one_marks_meanwhile_is_counted_once(
        self, url: URL, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        upgrade(url, "0010")
        run_on_connection(url, add_marks_of_old)
        monkeypatch.setattr(migration_steps, "BATCH_SIZE", 40)
        chance, numbers = random.Random(815), iter(range(PERSON_COUNT + 1, MARK_COUNT))

        def mark_one(on: Connection) -> None:
            number = next(numbers)
            marker = chance.randint(1, PERSON_COUNT)
            add_mark_of_old(on, number, marker, number, an_instant(chance))
            on.commit()

        monkeypatch.setattr(migrating, "sleep", lambda _: run_on_connection(url, mark_one))
        upgrade(url)
        assert next(numbers) > PERSON_COUNT + 4
        assert stored_counts_by_month(url) == await folded_of(url, USUAL)


class TestRule:
    """Settings may change between two starts, and processes may differ until all have started."""

    async def test_months_of_another_rule_are_read_past_and_counted_anew(
        self, url: URL, store: Any
    ) -> None:
        anna, boris = await add_people(store, "Anna", "Boris")
        event_ids = numbered_event_ids(6)

        def work(unit: Any) -> None:
            for event_id in event_ids[:5]:
                unit.events.add(replace(an_event(event_id.hex, event_id), creator_id=anna))
                mark(unit, boris, anna, MONTHS[0], event_id)
            unit.events.add(replace(an_event(event_ids[5].hex, event_ids[5]), creator_id=anna))

        await store.transact(work)

        async def karma(terms: Terms) -> int:
            return int(await store.observe(lambda u: u.ledger.karma(anna, terms)))

        assert [await karma(FEW_PAY), await karma(USUAL)] == [7, 200]
        await asyncio.to_thread(apply_rule, url, USUAL)
        assert stored_counts_by_month(url) == {(anna, 2026 * 12 + 4): 4}
        assert [await karma(FEW_PAY), await karma(USUAL)] == [7, 200]
        await store.transact(lambda u: mark(u, boris, anna, MONTHS[1], event_ids[5]))
        assert stored_counts_by_month(url) == {(anna, 2026 * 12 + 4): 4, (anna, 2026 * 12 + 5): 1}
        assert [await karma(FEW_PAY), await karma(USUAL)] == [14, 250]
        assert [await karma(replace(USUAL, karma_per_mark=1))] == [5]

    def test_few_people_at_a_time(self, url: URL, monkeypatch: pytest.MonkeyPatch) -> None:
        upgrade(url, "0010")
        run_on_connection(url, add_marks_of_old)
        upgrade(url)
        pauses: list[float] = []
        monkeypatch.setattr(recount, "sleep", pauses.append)
        monkeypatch.setattr(recount, "PEOPLE_IN_A_BATCH", 2)
        apply_rule(url, FEW_PAY)
        assert len(pauses) == PERSON_COUNT / 2
        select_rules = "SELECT DISTINCT pair_a_month, unchecked_a_month FROM karma_months"
        assert [tuple(row) for row in run_sql(url, select_rules)] == [(2, 1)]
        apply_rule(url, FEW_PAY)
        assert len(pauses) == PERSON_COUNT / 2
