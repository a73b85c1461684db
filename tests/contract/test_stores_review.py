"""Every store keeps leases, moderators and the audit log, and forgets what is judged.

Contract: 9.8, 9.9, 9.10.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from attendance_adapters.files import ObjectFiles
from attendance_core.errors import NotAModerator, Refusal, ScanNotFound
from attendance_core.marking.terms import Terms
from attendance_core.pieces import ListQuery
from attendance_core.profiles import (
    PENDING_SECONDS,
    AddModerator,
    AuditEntry,
    Confirmation,
    ConfirmationScan,
    ForgetScans,
    GetAuditLog,
    GetPendingConfirmations,
    Moderator,
    PendingScan,
    RemoveModerator,
    ResolveConfirmation,
    ReviewLease,
    ScanAct,
    ScanJudge,
    ScanReason,
    TakeConfirmation,
    scan_path,
)
from attendance_core.vocabulary import FileKey, ScanId, SessionId, UserId
from tests.support.stand_ins import NOON, CountedIds, DictFiles, SetClock
from tests.support.stored_people import people

SESSION = SessionId("session")
TERMS = Terms()
EVERYTHING: ListQuery[Any] = ListQuery()


def scan_of(user_id: UserId, number: int = 1, at: float = NOON) -> ConfirmationScan:
    """One that waits."""
    return ConfirmationScan(user_id, FileKey(f"{number}.png"), at, scan_id=ScanId(uuid4()))


async def put(store: Any, *scans: ConfirmationScan) -> None:
    for scan in scans:
        await store.transact(lambda unit, it=scan: unit.scans.put(it))


async def found(store: Any, user_id: UserId) -> ConfirmationScan:
    scan = await store.observe(lambda unit: unit.scans.find(user_id))
    assert scan is not None
    return scan  # type: ignore[no-any-return]


async def username_of(store: Any, user_id: UserId) -> str:
    """Adds somebody to the moderators; answers their user name."""
    await store.transact(lambda unit: unit.moderators.add(user_id, NOON))
    listed = await store.observe(lambda unit: unit.moderators.listed())
    (name,) = [each.username for each in listed if each.user_id == user_id]
    return str(name)


class TestScans:
    async def test_one_is_found_by_its_id_until_it_is_replaced(self, store: Any) -> None:
        anna, boris = await people(store, "Анна", "Борис")
        first, second, other = scan_of(anna), scan_of(anna, 2), scan_of(boris, 3)
        await put(store, first, other)
        assert await store.observe(lambda u: u.scans.owner_of(first.scan_id)) == anna
        await put(store, second)
        owners = [
            await store.observe(lambda u, it=each: u.scans.owner_of(it.scan_id))
            for each in (first, second, other)
        ]
        assert owners == [None, anna, boris]
        assert await store.observe(lambda u: u.scans.owner_of(ScanId(uuid4()))) is None

    async def test_those_that_wait_are_listed_and_counted_by_age(self, store: Any) -> None:
        ids = await people(store, "Анна", "Борис", "Вера", "Глеб")
        scans = [scan_of(who, who, NOON + who % 2) for who in ids]
        await put(store, *scans)
        judged = scans[0].judged(Confirmation.APPROVED, None, None, NOON)
        await put(store, judged)
        names = dict(zip(ids, ("Анна", "Борис", "Вера", "Глеб"), strict=True))
        expected = [
            PendingScan(each, names[each.user_id])
            for each in sorted(scans[1:], key=lambda one: (one.uploaded_at, one.user_id))
        ]
        assert await store.browse(lambda u: u.scans.pending(EVERYTHING)) == expected
        assert await store.browse(lambda u: u.scans.pending_count()) == 3
        behind: ListQuery[PendingScan] = ListQuery(1, after=expected[0])
        assert await store.browse(lambda u: u.scans.pending(behind)) == expected[1:2]
        assert await store.browse(lambda u: u.scans.pending(ListQuery(2, 1))) == expected[1:]
        old = await store.observe(lambda u: u.scans.uploaded_until(NOON, 9))
        assert [*old] == [each.scan for each in expected if each.scan.uploaded_at <= NOON]
        assert len(await store.observe(lambda u: u.scans.uploaded_until(NOON + 1, 2))) == 2

    async def test_everything_of_one_is_kept(self, store: Any) -> None:
        anna, boris = await people(store, "Анна", "Борис")
        lease = ReviewLease(boris, SESSION, NOON + 600, "Анна", "secret")
        scan = scan_of(anna)
        await put(store, scan)
        await store.transact(lambda u: (u.scans.lock(anna), u.scans.put_lease(anna, lease)))
        assert await found(store, anna) == replace(scan, lease=lease)
        await store.transact(lambda u: u.scans.put_lease(anna, None))
        assert await found(store, anna) == scan
        for reason in ScanReason:
            rejected = scan.judged(Confirmation.REJECTED, reason, "why", NOON + 1)
            await put(store, rejected)
            assert await found(store, anna) == rejected
            shown = await store.observe(lambda u: u.profiles.shown(anna, TERMS))
            assert (shown.confirmation, shown.reason, shown.note) == (
                Confirmation.REJECTED,
                reason,
                "why",
            )

    async def test_a_file_that_no_pending_scan_has_is_discarded(self, store: Any) -> None:
        anna, boris = await people(store, "Анна", "Борис")
        first, second, other = scan_of(anna), scan_of(anna, 2), scan_of(boris, 3)

        async def discarded() -> list[str]:
            return [*await store.observe(lambda u: u.scans.discarded(9))]

        await put(store, first, other, first)
        assert await discarded() == []
        await put(store, second)
        assert await discarded() == ["1.png"]
        await put(store, second.judged(Confirmation.APPROVED, None, None, NOON))
        assert await discarded() == ["1.png", "2.png"]
        assert await store.observe(lambda u: u.scans.discarded(1)) == ["1.png"]
        await store.transact(lambda u: u.scans.forget_discarded([FileKey("1.png")]))
        assert await discarded() == ["2.png"]
        assert "scans/3.png" in await store.referenced_files()
        assert "scans/2.png" not in await store.referenced_files()


class TestModerators:
    async def test_they_are_added_listed_and_removed(self, store: Any) -> None:
        anna, boris = await people(store, "Анна", "Борис")
        for who, at in ((boris, NOON), (anna, NOON + 1)):
            await store.transact(lambda u, it=who, when=at: u.moderators.add(it, when))
        listed = await store.observe(lambda u: u.moderators.listed())
        assert [(each.user_id, each.display_name, each.added_at) for each in listed] == [
            (boris, "Борис", NOON),
            (anna, "Анна", NOON + 1),
        ]
        assert all(isinstance(each, Moderator) and each.username for each in listed)
        assert await store.transact(lambda u: u.moderators.lock(anna))
        for _ in range(2):
            await store.transact(lambda u: u.moderators.remove(anna))
        assert not await store.transact(lambda u: u.moderators.lock(anna))
        assert not await store.observe(lambda u: u.moderators.has(anna))

    async def test_one_who_is_removed_loses_what_they_have(self, store: Any) -> None:
        """Contract: 9.10."""
        anna, boris, vera = await people(store, "Анна", "Борис", "Вера")
        names = {who: await username_of(store, who) for who in (boris, vera)}
        lease = ReviewLease(boris, SESSION, NOON + 600, "Анна", "secret")
        others = replace(lease, moderator_id=vera)
        await put(store, scan_of(anna), scan_of(boris, 2))
        await store.transact(lambda u: u.scans.put_lease(anna, lease))
        await store.transact(lambda u: u.scans.put_lease(boris, others))
        await RemoveModerator(store.transact)(username=names[boris])
        assert (await found(store, anna)).lease is None
        assert (await found(store, boris)).lease == others
        await RemoveModerator(store.transact)(username=names[boris])
        assert await AddModerator(store.transact)(username=names[boris]) == boris


class TestAuditLog:
    async def test_entries_come_in_their_order(self, store: Any) -> None:
        anna, boris = await people(store, "Анна", "Борис")
        mine, other = ScanId(uuid4()), ScanId(uuid4())
        entries = [
            AuditEntry(anna, mine, ScanAct.TAKEN, NOON, ScanJudge.MODERATOR, boris),
            AuditEntry(boris, other, ScanAct.LOOKED, NOON, ScanJudge.OPERATOR),
            AuditEntry(
                anna, mine, ScanAct.REJECTED, NOON, ScanJudge.SERVICE, reason=ScanReason.EXPIRED
            ),
        ]
        for entry in entries:
            await store.transact(lambda u, it=entry: u.audit_log.add(it))
        kept = await store.browse(lambda u: u.audit_log.all(EVERYTHING))
        assert [replace(each, n=0) for each in kept] == entries
        assert [each.n for each in kept] == sorted({each.n for each in kept})
        about = await store.browse(lambda u: u.audit_log.about(anna, EVERYTHING))
        assert [*about] == [kept[2], kept[0]]
        behind: ListQuery[AuditEntry] = ListQuery(9, after=kept[2])
        assert [*await store.browse(lambda u: u.audit_log.about(anna, behind))] == [kept[0]]
        later: ListQuery[AuditEntry] = ListQuery(1, after=kept[0])
        assert [*await store.browse(lambda u: u.audit_log.all(later))] == [kept[1]]
        for who, scan_id, has in ((boris, mine, True), (boris, other, False), (anna, mine, False)):
            taken = await store.observe(
                lambda u, it=who, scan=scan_id: u.audit_log.has_taken(it, scan)
            )
            assert taken is has


async def outcomes(*doing: Any) -> list[Any]:
    """What each answers, or is refused with; anything else is raised."""
    done = await asyncio.gather(*doing, return_exceptions=True)
    for each in done:
        if isinstance(each, BaseException) and not isinstance(each, Refusal):
            raise each
    return done


class TestRaces:
    """Two who act at one moment, many times. Contract: TakeConfirmation, 9.10."""

    TRIES = 40

    @pytest.mark.parametrize(
        "tries", [TRIES, pytest.param(1_000, marks=[pytest.mark.long, pytest.mark.timeout(600)])]
    )
    async def test_of_moderators_who_race_for_a_scan_one_gets_it(
        self, store: Any, tries: int
    ) -> None:
        anna, *moderators = await people(store, "Анна", "Борис", "Вера", "Глеб")
        for each in moderators:
            await username_of(store, each)
        take = TakeConfirmation(store.transact, CountedIds())
        resolve = ResolveConfirmation(store.transact, DictFiles())
        for number in range(tries):
            scan = scan_of(anna, number)
            await put(store, scan)
            turned = moderators[number % 3 :] + moderators[: number % 3]
            told = await outcomes(
                *(take(actor=it, session_id=SESSION, scan_id=scan.scan_id) for it in turned)
            )
            winners = [
                it for it, each in zip(turned, told, strict=True) if each not in refused_of(told)
            ]
            assert len(winners) == 1
            assert sorted(type(each).__name__ for each in refused_of(told)) == ["ScanTaken"] * 2
            lease = (await found(store, anna)).lease
            assert lease is not None and [lease.moderator_id] == winners
            told = await outcomes(
                *(resolve(actor=it, scan_id=scan.scan_id, approve=True) for it in turned)
            )
            assert len(refused_of(told)) == 2
        acts = [each.act for each in await GetAuditLog(store.browse)()]
        assert (acts.count(ScanAct.TAKEN), acts.count(ScanAct.APPROVED)) == (tries,) * 2

    async def test_one_who_is_removed_as_they_take_has_nothing(self, store: Any) -> None:
        anna, boris = await people(store, "Анна", "Борис")
        username = await username_of(store, boris)
        take = TakeConfirmation(store.transact, CountedIds())
        add, remove = AddModerator(store.transact), RemoveModerator(store.transact)
        for number in range(self.TRIES):
            scan = scan_of(anna, number)
            await put(store, scan)
            doing = [
                take(actor=boris, session_id=SESSION, scan_id=scan.scan_id),
                remove(username=username),
            ]
            told = await outcomes(*(doing if number % 2 else doing[::-1]))
            assert {type(each) for each in refused_of(told)} <= {NotAModerator}
            assert (await found(store, anna)).lease is None
            await add(username=username)

    async def test_a_scan_that_is_replaced_as_it_is_taken_is_taken_of_nobody(
        self, store: Any
    ) -> None:
        anna, boris = await people(store, "Анна", "Борис")
        await username_of(store, boris)
        take = TakeConfirmation(store.transact, CountedIds())
        earlier = scan_of(anna, 0)
        await put(store, earlier)
        for number in range(1, self.TRIES):
            later = scan_of(anna, number)

            def replaced(unit: Any, it: ConfirmationScan = later) -> None:
                unit.profiles.lock(it.user_id)
                unit.scans.lock(it.user_id)
                unit.scans.put(it)

            doing = [
                take(actor=boris, session_id=SESSION, scan_id=earlier.scan_id),
                store.transact(replaced),
            ]
            told = await outcomes(*(doing if number % 2 else doing[::-1]))
            assert {type(each) for each in refused_of(told)} <= {ScanNotFound}
            assert await found(store, anna) == later
            earlier = later


def refused_of(told: list[Any]) -> list[Any]:
    return [each for each in told if isinstance(each, Refusal)]


class TestForgetScans:
    """Contract: 9.9."""

    async def test_files_of_scans_that_were_judged_go_though_nobody_deleted_them(
        self, store: Any, files: ObjectFiles
    ) -> None:
        """As where a process dies behind the commit."""
        anna, boris, vera = await people(store, "Анна", "Борис", "Вера")
        for number in range(4):
            await files.put(f"scans/{number}.png", b"content", "image/png")
        approved, replaced, waits = scan_of(anna, 0), scan_of(boris, 1), scan_of(vera, 3)
        await put(store, approved, replaced, waits, scan_of(boris, 2))
        await put(store, approved.judged(Confirmation.APPROVED, None, None, NOON))
        forget = ForgetScans(store.transact, store.observe, files)
        assert await forget() == 2
        left = [each.path for each in await files.list_below("scans")]
        assert left == [scan_path(FileKey("2.png")), scan_path(waits.file)]
        assert await forget() == 0

    async def test_one_that_nobody_judges_in_thirty_days_is_rejected(
        self, store: Any, clock: SetClock
    ) -> None:
        anna, boris = await people(store, "Анна", "Борис")
        assert PENDING_SECONDS == 30 * 86_400
        files = DictFiles({"scans/1.png": b"old", "scans/2.png": b"new"})
        old = scan_of(anna)
        await put(store, old, scan_of(boris, 2, NOON + 1))
        forget = ForgetScans(store.transact, store.observe, files)
        clock.pass_(PENDING_SECONDS - 1)
        assert await forget() == 0
        clock.pass_(1)
        assert await forget() == 1
        rejected = old.judged(Confirmation.REJECTED, ScanReason.EXPIRED, None, clock.at)
        assert await found(store, anna) == rejected
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
        (anna,) = await people(store, "Анна")
        scan = scan_of(anna)
        await put(store, scan, scan.judged(Confirmation.APPROVED, None, None, NOON))
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


async def test_a_list_tells_who_has_what(store: Any) -> None:
    """Contract: GetPendingConfirmations."""
    anna, boris = await people(store, "Анна", "Борис")
    await username_of(store, boris)
    await put(store, scan_of(anna))
    pending = GetPendingConfirmations(store.browse)
    lease = ReviewLease(boris, SESSION, NOON + 600, "Анна", "secret")
    await store.transact(lambda u: u.scans.put_lease(anna, lease))
    (seen,) = await pending(actor=boris)
    assert (seen.row.display_name, seen.taken_by) == ("Анна", boris)
    assert await pending.count(actor=boris) == 1
    with pytest.raises(NotAModerator):
        await pending(actor=anna)
