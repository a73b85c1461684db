"""What a moderator is shown of a scan: its image, while they have it. Contract: 9.9."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from attendance_core import ports
from attendance_core.arguments import check_kinds
from attendance_core.errors import ScanNotFound
from attendance_core.limits import SCAN_LOOKS, count_or_raise
from attendance_core.ports import FileContent, FileSize
from attendance_core.profiles.audit import ScanAct, note_act
from attendance_core.profiles.scans import (
    ConfirmationScan,
    measure_scan_picture,
    read_scan_picture,
)
from attendance_core.vocabulary import ScanId, SessionId, UserId


@dataclass(frozen=True, slots=True)
class GetTakenScan:
    """Shows the image of a scan to whoever has taken it. Contract: 9.9."""

    transact: ports.Transact
    observe: ports.Observe
    files: ports.Files

    async def __call__(
        self, *, actor: UserId, session_id: SessionId, scan_id: ScanId, secret: str
    ) -> FileContent:
        """Writes down the look first. Raises ScanNotFound for whoever else asks, or later;
        TooManyRequests where they have looked too often within an hour.
        """
        check_kinds(actor=actor, session_id=session_id, scan_id=scan_id)

        def work(unit: ports.Unit) -> ConfirmationScan:
            scan = _find_taken(unit, actor, session_id, scan_id, secret)
            count_or_raise(unit, SCAN_LOOKS, str(actor))
            note_act(unit, scan, ScanAct.LOOKED, actor)
            return scan

        return await read_scan_picture(self.files, await self.transact(work))

    async def measure(
        self, *, actor: UserId, session_id: SessionId, scan_id: ScanId, secret: str
    ) -> FileSize:
        """Tells how large the image is; that shows nobody anything, and is no look.

        Raises ScanNotFound as a look does.
        """
        check_kinds(actor=actor, session_id=session_id, scan_id=scan_id)
        scan = await self.observe(
            lambda unit: _find_taken(unit, actor, session_id, scan_id, secret)
        )
        return await measure_scan_picture(self.files, scan)


def _find_taken(
    unit: ports.Unit, actor: UserId, session_id: SessionId, scan_id: ScanId, secret: str
) -> ConfirmationScan:
    """Finds a scan that this session has taken. Raises ScanNotFound."""
    user_id = unit.scans.owner_of(scan_id)
    scan = None if user_id is None else unit.scans.find(user_id)
    if scan is None or scan.scan_id != scan_id:
        raise ScanNotFound
    lease = scan.lease_at(unit.now())
    if (
        lease is None
        or (lease.moderator_id, lease.session_id) != (actor, session_id)
        or not hmac.compare_digest(lease.secret.encode(), secret.encode(errors="replace"))
    ):
        raise ScanNotFound
    return scan
