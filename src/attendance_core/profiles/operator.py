"""What whoever runs the service does with scans, on its machine. Contract: 3, 9.10.

The operator needs no lease, and may think better of what was judged; all of it is written down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from attendance_core import ports
from attendance_core.arguments import check_kinds
from attendance_core.errors import PersonNotFound, ScanNotFound
from attendance_core.folding import is_another_name
from attendance_core.pieces import ListQuery
from attendance_core.profiles.audit import ScanAct, note_act
from attendance_core.profiles.scans import (
    Confirmation,
    ConfirmationScan,
    ScanReason,
    ScanSeen,
    delete_discarded,
    scan_file_path,
)
from attendance_core.profiles.verdicts import checked_verdict, judge_scan
from attendance_core.vocabulary import FileKey, UserId


@dataclass(frozen=True, slots=True)
class GetPendingScans:
    """Lists what the operator may look at, oldest first."""

    browse: ports.Browse

    async def __call__(self) -> Sequence[ConfirmationScan]:
        """Lists every scan nobody has judged."""
        found = await self.browse(lambda unit: unit.scans.pending(ListQuery()))
        return [each.scan for each in found]


@dataclass(frozen=True, slots=True)
class ReadScan:
    """Reads one person's scan, for the operator. Contract: 9.10."""

    transact: ports.Transact
    files: ports.Files

    async def __call__(self, *, user_id: UserId) -> ScanSeen:
        """Writes down the look, then reads the scan and its picture.

        Raises ScanNotFound, also where it is judged: its image has gone; NoSuchFile.
        """
        check_kinds(user_id=user_id)

        def work(unit: ports.Unit) -> ConfirmationScan:
            scan = unit.scans.find(user_id)
            if scan is None or scan.state is not Confirmation.PENDING:
                raise ScanNotFound
            note_act(unit, scan, ScanAct.LOOKED, None)
            return scan

        scan = await self.transact(work)
        file = await self.files.get(scan_file_path(scan.file))
        return ScanSeen(scan, file.content)


@dataclass(frozen=True, slots=True)
class JudgeScan:
    """Approves or rejects one scan: it names the file, so a later one is not judged by it."""

    transact: ports.Transact
    files: ports.Files

    async def __call__(
        self,
        *,
        user_id: UserId,
        file: FileKey,
        approve: bool,
        display_name: str | None = None,
        reason: ScanReason = ScanReason.OTHER,
        note: str = "",
    ) -> None:
        """Judges it, where the person still has ``display_name``, if that is given.

        Whoever has taken it loses it. ``reason`` counts where it is rejected. Raises BadLength,
        BadCharacters; ScanNotFound where the scan has been replaced since, has lost its tick, or
        the person has another name.
        """
        check_kinds(user_id=user_id)
        verdict = checked_verdict(approve=approve, reason=reason, note=note)

        def work(unit: ports.Unit) -> None:
            try:
                profile = unit.profiles.lock(user_id)
            except PersonNotFound:
                raise ScanNotFound from None
            if display_name is not None and is_another_name(display_name, profile.display_name):
                raise ScanNotFound
            scan = unit.scans.lock(user_id)
            if scan is None or scan.file != file or scan.state is Confirmation.NONE:
                raise ScanNotFound
            judge_scan(unit, scan, verdict, None)

        await self.transact(work)
        await delete_discarded(self.files, scan_file_path(file))
