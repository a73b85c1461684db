"""Moderators who act at one moment, and scans that are forgotten, over every store.

Contract: 9.8, 9.9, 9.10.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from attendance_core.errors import NotAModerator, ScanNotFound
from attendance_core.profiles import (
    PENDING_SECONDS,
    AddModerator,
    AuditEntry,
    Confirmation,
    ConfirmationScan,
    ForgetScans,
    GetAuditLog,
    RemoveModerator,
    ResolveConfirmation,
    ScanAct,
    ScanJudge,
    ScanReason,
    TakeConfirmation,
    scan_file_path,
)
from attendance_core.testing.at_once import at_once, check_no_other_refusals, refusals_among
from attendance_core.testing.clock import NOON, TestClock
from attendance_core.testing.people import add_people
from attendance_core.testing.stand_ins import CountedIds, DictFiles
from attendance_core.testing.stores.review import SESSION, add_moderator, put, scan_in, scan_of
from attendance_core.vocabulary import FileKey

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
            *(take(actor=it, session_id=SESSION, scan_id=scan.scan_id) for it in rotated)
        )
        winners = [
            it for it, each in zip(rotated, told, strict=True) if each not in refusals_among(told)
        ]
        assert len(winners) == 1
        assert sorted(type(each).__name__ for each in refusals_among(told)) == ["ScanTaken"] * 2
        lease = (await scan_in(store, anna)).lease
        assert lease is not None and [lease.moderator_id] == winners
        told = await at_once(
            *(resolve(actor=it, scan_id=scan.scan_id, approve=True) for it in rotated)
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


class TestForgetScans:
    """Contract: 9.9."""

    async def test_files_of_scans_that_were_judged_go_though_nobody_deleted_them(
        self, store: Any
    ) -> None:
        """As where a process dies behind the commit."""
        files = DictFiles()
        anna, boris, vera = await add_people(store, "Анна", "Борис", "Вера")
        for number in range(4):
            await files.put(f"scans/{number}.png", b"content", "image/png")
        approved, replaced, waits = scan_of(anna, 0), scan_of(boris, 1), scan_of(vera, 3)
        await put(store, approved, replaced, waits, scan_of(boris, 2))
        await put(store, approved.judged(Confirmation.APPROVED, NOON))
        forget = ForgetScans(store.transact, store.observe, files)
        assert await forget() == 2
        assert list(files.kept) == [scan_file_path(FileKey("2.png")), scan_file_path(waits.file)]
        assert await forget() == 0

    async def test_one_that_nobody_judges_in_thirty_days_is_rejected(
        self, store: Any, clock: TestClock
    ) -> None:
        anna, boris = await add_people(store, "Анна", "Борис")
        assert PENDING_SECONDS == 30 * 86_400
        files = DictFiles({"scans/1.png": b"old", "scans/2.png": b"new"})
        old = scan_of(anna)
        await put(store, old, scan_of(boris, 2, NOON + 1))
        forget = ForgetScans(store.transact, store.observe, files)
        clock.pass_(PENDING_SECONDS - 1)
        assert await forget() == 0
        clock.pass_(1)
        assert await forget() == 1
        rejected = old.judged(Confirmation.REJECTED, clock.at, reason=ScanReason.EXPIRED)
        assert await scan_in(store, anna) == rejected
        assert files.kept == {"scans/2.png": b"new"}
        (entry,) = await GetAuditLog(store.browse)()
        assert replace(entry, n=0) == AuditEntry(
            anna,
            old.scan_id,
            ScanAct.REJECTED,
            clock.at,
            ScanJudge.SERVICE,
            reason=ScanReason.EXPIRED,
        )

    async def test_what_cannot_be_deleted_is_tried_again(self, store: Any) -> None:
        (anna,) = await add_people(store, "Анна")
        scan = scan_of(anna)
        await put(store, scan, scan.judged(Confirmation.APPROVED, NOON))
        files = DictFiles({"scans/1.png": b"content"})
        delete = files.delete

        async def fails(path: str) -> None:
            raise OSError("the disk is away")

        files.delete = fails  # type: ignore[method-assign]
        forget = ForgetScans(store.transact, store.observe, files)
        with pytest.raises(OSError):
            await forget()
        files.delete = delete  # type: ignore[method-assign]
        assert await forget() == 1
        assert files.kept == {}
