"""Scans in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    Uuid,
    bindparam,
    delete,
    func,
    insert,
    select,
    tuple_,
    update,
)

from attendance_adapters.sql.column_types import BigId, InstantType
from attendance_adapters.sql.executor import Executor
from attendance_adapters.sql.pieces import LIMIT, OFFSET, piece_parameters
from attendance_adapters.sql.tables import IS_PENDING, discarded_scans, profiles, scans
from attendance_core.pieces import ListQuery
from attendance_core.profiles import (
    Confirmation,
    ConfirmationScan,
    PendingScan,
    ReviewLease,
    ScanReason,
)
from attendance_core.vocabulary import FileKey, Instant, ScanId, UserId

_SELECT_SCANS = select(
    scans.c.user_id,
    scans.c.file,
    scans.c.uploaded_at,
    scans.c.state,
    scans.c.judged_at,
    scans.c.reason,
    scans.c.verdict,
    scans.c.scan_id,
    scans.c.note,
    scans.c.taken_by,
    scans.c.taken_session,
    scans.c.taken_until,
    scans.c.taken_name,
    scans.c.taken_secret,
)
FIND_SCAN = _SELECT_SCANS.where(scans.c.user_id == bindparam("user_id"))
LOCK_SCAN = FIND_SCAN.with_for_update()
OWNER_OF_SCAN = select(scans.c.user_id).where(
    scans.c.scan_id.is_not(None), scans.c.scan_id == bindparam("scan_id", type_=Uuid)
)
BY_AGE: tuple[ColumnElement[Any], ...] = (scans.c.uploaded_at, scans.c.user_id)
PENDING_SCANS = (
    _SELECT_SCANS.add_columns(profiles.c.display_name)
    .select_from(scans.join(profiles, profiles.c.user_id == scans.c.user_id))
    .where(IS_PENDING)
    .order_by(*BY_AGE)
    .limit(LIMIT)
    .offset(OFFSET)
)
PENDING_AFTER = PENDING_SCANS.where(
    tuple_(*BY_AGE)
    > tuple_(bindparam("after_at", type_=InstantType), bindparam("after_id", type_=BigId))
)
COUNT_PENDING = select(func.count()).select_from(scans).where(IS_PENDING)
PENDING_UPLOADED_UNTIL = (
    _SELECT_SCANS.where(IS_PENDING, scans.c.uploaded_at <= bindparam("until", type_=InstantType))
    .order_by(*BY_AGE)
    .limit(LIMIT)
)
PENDING_KEYS = select(scans.c.file).where(IS_PENDING)
REMOVE_SCAN = delete(scans).where(scans.c.user_id == bindparam("user_id"))
ADD_SCAN = insert(scans)
PUT_LEASE = (
    update(scans)
    .where(scans.c.user_id == bindparam("where_user_id"))
    .values(
        {
            name: bindparam(name)
            for name in ("taken_by", "taken_session", "taken_until", "taken_name", "taken_secret")
        }
    )
)
END_LEASES = (
    update(scans)
    .where(scans.c.taken_by.is_not(None), scans.c.taken_by == bindparam("where_taken_by"))
    .values(taken_by=None, taken_session=None, taken_until=None, taken_name=None, taken_secret=None)
)
DISCARDED = select(discarded_scans.c.file).order_by(discarded_scans.c.file).limit(LIMIT)
FORGET_DISCARDED = delete(discarded_scans).where(
    discarded_scans.c.file.in_(bindparam("files", expanding=True, type_=String()))
)


class Scans:
    """Keeps scans; `repositories.Scans`. Triggers note which files are discarded."""

    def __init__(self, executor: Executor) -> None:
        self._execute = executor.execute
        self._send = executor.send
        self.forgotten_count = 0  # names of files, for whoever wipes what is left of them

    def find(self, user_id: UserId) -> ConfirmationScan | None:
        row = self._execute(FIND_SCAN, {"user_id": user_id}).one_or_none()
        return None if row is None else _scan_from(row)

    def owner_of(self, scan_id: ScanId) -> UserId | None:
        row = self._execute(OWNER_OF_SCAN, {"scan_id": scan_id}).one_or_none()
        if row is None:
            return None
        (user_id,) = row
        return UserId(user_id)

    def lock(self, user_id: UserId) -> ConfirmationScan | None:
        row = self._execute(LOCK_SCAN, {"user_id": user_id}).one_or_none()
        return None if row is None else _scan_from(row)

    def put(self, scan: ConfirmationScan) -> None:
        is_verdict = scan.reason is not None and scan.reason is not ScanReason.RENAMED
        reason = None if scan.reason is None else scan.reason.value
        row = {
            "user_id": scan.user_id,
            "file": scan.file,
            "uploaded_at": scan.uploaded_at,
            "state": scan.state.value,
            "judged_at": scan.judged_at,
            "reason": None if is_verdict else reason,
            "verdict": reason if is_verdict else None,
            "scan_id": scan.scan_id,
            "note": scan.note,
            **_columns_of(scan.lease),
        }
        self._execute(REMOVE_SCAN, {"user_id": scan.user_id})
        self._execute(ADD_SCAN, row)

    def put_lease(self, user_id: UserId, lease: ReviewLease | None) -> None:
        self._send(PUT_LEASE, {"where_user_id": user_id, **_columns_of(lease)})

    def end_leases_of(self, moderator_id: UserId) -> None:
        self._send(END_LEASES, {"where_taken_by": moderator_id})

    def pending(self, query: ListQuery[PendingScan]) -> Sequence[PendingScan]:
        parameters: dict[str, Any] = piece_parameters(query)
        statement = PENDING_SCANS
        if query.after is not None:
            after = query.after.scan
            parameters |= {"after_at": after.uploaded_at, "after_id": after.user_id}
            statement = PENDING_AFTER
        rows = self._execute(statement, parameters)
        return [PendingScan(_scan_from(scan), name) for *scan, name in rows]

    def pending_count(self) -> int:
        return int(self._execute(COUNT_PENDING).scalar_one())

    def pending_uploaded_until(self, until: Instant, limit: int) -> Sequence[ConfirmationScan]:
        return [
            _scan_from(row)
            for row in self._execute(PENDING_UPLOADED_UNTIL, {"until": until, "limit": limit})
        ]

    def discarded(self, limit: int) -> Sequence[FileKey]:
        return [FileKey(file) for (file,) in self._execute(DISCARDED, {"limit": limit})]

    def forget_discarded(self, files: Sequence[FileKey]) -> None:
        self.forgotten_count += len(files)
        self._send(FORGET_DISCARDED, {"files": list(files)})

    def pending_file_keys(self) -> Sequence[FileKey]:
        """Lists the keys of all scans that wait."""
        return [FileKey(key) for (key,) in self._execute(PENDING_KEYS)]


def reason_from(reason: str | None, verdict: str | None) -> ScanReason | None:
    """Makes the reason for the state of a scan, of whichever of the two columns has one."""
    value = verdict or reason
    return None if value is None else ScanReason(value)


def _columns_of(lease: ReviewLease | None) -> dict[str, Any]:
    return {
        "taken_by": None if lease is None else lease.moderator_id,
        "taken_session": None if lease is None else lease.session_id,
        "taken_until": None if lease is None else lease.until,
        "taken_name": None if lease is None else lease.display_name,
        "taken_secret": None if lease is None else lease.secret,
    }


def _scan_from(row: Sequence[Any]) -> ConfirmationScan:
    user_id, file, uploaded_at, state, judged_at, reason, verdict, scan_id, note, *lease = row
    taken_by, session_id, until, name, secret = lease
    return ConfirmationScan(
        user_id,
        FileKey(file),
        uploaded_at,
        Confirmation(state),
        judged_at,
        reason_from(reason, verdict),
        scan_id=scan_id,
        note=note,
        lease=None if taken_by is None else ReviewLease(taken_by, session_id, until, name, secret),
    )
