"""Every store keeps profiles and their scans, and names the files of these."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from attendance_core.errors import (
    PersonNotFound,
)
from attendance_core.friends import Friendship
from attendance_core.pieces import ListQuery
from attendance_core.profiles import (
    Confirmation,
    ConfirmationScan,
    PendingScan,
    Profile,
    ProfileSummary,
    ScanReason,
)
from attendance_core.testing.clock import NOON
from attendance_core.testing.lectures import EVENT
from attendance_core.testing.people import add_people, an_event, join
from attendance_core.vocabulary import FileKey, ScanId, UserId


class TestProfiles:
    async def test_unknown_people_are_not_found(self, store: Any) -> None:
        with pytest.raises(PersonNotFound):
            await store.observe(lambda u: u.profiles.get(UserId(77)))

    async def test_search_is_folded_literal_and_ordered(self, store: Any) -> None:
        ids = await add_people(store, "Ёлкина Зоя", "ёлкина Анна", "100% Ёлкин_а", "Other")
        found = await store.observe(lambda u: u.profiles.search("елкин", 10, 0))
        assert [each.user_id for each in found] == [ids[2], ids[1], ids[0]]
        for part, wanted in (("%", [ids[2]]), ("_ %", [ids[2]]), ("%%", [])):
            found = await store.observe(lambda u, part=part: u.profiles.search(part, 10, 0))
            assert [each.user_id for each in found] == wanted
        page = await store.observe(lambda u: u.profiles.search("елкин", 1, 1))
        assert [each.user_id for each in page] == [ids[1]]

    async def test_people_are_listed_with_yo_beside_ye(self, store: Any) -> None:
        """Contract: 3.8."""
        names = [
            "Белова Анна",
            "Ежов Иван",
            "Ёжов Иван",
            "Ёлкин Борис",
            "Елкина Анна",
            "Яковлев Ян",
        ]
        *ids, me = await add_people(store, *reversed(names), "Я")

        def work(unit: Any) -> None:
            unit.events.add(an_event())
            for other in ids:
                unit.friendships.add(Friendship(me, other, NOON))
                join(unit, EVENT, other)

        await store.transact(work)
        found = await store.observe(lambda u: u.profiles.search("", 10, 0))
        friends = await store.observe(lambda u: u.friendships.friends_of(me, ListQuery()))
        listed = await store.observe(lambda u: u.participants.listed(EVENT, ListQuery()))
        for those in (found, friends, listed):
            assert [each.display_name for each in those if each.user_id != me] == names

    async def test_summaries_are_of_those_who_exist_with_their_tick(self, store: Any) -> None:
        anna, boris, vera = await add_people(store, "Анна", "Борис", "Вера")

        def work(unit: Any) -> None:
            unit.profiles.put(Profile(anna, "Анна", "БПМИ-231\nФКН", FileKey("a.jpg")))
            for user_id, state in (
                (anna, Confirmation.APPROVED),
                (boris, Confirmation.REJECTED),
            ):
                unit.scans.put(
                    ConfirmationScan(
                        user_id, FileKey("s"), NOON, state, NOON, scan_id=ScanId(uuid4())
                    )
                )

        await store.transact(work)
        asked = [boris, anna, UserId(77), vera, anna]
        found = await store.observe(lambda u: u.profiles.summaries(asked))
        assert sorted(found, key=lambda each: each.user_id) == [
            ProfileSummary(anna, "Анна", FileKey("a.jpg"), confirmed=True, group="БПМИ-231"),
            ProfileSummary(boris, "Борис", None, confirmed=False),
            ProfileSummary(vera, "Вера", None, confirmed=False),
        ]
        assert not await store.observe(lambda u: u.profiles.summaries([]))

    async def test_a_scan_replaces_the_one_before(self, store: Any) -> None:
        (anna,) = await add_people(store, "Анна")
        first, second = ScanId(uuid4()), ScanId(uuid4())
        earlier = ConfirmationScan(anna, FileKey("1"), NOON, scan_id=first)
        await store.transact(lambda u: u.scans.put(earlier))
        later = ConfirmationScan(anna, FileKey("2"), NOON + 1, scan_id=second)
        await store.transact(lambda u: u.scans.put(later))
        everything: ListQuery[PendingScan] = ListQuery()
        assert await store.observe(lambda u: u.scans.pending(everything)) == [
            PendingScan(later, "Анна")
        ]
        judged = later.judged(Confirmation.APPROVED, NOON + 2)
        await store.transact(lambda u: u.scans.put(judged))
        assert await store.observe(lambda u: u.scans.find(anna)) == judged
        assert await store.observe(lambda u: u.scans.pending(everything)) == []

    async def test_the_reason_is_kept_with_a_scan(self, store: Any) -> None:
        """Contract: 3.7."""
        (anna,) = await add_people(store, "Анна")
        renamed = ConfirmationScan(
            anna,
            FileKey("1"),
            NOON,
            Confirmation.NONE,
            NOON + 1,
            ScanReason.RENAMED,
            scan_id=ScanId(uuid4()),
        )
        await store.transact(lambda u: u.scans.put(renamed))
        assert await store.observe(lambda u: u.scans.find(anna)) == renamed
        assert await store.transact(lambda u: u.scans.lock(anna)) == renamed


class TestReferencedFiles:
    """What is not named is deleted: whoever names too little loses pictures."""

    async def test_pictures_that_somebody_has_and_scans_that_wait_are_named(
        self, store: Any
    ) -> None:
        anna, boris, vera = await add_people(store, "Анна", "Борис", "Вера")
        assert await store.referenced_files() == set()
        waits = ConfirmationScan(boris, FileKey("b.png"), NOON, scan_id=ScanId(uuid4()))
        judged = replace(waits, user_id=vera, file=FileKey("v.png"), scan_id=ScanId(uuid4()))

        def work(unit: Any) -> None:
            unit.profiles.put(replace(unit.profiles.get(anna), picture=FileKey("a.jpg")))
            unit.scans.put(waits)
            unit.scans.put(judged)
            unit.scans.put(judged.judged(Confirmation.APPROVED, NOON))

        await store.transact(work)
        assert await store.referenced_files() == {"pictures/a.jpg", "scans/b.png"}
