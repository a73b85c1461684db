"""The review desk: moderators take scans and judge them. Contract: 9.8, 9.9.

Whoever takes a scan has it for ten minutes, in which nobody else may take it. Of two who take one
at once the second waits for the first, by the locks of its owner's profile and of the scan.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from attendance_core import ports
from attendance_core.arguments import check_kinds
from attendance_core.errors import (
    MayNotReview,
    NotTaken,
    PersonNotFound,
    ScanChanged,
    ScanNotFound,
    ScanTaken,
)
from attendance_core.folding import is_another_name
from attendance_core.limits import TAKEN_SCANS, count_or_raise
from attendance_core.pieces import ListQuery, read_in_pieces, whole
from attendance_core.profiles.audit import ScanAct, note_act
from attendance_core.profiles.moderators import check_moderator, check_moderator_stays
from attendance_core.profiles.scans import (
    Confirmation,
    ConfirmationScan,
    ReviewLease,
    ScanReason,
    delete_discarded,
    scan_file_path,
)
from attendance_core.profiles.verdicts import checked_verdict, judge_scan
from attendance_core.vocabulary import FileKey, Instant, ScanId, Seconds, SessionId, UserId

REVIEW_LEASE_SECONDS: Seconds = 600  # Contract: TakeConfirmation


@dataclass(frozen=True, slots=True)
class PendingScan:
    """A scan that nobody has judged, and what its owner is called now."""

    scan: ConfirmationScan
    display_name: str


class PendingSeen(NamedTuple):
    """A pending scan, and who has it at the moment of the look."""

    row: PendingScan
    taken_by: UserId | None


class TakenScan(NamedTuple):
    """What whoever took a scan is told: how long they have it, and whose it is."""

    lease: ReviewLease
    expires_in: Seconds


@dataclass(frozen=True, slots=True)
class GetPendingConfirmations:
    """Lists the scans that wait to be judged.

    Contract: GET /api/profile/GetPendingConfirmations.
    """

    browse: ports.Browse

    def pieces(
        self, *, actor: UserId, limit: int | None = None, offset: int = 0
    ) -> AsyncIterator[Sequence[PendingSeen]]:
        """Lists the oldest first. Raises InvalidArgument, NotAModerator."""
        check_kinds(actor=actor)

        def read_pending(
            piece_query: ListQuery[PendingScan], unit: ports.Unit
        ) -> Sequence[PendingSeen]:
            check_moderator(unit, actor)
            now = unit.now()
            return [_seen(each, now) for each in unit.scans.pending(piece_query)]

        query: ListQuery[PendingScan] = ListQuery(limit, offset)
        return read_in_pieces(self.browse, query, read_pending, lambda each: each.row)

    __call__ = whole(pieces)

    async def count(self, *, actor: UserId) -> int:
        """Counts all that wait. Raises NotAModerator."""

        def look(unit: ports.Unit) -> int:
            check_moderator(unit, actor)
            return unit.scans.pending_count()

        return await self.browse(look)


def _seen(row: PendingScan, now: Instant) -> PendingSeen:
    lease = row.scan.lease_at(now)
    return PendingSeen(row, None if lease is None else lease.moderator_id)


@dataclass(frozen=True, slots=True)
class TakeConfirmation:
    """Takes a scan, so that nobody else judges it. Contract: POST /api/profile/TakeConfirmation."""

    transact: ports.Transact
    ids: ports.Ids

    async def __call__(self, *, actor: UserId, session_id: SessionId, scan_id: ScanId) -> TakenScan:
        """Has it for ten minutes from now; its image is shown to this session.

        Where this session has it already the lease goes on, with the name that it was taken under.
        Raises NotAModerator, ScanNotFound, MayNotReview, ScanTaken; TooManyRequests where they
        have taken too many within an hour.
        """
        check_kinds(actor=actor, session_id=session_id, scan_id=scan_id)
        secret = self.ids.token()

        def work(unit: ports.Unit) -> TakenScan:
            check_moderator_stays(unit, actor)
            found = _lock_scan(unit, scan_id)
            if found is None or found.scan.state is not Confirmation.PENDING:
                raise ScanNotFound
            scan, now = found.scan, unit.now()
            _check_may_review(unit, actor, scan.user_id)
            lease, until = scan.lease_at(now), now + REVIEW_LEASE_SECONDS
            if lease is not None and lease.moderator_id != actor:
                raise ScanTaken
            if lease is not None and lease.session_id == session_id:
                renewed_or_new = replace(lease, until=until)
            else:
                renewed_or_new = ReviewLease(
                    actor, session_id, until, display_name=found.display_name, secret=secret
                )
                count_or_raise(unit, TAKEN_SCANS, str(actor))
                note_act(unit, scan, ScanAct.TAKEN, actor)
            unit.scans.put_lease(scan.user_id, renewed_or_new)
            return TakenScan(renewed_or_new, REVIEW_LEASE_SECONDS)

        return await self.transact(work)


@dataclass(frozen=True, slots=True)
class ReturnConfirmation:
    """Gives a scan back to the others. Contract: POST /api/profile/ReturnConfirmation."""

    transact: ports.Transact

    async def __call__(self, *, actor: UserId, scan_id: ScanId) -> None:
        """Does nothing where they do not have it.

        Raises NotAModerator; ScanNotFound where there is no such scan, and they never took it.
        """
        check_kinds(actor=actor, scan_id=scan_id)

        def work(unit: ports.Unit) -> None:
            check_moderator_stays(unit, actor)
            found = _lock_scan(unit, scan_id)
            if found is None:
                _check_ever_took(unit, actor, scan_id)
                return
            lease = found.scan.lease_at(unit.now())
            if lease is not None and lease.moderator_id == actor:
                _give_back(unit, found.scan, actor)

        await self.transact(work)


@dataclass(frozen=True, slots=True)
class ResolveConfirmation:
    """Judges a scan that one has taken. Contract: POST /api/profile/ResolveConfirmation."""

    transact: ports.Transact
    files: ports.Files

    async def __call__(
        self,
        *,
        actor: UserId,
        scan_id: ScanId,
        approve: bool,
        reason: ScanReason | None = None,
        note: str = "",
    ) -> None:
        """Gives the tick, or says why not; then the image goes.

        Raises MissingArgument, InvalidArgument, BadLength, BadCharacters, NotAModerator,
        ScanNotFound, MayNotReview; NotTaken; ScanChanged where the name or the scan is another one
        by now: then it waits for whoever takes it next.
        """
        check_kinds(actor=actor, scan_id=scan_id)
        verdict = checked_verdict(approve=approve, reason=reason, note=note)

        def work(unit: ports.Unit) -> FileKey | None:
            check_moderator_stays(unit, actor)
            found = _lock_scan(unit, scan_id)
            if found is None:
                _check_ever_took(unit, actor, scan_id)
                return None
            scan = found.scan
            lease = scan.lease_at(unit.now())
            if lease is None or lease.moderator_id != actor:
                raise NotTaken
            _check_may_review(unit, actor, scan.user_id)
            if is_another_name(lease.display_name, found.display_name):
                _give_back(unit, scan, actor)
                return None
            judge_scan(unit, scan, verdict, actor)
            return scan.file

        judged = await self.transact(work)
        if judged is None:
            raise ScanChanged  # behind the commit, in which it went back to the others
        await delete_discarded(self.files, scan_file_path(judged))


def _lock_scan(unit: ports.Unit, scan_id: ScanId) -> PendingScan | None:
    """Locks a scan behind the profile of its owner; None where there is none, or a later one."""
    user_id = unit.scans.owner_of(scan_id)
    if user_id is None:
        return None
    try:
        profile = unit.profiles.lock(user_id)
    except PersonNotFound:
        return None
    scan = unit.scans.lock(user_id)
    if scan is None or scan.scan_id != scan_id:
        return None
    return PendingScan(scan, profile.display_name)


def _check_may_review(unit: ports.Unit, actor: UserId, user_id: UserId) -> None:
    """Checks that a scan is neither one's own nor a friend's. Raises MayNotReview."""
    if actor == user_id:
        raise MayNotReview
    friendship = unit.friendships.lock(actor, user_id)
    if friendship is not None and friendship.accepted:
        raise MayNotReview


def _check_ever_took(unit: ports.Unit, actor: UserId, scan_id: ScanId) -> None:
    """Checks that this moderator ever took the scan, which has gone. Raises ScanNotFound."""
    if not unit.audit_log.has_taken(actor, scan_id):
        raise ScanNotFound


def _give_back(unit: ports.Unit, scan: ConfirmationScan, actor: UserId) -> None:
    unit.scans.put_lease(scan.user_id, None)
    note_act(unit, scan, ScanAct.RETURNED, actor)
