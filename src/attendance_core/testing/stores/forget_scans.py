"""Scans are forgotten with their files, though nobody judged or deleted them. Contract: 9.9."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from attendance_core.profiles import (
    PENDING_SECONDS,
    AuditEntry,
    Confirmation,
    ForgetScans,
    GetAuditLog,
    ScanAct,
    ScanJudge,
    ScanReason,
    scan_file_path,
)
from attendance_core.testing.clock import NOON, TestClock
from attendance_core.testing.people import add_people
from attendance_core.testing.stand_ins import DictFiles
from attendance_core.testing.stores.review import put, scan_in, scan_of
from attendance_core.vocabulary import FileKey


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
