"""Moderators who act at one moment, over every store. Contract: 9.8, 9.10."""

from __future__ import annotations

from typing import Any

from attendance_core.errors import NotAModerator, ScanNotFound
from attendance_core.profiles import (
    AddModerator,
    ConfirmationScan,
    GetAuditLog,
    RemoveModerator,
    ResolveConfirmation,
    ScanAct,
    TakeConfirmation,
)
from attendance_core.testing.at_once import at_once, check_no_other_refusals, refusals_among
from attendance_core.testing.people import add_people
from attendance_core.testing.stand_ins import CountedIds, DictFiles
from attendance_core.testing.stores.review import SESSION, add_moderator, put, scan_in, scan_of

ROUNDS = 40


async def race_for_scans(store: Any, rounds: int) -> None:
    """Has three moderators reach for a scan, and judge it, so many times.

    Raises AssertionError where not exactly one of them gets it.
    """
    anna, *moderators = await add_people(store, "Анна", "Борис", "Вера", "Глеб")
    for each in moderators:
        await add_moderator(store, each)
    take = TakeConfirmation(store.transact, CountedIds())
    resolve = ResolveConfirmation(store.transact, DictFiles())
    for number in range(rounds):
        scan = scan_of(anna, number)
        await put(store, scan)
        rotated = moderators[number % 3 :] + moderators[: number % 3]
        told = await at_once(
            *(
                take(actor=moderator, session_id=SESSION, scan_id=scan.scan_id)
                for moderator in rotated
            )
        )
        winners = [
            moderator
            for moderator, each in zip(rotated, told, strict=True)
            if each not in refusals_among(told)
        ]
        assert len(winners) == 1
        assert sorted(type(each).__name__ for each in refusals_among(told)) == ["ScanTaken"] * 2
        lease = (await scan_in(store, anna)).lease
        assert lease is not None and [lease.moderator_id] == winners
        told = await at_once(
            *(resolve(actor=moderator, scan_id=scan.scan_id, approve=True) for moderator in rotated)
        )
        assert len(refusals_among(told)) == 2
    acts = [each.act for each in await GetAuditLog(store.browse)()]
    assert (acts.count(ScanAct.TAKEN), acts.count(ScanAct.APPROVED)) == (rounds,) * 2


class TestReviewRaces:
    """Two who act at one moment, many times. Contract: TakeConfirmation, 9.10."""

    async def test_of_moderators_who_race_for_a_scan_one_gets_it(self, store: Any) -> None:
        await race_for_scans(store, ROUNDS)

    async def test_one_who_is_removed_as_they_take_has_nothing(self, store: Any) -> None:
        anna, boris = await add_people(store, "Анна", "Борис")
        username = await add_moderator(store, boris)
        take = TakeConfirmation(store.transact, CountedIds())
        add, remove = AddModerator(store.transact), RemoveModerator(store.transact)
        for number in range(ROUNDS):
            scan = scan_of(anna, number)
            await put(store, scan)
            doing = [
                take(actor=boris, session_id=SESSION, scan_id=scan.scan_id),
                remove(username=username),
            ]
            told = await at_once(*(doing if number % 2 else doing[::-1]))
            check_no_other_refusals(told, NotAModerator)
            assert (await scan_in(store, anna)).lease is None
            await add(username=username)

    async def test_a_scan_that_is_replaced_as_it_is_taken_is_taken_of_nobody(
        self, store: Any
    ) -> None:
        anna, boris = await add_people(store, "Анна", "Борис")
        await add_moderator(store, boris)
        take = TakeConfirmation(store.transact, CountedIds())
        earlier = scan_of(anna, 0)
        await put(store, earlier)
        for number in range(1, ROUNDS):
            later = scan_of(anna, number)

            def replace_scan(unit: Any, it: ConfirmationScan = later) -> None:
                unit.profiles.lock(it.user_id)
                unit.scans.lock(it.user_id)
                unit.scans.put(it)

            doing = [
                take(actor=boris, session_id=SESSION, scan_id=earlier.scan_id),
                store.transact(replace_scan),
            ]
            told = await at_once(*(doing if number % 2 else doing[::-1]))
            check_no_other_refusals(told, ScanNotFound)
            assert await scan_in(store, anna) == later
            earlier = later
