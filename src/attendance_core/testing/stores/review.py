"""Every store keeps scans, their review leases, moderators and the audit log.

Contract: 9.8, 9.9, 9.10.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from attendance_core.errors import NotAModerator
from attendance_core.marking.terms import Terms
from attendance_core.pieces import ListQuery
from attendance_core.profiles import (
    REVIEW_LEASE_SECONDS,
    AddModerator,
    AuditEntry,
    Confirmation,
    ConfirmationScan,
    GetPendingConfirmations,
    Moderator,
    PendingScan,
    RemoveModerator,
    ReviewLease,
    ScanAct,
    ScanJudge,
    ScanReason,
)
from attendance_core.testing.clock import NOON
from attendance_core.testing.people import add_people
from attendance_core.vocabulary import FileKey, ScanId, SessionId, UserId

SESSION = SessionId("session")
TERMS = Terms()
EVERYTHING: ListQuery[Any] = ListQuery()


def scan_of(user_id: UserId, number: int = 1, at: float = NOON) -> ConfirmationScan:
    """Makes one that waits to be judged; puts it nowhere."""
    return ConfirmationScan(user_id, FileKey(f"{number}.png"), at, scan_id=ScanId(uuid4()))


def lease_of(moderator_id: UserId) -> ReviewLease:
    """Makes one of a scan of "Анна", who was called so when it was taken, at noon."""
    return ReviewLease(
        moderator_id, SESSION, NOON + REVIEW_LEASE_SECONDS, display_name="Анна", secret="secret"
    )


async def put(store: Any, *scans: ConfirmationScan) -> None:
    """Puts scans into a store, a transaction each."""
    for scan in scans:
        await store.transact(lambda unit, it=scan: unit.scans.put(it))


async def scan_in(store: Any, user_id: UserId) -> ConfirmationScan:
    """Reads the one that a person has."""
    scan = await store.observe(lambda unit: unit.scans.find(user_id))
    assert scan is not None
    return scan  # type: ignore[no-any-return]


async def add_moderator(store: Any, user_id: UserId) -> str:
    """Adds somebody to the moderators; answers their user name."""
    await store.transact(lambda unit: unit.moderators.add(user_id, NOON))
    listed = await store.observe(lambda unit: unit.moderators.listed())
    (name,) = [each.username for each in listed if each.user_id == user_id]
    return str(name)


class TestScans:
    async def test_a_scan_is_found_by_its_id_until_it_is_replaced(self, store: Any) -> None:
        anna, boris = await add_people(store, "Анна", "Борис")
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

    async def test_scans_that_wait_are_listed_by_age_and_counted(self, store: Any) -> None:
        ids = await add_people(store, "Анна", "Борис", "Вера", "Глеб")
        scans = [scan_of(who, who, NOON + who % 2) for who in ids]
        await put(store, *scans)
        judged = scans[0].judged(Confirmation.APPROVED, NOON)
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
        old = await store.observe(lambda u: u.scans.pending_uploaded_until(NOON, 9))
        assert [*old] == [each.scan for each in expected if each.scan.uploaded_at <= NOON]
        assert len(await store.observe(lambda u: u.scans.pending_uploaded_until(NOON + 1, 2))) == 2

    async def test_a_scan_is_kept_with_its_lease_and_why_it_was_rejected(self, store: Any) -> None:
        anna, boris = await add_people(store, "Анна", "Борис")
        lease = lease_of(boris)
        scan = scan_of(anna)
        await put(store, scan)
        await store.transact(lambda u: (u.scans.lock(anna), u.scans.put_lease(anna, lease)))
        assert await scan_in(store, anna) == replace(scan, lease=lease)
        await store.transact(lambda u: u.scans.put_lease(anna, None))
        assert await scan_in(store, anna) == scan
        for reason in ScanReason:
            rejected = scan.judged(Confirmation.REJECTED, NOON + 1, reason=reason, note="why")
            await put(store, rejected)
            assert await scan_in(store, anna) == rejected
            shown = await store.observe(lambda u: u.profiles.shown(anna, TERMS))
            assert (shown.confirmation, shown.reason, shown.note) == (
                Confirmation.REJECTED,
                reason,
                "why",
            )

    async def test_a_file_that_no_pending_scan_has_is_discarded(self, store: Any) -> None:
        anna, boris = await add_people(store, "Анна", "Борис")
        first, second, other = scan_of(anna), scan_of(anna, 2), scan_of(boris, 3)

        async def discarded() -> list[str]:
            return [*await store.observe(lambda u: u.scans.discarded(9))]

        await put(store, first, other, first)
        assert await discarded() == []
        await put(store, second)
        assert await discarded() == ["1.png"]
        await put(store, second.judged(Confirmation.APPROVED, NOON))
        assert await discarded() == ["1.png", "2.png"]
        assert await store.observe(lambda u: u.scans.discarded(1)) == ["1.png"]
        await store.transact(lambda u: u.scans.forget_discarded([FileKey("1.png")]))
        assert await discarded() == ["2.png"]
        assert "scans/3.png" in await store.referenced_files()
        assert "scans/2.png" not in await store.referenced_files()


class TestModerators:
    async def test_moderators_are_added_listed_and_removed(self, store: Any) -> None:
        anna, boris = await add_people(store, "Анна", "Борис")
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

    async def test_a_moderator_who_is_removed_loses_their_leases(self, store: Any) -> None:
        """Contract: 9.10."""
        anna, boris, vera = await add_people(store, "Анна", "Борис", "Вера")
        names = {who: await add_moderator(store, who) for who in (boris, vera)}
        lease_of_vera = lease_of(vera)
        await put(store, scan_of(anna), scan_of(boris, 2))
        await store.transact(lambda u: u.scans.put_lease(anna, lease_of(boris)))
        await store.transact(lambda u: u.scans.put_lease(boris, lease_of_vera))
        await RemoveModerator(store.transact)(username=names[boris])
        assert (await scan_in(store, anna)).lease is None
        assert (await scan_in(store, boris)).lease == lease_of_vera
        await RemoveModerator(store.transact)(username=names[boris])
        assert await AddModerator(store.transact)(username=names[boris]) == boris


class TestAuditLog:
    async def test_all_entries_come_in_order_and_one_persons_latest_first(self, store: Any) -> None:
        anna, boris = await add_people(store, "Анна", "Борис")
        hers, his = ScanId(uuid4()), ScanId(uuid4())
        entries = [
            AuditEntry(anna, hers, ScanAct.TAKEN, NOON, ScanJudge.MODERATOR, boris),
            AuditEntry(boris, his, ScanAct.LOOKED, NOON, ScanJudge.OPERATOR),
            AuditEntry(
                anna, hers, ScanAct.REJECTED, NOON, ScanJudge.SERVICE, reason=ScanReason.EXPIRED
            ),
        ]
        for entry in entries:
            await store.transact(lambda u, it=entry: u.audit_log.add(it))
        kept = await store.browse(lambda u: u.audit_log.all(EVERYTHING))
        assert [replace(each, n=0) for each in kept] == entries
        assert [each.n for each in kept] == sorted({each.n for each in kept})
        about = await store.browse(lambda u: u.audit_log.about(anna, EVERYTHING))
        assert [*about] == [kept[2], kept[0]]
        behind_latest: ListQuery[AuditEntry] = ListQuery(9, after=kept[2])
        assert [*await store.browse(lambda u: u.audit_log.about(anna, behind_latest))] == [kept[0]]
        behind_first: ListQuery[AuditEntry] = ListQuery(1, after=kept[0])
        assert [*await store.browse(lambda u: u.audit_log.all(behind_first))] == [kept[1]]
        for who, scan_id, has_taken in (
            (boris, hers, True),
            (boris, his, False),
            (anna, hers, False),
        ):
            taken = await store.observe(lambda u, it=who, of=scan_id: u.audit_log.has_taken(it, of))
            assert taken is has_taken


class TestScanLists:
    async def test_the_list_of_scans_tells_who_has_taken_which(self, store: Any) -> None:
        """Contract: GetPendingConfirmations."""
        anna, boris = await add_people(store, "Анна", "Борис")
        await add_moderator(store, boris)
        await put(store, scan_of(anna))
        pending = GetPendingConfirmations(store.browse)
        lease = lease_of(boris)
        await store.transact(lambda u: u.scans.put_lease(anna, lease))
        (seen,) = await pending(actor=boris)
        assert (seen.row.display_name, seen.taken_by) == ("Анна", boris)
        assert await pending.count(actor=boris) == 1
        with pytest.raises(NotAModerator):
            await pending(actor=anna)
