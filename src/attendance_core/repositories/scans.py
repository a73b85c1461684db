"""Keeps scans of student records. See the package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from attendance_core.vocabulary import FileKey, Instant, ScanId, UserId

if TYPE_CHECKING:
    from attendance_core.pieces import ListQuery
    from attendance_core.profiles import ConfirmationScan, PendingScan, ReviewLease


class Scans(Protocol):
    """Keeps scans of student records: at most one a person.

    It knows which files no pending scan has any more, until they are forgotten.
    """

    def find(self, user_id: UserId) -> ConfirmationScan | None: ...

    def owner_of(self, scan_id: ScanId) -> UserId | None:
        """Finds whose scan this is; None where there is none, or a later one."""
        ...

    def lock(self, user_id: UserId) -> ConfirmationScan | None:
        """Finds it; nobody else changes it until the transaction ends."""
        ...

    def put(self, scan: ConfirmationScan) -> None:
        """Adds it, or replaces the person's earlier one.

        With the first that is approved they have had the tick, for ever. Contract: 8.3. The file
        of one that is replaced, or does not wait any more, is discarded.
        """
        ...

    def put_lease(self, user_id: UserId, lease: ReviewLease | None) -> None:
        """Has somebody have the scan of a person, which is locked, or nobody."""
        ...

    def end_leases_of(self, moderator_id: UserId) -> None:
        """Has nobody have what this moderator has."""
        ...

    def pending(self, query: ListQuery[PendingScan]) -> Sequence[PendingScan]:
        """Lists those nobody has judged yet, oldest first, then by user id."""
        ...

    def pending_count(self) -> int:
        """Counts those nobody has judged yet."""
        ...

    def pending_uploaded_until(self, until: Instant, limit: int) -> Sequence[ConfirmationScan]:
        """Lists those nobody has judged that were uploaded then or before, oldest first."""
        ...

    def discarded(self, limit: int) -> Sequence[FileKey]:
        """Lists files of scans that no pending one has, and that are not forgotten."""
        ...

    def forget_discarded(self, files: Sequence[FileKey]) -> None:
        """Forgets files that are deleted."""
        ...
