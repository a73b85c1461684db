"""The audit log of scans: who looked, who decided, about whom, and when. Contract: 9.10.

An entry is written in the transaction of what it tells of. The image is never in it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from enum import Enum

from attendance_core import ports
from attendance_core.arguments import check_kinds
from attendance_core.pieces import ListQuery, itself, read_in_pieces, whole
from attendance_core.profiles.scans import ConfirmationScan, ScanReason
from attendance_core.vocabulary import Instant, ScanId, Seconds, UserId

AUDIT_SECONDS: Seconds = 3 * 365 * 86_400  # Contract: 9.10, that an entry is kept


class ScanAct(Enum):
    """What was done with a scan."""

    TAKEN = "taken"
    LOOKED = "looked"
    RETURNED = "returned"
    APPROVED = "approved"
    REJECTED = "rejected"


class ScanJudge(Enum):
    """Who does something with somebody else's scan."""

    MODERATOR = "moderator"
    OPERATOR = "operator"  # whoever runs commands on the machine of the service
    SERVICE = "service"  # by itself: a scan expires, or the provider confirms a person


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One act. Contract: GetConfirmationLog.

    ``actor_id`` names a moderator, and is None of whoever else it was. ``n`` numbers all entries
    in their order; 0 of one that is still to be added.
    """

    user_id: UserId  # whose scan it was
    scan_id: ScanId
    act: ScanAct
    at: Instant
    judge: ScanJudge
    actor_id: UserId | None = None
    reason: ScanReason | None = None
    n: int = 0


def note_act(
    unit: ports.Unit,
    scan: ConfirmationScan,
    act: ScanAct,
    actor: UserId | None,
    reason: ScanReason | None = None,
) -> None:
    """Writes down what a moderator did, or, where ``actor`` is None, the operator."""
    judge = ScanJudge.OPERATOR if actor is None else ScanJudge.MODERATOR
    now = unit.now()
    unit.audit_log.add(
        AuditEntry(scan.user_id, scan.scan_id, act, now, judge=judge, actor_id=actor, reason=reason)
    )


def note_service_act(
    unit: ports.Unit, scan: ConfirmationScan, act: ScanAct, reason: ScanReason | None = None
) -> None:
    """Writes down what the service did by itself."""
    now, judge = unit.now(), ScanJudge.SERVICE
    unit.audit_log.add(AuditEntry(scan.user_id, scan.scan_id, act, now, judge=judge, reason=reason))


def note_expiry(unit: ports.Unit, scan: ConfirmationScan) -> None:
    """Writes down that a scan is rejected since nobody has judged it in time."""
    note_service_act(unit, scan, ScanAct.REJECTED, ScanReason.EXPIRED)


@dataclass(frozen=True, slots=True)
class GetConfirmationLog:
    """Lists who looked at a person's scans, and decided what.

    Contract: GET /api/profile/GetConfirmationLog.
    """

    browse: ports.Browse

    def pieces(
        self, *, actor: UserId, limit: int | None = None, offset: int = 0
    ) -> AsyncIterator[Sequence[AuditEntry]]:
        """Lists the latest first. Raises InvalidArgument."""
        check_kinds(actor=actor)

        def read_entries(
            piece_query: ListQuery[AuditEntry], unit: ports.Unit
        ) -> Sequence[AuditEntry]:
            return unit.audit_log.about(actor, piece_query)

        query: ListQuery[AuditEntry] = ListQuery(limit, offset)
        return read_in_pieces(self.browse, query, read_entries, itself)

    __call__ = whole(pieces)


@dataclass(frozen=True, slots=True)
class GetAuditLog:
    """Lists what was done with everybody's scans, for the operator. Contract: 9.10."""

    browse: ports.Browse

    def pieces(self) -> AsyncIterator[Sequence[AuditEntry]]:
        """Lists the earliest first."""

        def read_entries(
            piece_query: ListQuery[AuditEntry], unit: ports.Unit
        ) -> Sequence[AuditEntry]:
            return unit.audit_log.all(piece_query)

        everything: ListQuery[AuditEntry] = ListQuery()
        return read_in_pieces(self.browse, everything, read_entries, itself)

    __call__ = whole(pieces)
