"""Scans of student records, and the tick that a moderator gives for one. Contract: 3."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum
from typing import NamedTuple

from attendance_core import ports
from attendance_core.errors import PersonNotFound, ScanNotFound, Unavailable
from attendance_core.folding import is_another_name
from attendance_core.vocabulary import FileKey, Instant, UserId

SCAN_SIDE = 4096  # Contract: 3.4; a page of A4 with 350 pixels an inch


class Confirmation(Enum):
    """How far the check of a person's student record is."""

    NONE = "none"
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"


class ScanReason(Enum):
    """Why a scan is in the state it is in, where that does not say it all."""

    RENAMED = "renamed"  # Contract: 3.7


@dataclass(frozen=True, slots=True)
class ConfirmationScan:
    """The picture of a student record. Private: its owner and moderators only."""

    user_id: UserId
    file: FileKey
    uploaded_at: Instant
    state: Confirmation = Confirmation.PENDING
    judged_at: Instant | None = None
    reason: ScanReason | None = None


class ScanSeen(NamedTuple):
    """A scan and the bytes of its picture, as a moderator sees it."""

    scan: ConfirmationScan
    content: bytes


@dataclass(frozen=True, slots=True)
class UploadProfileConfirmation:
    """Takes in a scan, to be judged. Contract: POST /api/profile/UploadProfileConfirmation."""

    transact: ports.Transact
    pictures: ports.Pictures
    files: ports.Files
    ids: ports.Ids

    async def __call__(self, *, actor: UserId, image: bytes) -> None:
        """Takes the tick away, until somebody has looked.

        Raises BadPicture, PictureTooLarge, PersonNotFound, Unavailable.
        """
        picture = await self.pictures.clean(image, owner=actor, max_side=SCAN_SIDE)
        key = self.ids.file_key(picture.extension)
        await self.files.put(scan_path(key), picture.content, picture.media_type)

        def work(unit: ports.Unit) -> FileKey | None:
            unit.profiles.lock(actor)  # who changes a scan comes after whoever changes the name
            earlier = unit.scans.lock(actor)
            unit.scans.put(ConfirmationScan(actor, key, unit.now()))
            return None if earlier is None else earlier.file

        replaced = await self.transact(work)
        if replaced is not None:
            await discard_file(self.files, scan_path(replaced))


@dataclass(frozen=True, slots=True)
class GetPendingScans:
    """Lists what a moderator has to look at, oldest first."""

    browse: ports.Browse

    async def __call__(self) -> Sequence[ConfirmationScan]:
        """Lists every scan nobody has judged."""
        return await self.browse(lambda unit: unit.scans.pending())


@dataclass(frozen=True, slots=True)
class ReadScan:
    """Reads one person's scan, for a moderator."""

    observe: ports.Observe
    files: ports.Files

    async def __call__(self, *, user_id: UserId) -> ScanSeen:
        """Reads the scan and its picture. Raises ScanNotFound, NoSuchFile."""
        scan = await self.observe(lambda unit: unit.scans.find(user_id))
        if scan is None:
            raise ScanNotFound
        file = await self.files.get(scan_path(scan.file))
        return ScanSeen(scan, file.content)


@dataclass(frozen=True, slots=True)
class JudgeScan:
    """Approves or rejects one scan: it names the file, so a later one is not judged by it."""

    transact: ports.Transact

    async def __call__(
        self, *, user_id: UserId, file: FileKey, approve: bool, display_name: str | None = None
    ) -> None:
        """Judges it, where the person still has ``display_name``, if that is given.

        Raises ScanNotFound where not, or where the scan has been replaced since, or has lost its
        tick.
        """

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
            state = Confirmation.APPROVED if approve else Confirmation.REJECTED
            unit.scans.put(replace(scan, state=state, judged_at=unit.now()))

        await self.transact(work)


def remove_tick(unit: ports.Unit, user_id: UserId) -> None:
    """Removes the tick of one who has another name now; their profile is locked. Contract: 3.7."""
    scan = unit.scans.lock(user_id)
    if scan is not None and scan.state is Confirmation.APPROVED:
        now = unit.now()
        unit.scans.put(
            replace(scan, state=Confirmation.NONE, judged_at=now, reason=ScanReason.RENAMED)
        )


async def discard_file(files: ports.Files, path: str) -> None:
    """Deletes what no row names any more; where that fails, it is swept later."""
    with suppress(Unavailable):
        await files.delete(path)


def scan_path(key: FileKey) -> str:
    """Tells where a scan is kept; never under a public path."""
    return f"scans/{key}"
