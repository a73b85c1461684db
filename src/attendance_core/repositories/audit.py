"""Keeps what was done with scans. See the package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from attendance_core.vocabulary import Instant, ScanId, UserId

if TYPE_CHECKING:
    from attendance_core.pieces import ListQuery
    from attendance_core.profiles import AuditEntry


class AuditLog(Protocol):
    """Keeps what was done with scans; entries are added, never change, and go when they are old."""

    def add(self, entry: AuditEntry) -> None:
        """Adds it behind all others."""
        ...

    def about(self, user_id: UserId, query: ListQuery[AuditEntry]) -> Sequence[AuditEntry]:
        """Lists those about one person's scans, the latest first."""
        ...

    def all(self, query: ListQuery[AuditEntry]) -> Sequence[AuditEntry]:
        """Lists all, the earliest first."""
        ...

    def has_taken(self, moderator_id: UserId, scan_id: ScanId) -> bool:
        """Tells whether this moderator ever took this scan."""
        ...

    def remove_until(self, until: Instant, limit: int) -> int:
        """Removes some of the first entries, written at ``until`` or before, and counts them."""
        ...
