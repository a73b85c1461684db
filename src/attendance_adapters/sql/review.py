"""Moderators and the audit log of scans in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Uuid, bindparam, delete, exists, insert, select

from attendance_adapters.sql.column_types import BigId
from attendance_adapters.sql.executor import Executor
from attendance_adapters.sql.pieces import LIMIT, OFFSET, piece_parameters
from attendance_adapters.sql.tables import accounts, audit_log, moderators, profiles
from attendance_core.pieces import ListQuery
from attendance_core.profiles import AuditEntry, Moderator, ScanAct, ScanJudge, ScanReason
from attendance_core.vocabulary import Instant, ScanId, UserId

_is_user = moderators.c.user_id == bindparam("user_id", type_=BigId)
ADD_MODERATOR = insert(moderators)
REMOVE_MODERATOR = delete(moderators).where(_is_user)
HAS_MODERATOR = select(exists().where(_is_user))
LOCK_MODERATOR = select(moderators.c.user_id).where(_is_user).with_for_update()
MODERATORS = (
    select(
        moderators.c.user_id, accounts.c.username, profiles.c.display_name, moderators.c.added_at
    )
    .select_from(
        moderators.join(accounts, accounts.c.user_id == moderators.c.user_id).join(
            profiles, profiles.c.user_id == moderators.c.user_id
        )
    )
    .order_by(moderators.c.added_at, moderators.c.user_id)
)
ADD_ENTRY = insert(audit_log)
_SELECT_ENTRIES = select(
    audit_log.c.user_id,
    audit_log.c.scan_id,
    audit_log.c.act,
    audit_log.c.at,
    audit_log.c.judge,
    audit_log.c.actor_id,
    audit_log.c.reason,
    audit_log.c.n,
)
_after_n = bindparam("after_n", type_=BigId)
ENTRIES_ABOUT = (
    _SELECT_ENTRIES.where(audit_log.c.user_id == bindparam("user_id", type_=BigId))
    .order_by(audit_log.c.n.desc())
    .limit(LIMIT)
    .offset(OFFSET)
)
ENTRIES_ABOUT_AFTER = ENTRIES_ABOUT.where(audit_log.c.n < _after_n)
ENTRIES = _SELECT_ENTRIES.order_by(audit_log.c.n).limit(LIMIT).offset(OFFSET)
ENTRIES_AFTER = ENTRIES.where(audit_log.c.n > _after_n)
# Numbers grow as time does: only of the oldest is it asked whether they are old enough
_oldest = select(audit_log.c.n, audit_log.c.at).order_by(audit_log.c.n).limit(LIMIT).subquery()
REMOVE_ENTRIES = delete(audit_log).where(
    audit_log.c.n.in_(select(_oldest.c.n).where(_oldest.c.at <= bindparam("until")))
)
# Found by the scan, of which there are few entries: a moderator may have made a million
HAS_TAKEN = select(
    exists().where(
        audit_log.c.scan_id == bindparam("scan_id", type_=Uuid),
        audit_log.c.actor_id + 0 == bindparam("actor_id", type_=BigId),  # by no index
        audit_log.c.act == ScanAct.TAKEN.value,
    )
)


class Moderators:
    """Keeps moderators; `repositories.Moderators`."""

    def __init__(self, executor: Executor) -> None:
        self._execute = executor.execute
        self._send = executor.send

    def add(self, user_id: UserId, at: Instant) -> None:
        self._send(ADD_MODERATOR, {"user_id": user_id, "added_at": at})

    def remove(self, user_id: UserId) -> None:
        self._send(REMOVE_MODERATOR, {"user_id": user_id})

    def has(self, user_id: UserId) -> bool:
        return bool(self._execute(HAS_MODERATOR, {"user_id": user_id}).scalar_one())

    def lock(self, user_id: UserId) -> bool:
        return self._execute(LOCK_MODERATOR, {"user_id": user_id}).one_or_none() is not None

    def listed(self) -> Sequence[Moderator]:
        return [Moderator(*row) for row in self._execute(MODERATORS)]


class AuditLog:
    """Keeps the audit log; `repositories.AuditLog`."""

    def __init__(self, executor: Executor) -> None:
        self._execute = executor.execute
        self._send = executor.send

    def add(self, entry: AuditEntry) -> None:
        row = {
            "user_id": entry.user_id,
            "scan_id": entry.scan_id,
            "act": entry.act.value,
            "at": entry.at,
            "judge": entry.judge.value,
            "actor_id": entry.actor_id,
            "reason": None if entry.reason is None else entry.reason.value,
        }
        self._send(ADD_ENTRY, row)

    def about(self, user_id: UserId, query: ListQuery[AuditEntry]) -> Sequence[AuditEntry]:
        parameters: dict[str, Any] = {"user_id": user_id, **piece_parameters(query)}
        if query.after is None:
            return [_entry_from(row) for row in self._execute(ENTRIES_ABOUT, parameters)]
        parameters["after_n"] = query.after.n
        return [_entry_from(row) for row in self._execute(ENTRIES_ABOUT_AFTER, parameters)]

    def all(self, query: ListQuery[AuditEntry]) -> Sequence[AuditEntry]:
        parameters: dict[str, Any] = piece_parameters(query)
        if query.after is None:
            return [_entry_from(row) for row in self._execute(ENTRIES, parameters)]
        parameters["after_n"] = query.after.n
        return [_entry_from(row) for row in self._execute(ENTRIES_AFTER, parameters)]

    def has_taken(self, moderator_id: UserId, scan_id: ScanId) -> bool:
        parameters = {"actor_id": moderator_id, "scan_id": scan_id}
        return bool(self._execute(HAS_TAKEN, parameters).scalar_one())

    def remove_until(self, until: Instant, limit: int) -> int:
        return self._execute(REMOVE_ENTRIES, {"until": until, "limit": limit}).rowcount


def _entry_from(row: Sequence[Any]) -> AuditEntry:
    user_id, scan_id, act, at, judge, actor_id, reason, n = row
    return AuditEntry(
        user_id,
        scan_id,
        ScanAct(act),
        at,
        ScanJudge(judge),
        actor_id,
        None if reason is None else ScanReason(reason),
        n,
    )
