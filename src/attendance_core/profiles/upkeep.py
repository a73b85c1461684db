"""What a process does about scans by itself, again and again. Contract: 9.9."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from attendance_core import ports
from attendance_core.errors import PersonNotFound
from attendance_core.profiles.audit import note_expiry
from attendance_core.profiles.scans import (
    Confirmation,
    ConfirmationScan,
    ScanReason,
    scan_file_path,
)
from attendance_core.vocabulary import FileKey, ScanId, Seconds, UserId

PENDING_SECONDS: Seconds = 30 * 86_400  # Contract: 9.9, that a scan waits for somebody
FORGOTTEN_A_LOOK = 500  # of each sort; it looks until there are no more


@dataclass(frozen=True, slots=True)
class ForgetScans:
    """Deletes the images of scans that are judged or replaced, and rejects those too old.

    Whoever judges a scan deletes its image, too: this is for where that process dies between the
    two, and for scans that a version judged which did not. Twice does no harm.
    """

    transact: ports.Transact
    observe: ports.Observe
    files: ports.Files

    async def __call__(self) -> int:
        """Counts the files that it deleted. Raises Unavailable, and goes on the next time."""
        while expired := await self.observe(_look_for_expired):
            for scan in expired:
                await self._expire(scan.user_id, scan.scan_id)
            if len(expired) < FORGOTTEN_A_LOOK:
                break
        count = 0
        while discarded := await self.observe(lambda unit: unit.scans.discarded(FORGOTTEN_A_LOOK)):
            await self._delete(discarded)
            count += len(discarded)
        return count

    async def _expire(self, user_id: UserId, scan_id: ScanId) -> None:
        def work(unit: ports.Unit) -> None:
            try:
                unit.profiles.lock(user_id)
            except PersonNotFound:
                return
            scan = unit.scans.lock(user_id)
            if scan is None or scan.scan_id != scan_id or scan.state is not Confirmation.PENDING:
                return
            rejected = Confirmation.REJECTED
            unit.scans.put(scan.judged(rejected, unit.now(), reason=ScanReason.EXPIRED))
            note_expiry(unit, scan)

        await self.transact(work)

    async def _delete(self, discarded: Sequence[FileKey]) -> None:
        """Deletes files, and forgets those that it has deleted, though one fails."""
        deleted: list[FileKey] = []
        try:
            for file in discarded:
                await self.files.delete(scan_file_path(file))
                deleted.append(file)
        finally:
            if deleted:
                await self.transact(lambda unit: unit.scans.forget_discarded(deleted))


def _look_for_expired(unit: ports.Unit) -> Sequence[ConfirmationScan]:
    return unit.scans.pending_uploaded_until(unit.now() - PENDING_SECONDS, FORGOTTEN_A_LOOK)
