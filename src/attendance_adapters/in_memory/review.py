"""Moderators and the audit log of scans in dicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from attendance_adapters.in_memory.pieces import piece_of
from attendance_adapters.in_memory.tables import Tables
from attendance_core.pieces import ListQuery
from attendance_core.profiles import AuditEntry, Moderator, ScanAct
from attendance_core.vocabulary import Instant, ScanId, UserId


class Moderators:
    """Keeps moderators; `repositories.Moderators`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._moderators = tables.moderators

    def add(self, user_id: UserId, at: Instant) -> None:
        self._moderators[user_id] = at

    def remove(self, user_id: UserId) -> None:
        if user_id in self._moderators:
            del self._moderators[user_id]

    def has(self, user_id: UserId) -> bool:
        return user_id in self._moderators

    def lock(self, user_id: UserId) -> bool:
        return self.has(user_id)

    def listed(self) -> Sequence[Moderator]:
        usernames = {each.user_id: each.username for each in self._tables.accounts.values()}
        profiles = self._tables.profiles
        found = [
            Moderator(user_id, usernames[user_id], profiles[user_id].display_name, at)
            for user_id, at in self._moderators.items()
        ]
        return sorted(found, key=lambda each: (each.added_at, each.user_id))


class AuditLog:
    """Keeps the audit log; `repositories.AuditLog`."""

    def __init__(self, tables: Tables) -> None:
        self._entries = tables.audit_log

    def add(self, entry: AuditEntry) -> None:
        n = max(self._entries, default=0) + 1
        self._entries[n] = replace(entry, n=n)

    def about(self, user_id: UserId, query: ListQuery[AuditEntry]) -> Sequence[AuditEntry]:
        found = [each for each in self._entries.values() if each.user_id == user_id]
        return piece_of(found, query, lambda each: -each.n)

    def all(self, query: ListQuery[AuditEntry]) -> Sequence[AuditEntry]:
        return piece_of(self._entries.values(), query, lambda each: each.n)

    def has_taken(self, moderator_id: UserId, scan_id: ScanId) -> bool:
        return any(
            (each.actor_id, each.scan_id, each.act) == (moderator_id, scan_id, ScanAct.TAKEN)
            for each in self._entries.values()
        )

    def remove_until(self, until: Instant, limit: int) -> int:
        first = [self._entries[n] for n in sorted(self._entries)[:limit]]
        old = [each.n for each in first if each.at <= until]
        for n in old:
            del self._entries[n]
        return len(old)
