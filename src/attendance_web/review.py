"""The calls of the review desk, and about what was done with one's own scans. Contract: 9.8."""

from __future__ import annotations

from functools import partial

from attendance_core.profiles import AuditEntry, PendingSeen, ScanReason
from attendance_core.vocabulary import ScanId
from attendance_web.http.call import get, post
from attendance_web.http.call_context import CallContext
from attendance_web.http.pieces import Pieces
from attendance_web.structs.arguments import Page
from attendance_web.structs.review import (
    ActShown,
    ConfirmationLog,
    Judgement,
    OneScan,
    ScanInHand,
    ScanPending,
    ScansPending,
)
from attendance_web.wire.urls import taken_scan_url


@get("/api/profile/GetPendingConfirmations", scope=None)
async def get_pending_confirmations(call: CallContext[Page]) -> Pieces[ScanPending, ScansPending]:
    """Scans that wait for a moderator."""
    arguments, use_case = call.arguments, call.use_cases.get_pending_confirmations
    count = await use_case.count(actor=call.actor_id)
    pending = partial(
        use_case.pieces, actor=call.actor_id, limit=arguments.limit, offset=arguments.offset
    )
    return Pieces(
        begin=pending,
        show=_pending_shown,
        answer_of=lambda rows: ScansPending(rows, count),
        limit=arguments.limit,
    )


@post("/api/profile/TakeConfirmation")
async def take_confirmation(call: CallContext[OneScan]) -> ScanInHand:
    """Takes a scan for ten minutes, in which nobody else judges it; again, for ten more."""
    actor, scan_id = call.logged_in_actor, ScanId(call.arguments.scan)
    lease, expires_in = await call.use_cases.take_confirmation(
        actor=actor.user_id, session_id=actor.session_id, scan_id=scan_id
    )
    return ScanInHand(
        image=taken_scan_url(scan_id, lease.secret),
        expires_in=expires_in,
        display_name=lease.display_name,
    )


@post("/api/profile/ReturnConfirmation")
async def return_confirmation(call: CallContext[OneScan]) -> None:
    """Gives a scan that I have taken back to the others."""
    await call.use_cases.return_confirmation(
        actor=call.actor_id, scan_id=ScanId(call.arguments.scan)
    )


@post("/api/profile/ResolveConfirmation")
async def resolve_confirmation(call: CallContext[Judgement]) -> None:
    """Gives the tick for a scan that I have taken, or says why not; its image is deleted."""
    arguments = call.arguments
    await call.use_cases.resolve_confirmation(
        actor=call.actor_id,
        scan_id=ScanId(arguments.scan),
        approve=arguments.approve,
        reason=None if arguments.reason is None else ScanReason(arguments.reason),
        note=arguments.note,
    )


@get("/api/profile/GetConfirmationLog", scope=None)
async def get_confirmation_log(call: CallContext[Page]) -> Pieces[ActShown, ConfirmationLog]:
    """Who looked at scans of mine, and who judged them."""
    arguments = call.arguments
    entries = partial(
        call.use_cases.get_confirmation_log.pieces,
        actor=call.actor_id,
        limit=arguments.limit,
        offset=arguments.offset,
    )
    return Pieces(begin=entries, show=_act_shown, answer_of=ConfirmationLog, limit=arguments.limit)


def _pending_shown(seen: PendingSeen) -> ScanPending:
    scan = seen.row.scan
    return ScanPending(
        scan=scan.scan_id,
        user_id=scan.user_id,
        display_name=seen.row.display_name,
        uploaded_at=int(scan.uploaded_at),
        taken_by=seen.taken_by,
    )


def _act_shown(entry: AuditEntry) -> ActShown:
    reason = entry.reason
    return ActShown(
        scan=entry.scan_id,
        at=int(entry.at),
        what=entry.act.value,
        by=entry.judge.value,
        actor_id=entry.actor_id,
        reason=None if reason is None or reason is ScanReason.RENAMED else reason.value,
    )


CALLS = (
    get_pending_confirmations,
    take_confirmation,
    return_confirmation,
    resolve_confirmation,
    get_confirmation_log,
)
