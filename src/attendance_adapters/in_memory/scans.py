"""Scans in dicts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from attendance_adapters.in_memory.pieces import piece_of
from attendance_adapters.in_memory.tables import Tables
from attendance_core.pieces import ListQuery
from attendance_core.profiles import Confirmation, ConfirmationScan, PendingScan, ReviewLease
from attendance_core.vocabulary import FileKey, Instant, ScanId, UserId


class Scans:
    """Keeps scans; `repositories.Scans`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._scans = tables.scans

    def find(self, user_id: UserId) -> ConfirmationScan | None:
        return self._scans.get(user_id)

    def owner_of(self, scan_id: ScanId) -> UserId | None:
        return self._tables.scan_owners.get(scan_id)

    def lock(self, user_id: UserId) -> ConfirmationScan | None:
        return self._scans.get(user_id)

    def put(self, scan: ConfirmationScan) -> None:
        tables, earlier = self._tables, self._scans.get(scan.user_id)
        if earlier is not None:
            tables.discarded_scans[earlier.file] = scan.user_id
            del tables.scan_owners[earlier.scan_id]
        self._scans[scan.user_id] = scan
        tables.scan_owners[scan.scan_id] = scan.user_id
        if scan.state is not Confirmation.PENDING:
            tables.discarded_scans[scan.file] = scan.user_id
        elif scan.file in tables.discarded_scans:
            del tables.discarded_scans[scan.file]
        if scan.state is Confirmation.APPROVED and scan.user_id not in tables.first_ticks:
            tables.first_ticks[scan.user_id] = scan.judged_at or scan.uploaded_at

    def put_lease(self, user_id: UserId, lease: ReviewLease | None) -> None:
        self._scans[user_id] = replace(self._scans[user_id], lease=lease)

    def end_leases_of(self, moderator_id: UserId) -> None:
        for scan in list(self._scans.values()):
            if scan.lease is not None and scan.lease.moderator_id == moderator_id:
                self.put_lease(scan.user_id, None)

    def pending(self, query: ListQuery[PendingScan]) -> Sequence[PendingScan]:
        profiles = self._tables.profiles
        pending = [
            PendingScan(scan, profiles[scan.user_id].display_name) for scan in self._pending()
        ]
        return piece_of(pending, query, lambda row: (row.scan.uploaded_at, row.scan.user_id))

    def pending_count(self) -> int:
        return len(list(self._pending()))

    def pending_uploaded_until(self, until: Instant, limit: int) -> Sequence[ConfirmationScan]:
        found = [scan for scan in self._pending() if scan.uploaded_at <= until]
        return sorted(found, key=lambda scan: (scan.uploaded_at, scan.user_id))[:limit]

    def discarded(self, limit: int) -> Sequence[FileKey]:
        return sorted(self._tables.discarded_scans)[:limit]

    def forget_discarded(self, files: Sequence[FileKey]) -> None:
        for file in files:
            if file in self._tables.discarded_scans:
                del self._tables.discarded_scans[file]

    def _pending(self) -> Iterator[ConfirmationScan]:
        return (scan for scan in self._scans.values() if scan.state is Confirmation.PENDING)
