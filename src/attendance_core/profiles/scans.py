"""Scans of student records: what they are, and what their owners do with them. Contract: 3."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import NamedTuple

from attendance_core import ports
from attendance_core.arguments import check_kinds
from attendance_core.errors import PersonNotFound, ScanNotFound, Unavailable
from attendance_core.ports import MEDIA_TYPES, FileContent, FileSize, NoSuchFile
from attendance_core.vocabulary import FileKey, Instant, ScanId, SessionId, UserId

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
    # Contract: ResolveConfirmation
    UNREADABLE = "unreadable"
    NOT_A_RECORD_BOOK = "not_a_record_book"
    NAME_DIFFERS = "name_differs"
    EXPIRED = "expired"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ReviewLease:
    """What a moderator has of a scan that they took. Contract: TakeConfirmation.

    ``secret`` ends the address of the image, which opens to ``session_id`` alone; so the secret is
    kept as it is, and whoever renews the lease has the same address. ``display_name`` is what the
    owner was called when the scan was taken.
    """

    moderator_id: UserId
    session_id: SessionId
    until: Instant
    display_name: str
    secret: str

    def is_live(self, now: Instant) -> bool:
        """Tells whether nobody else may take the scan."""
        return now < self.until


@dataclass(frozen=True, slots=True)
class ConfirmationScan:
    """A picture of a student record, and what was decided of it.

    Private: shown to its owner, to moderators and the operator only. There is a file, and may be a
    lease, only while it is pending. ``note`` is what whoever judged it tells the owner.
    """

    user_id: UserId
    file: FileKey
    uploaded_at: Instant
    state: Confirmation = Confirmation.PENDING
    judged_at: Instant | None = None
    reason: ScanReason | None = None
    scan_id: ScanId = field(kw_only=True)
    note: str | None = field(default=None, kw_only=True)
    lease: ReviewLease | None = field(default=None, kw_only=True)

    def lease_at(self, now: Instant) -> ReviewLease | None:
        """Finds the lease that keeps others from taking it; None where it lapsed, too."""
        return self.lease if self.lease is not None and self.lease.is_live(now) else None

    def judged(
        self,
        state: Confirmation,
        now: Instant,
        *,
        reason: ScanReason | None = None,
        note: str | None = None,
    ) -> ConfirmationScan:
        """Makes the scan as it is once it was judged, or has lost its tick; the lease ends."""
        return replace(self, state=state, judged_at=now, reason=reason, note=note, lease=None)


class ScanSeen(NamedTuple):
    """A scan and the bytes of its picture, as the operator sees it."""

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
        """Removes the tick until somebody has looked; whoever looks at the old one loses it.

        Raises BadPicture, PictureTooLarge, PersonNotFound, Unavailable. Contract: 9.10.
        """
        check_kinds(actor=actor)
        picture = await self.pictures.clean(image, owner=actor, max_side=SCAN_SIDE)
        key, scan_id = self.ids.file_key(picture.extension), ScanId(self.ids.scan_id())
        await self.files.put(scan_file_path(key), picture.content, picture.media_type)

        def work(unit: ports.Unit) -> FileKey | None:
            unit.profiles.lock(actor)  # who changes a scan comes after whoever changes the name
            earlier = unit.scans.lock(actor)
            unit.scans.put(ConfirmationScan(actor, key, unit.now(), scan_id=scan_id))
            return None if earlier is None else earlier.file

        try:
            replaced = await self.transact(work)
        except PersonNotFound:  # they have deleted their account meanwhile
            await delete_discarded(self.files, scan_file_path(key))
            raise
        if replaced is not None:
            await delete_discarded(self.files, scan_file_path(replaced))


@dataclass(frozen=True, slots=True)
class GetOwnScan:
    """Shows a person the scan that they handed in. Contract: 9.9."""

    observe: ports.Observe
    files: ports.Files

    async def __call__(self, *, actor: UserId) -> FileContent:
        """Reads its picture. Raises ScanNotFound where there is none that waits to be judged."""
        check_kinds(actor=actor)
        scan = await self.observe(lambda unit: unit.scans.find(actor))
        return await read_scan_picture(self.files, scan)

    async def measure(self, *, actor: UserId) -> FileSize:
        """Tells how large its picture is. Raises ScanNotFound where reading it does."""
        check_kinds(actor=actor)
        scan = await self.observe(lambda unit: unit.scans.find(actor))
        return await measure_scan_picture(self.files, scan)


async def read_scan_picture(files: ports.Files, scan: ConfirmationScan | None) -> FileContent:
    """Reads the picture of a scan that waits. Raises ScanNotFound, also where it has just gone."""
    path = _path_of_waiting(scan)
    try:
        return await files.get(path)
    except NoSuchFile:
        raise ScanNotFound from None


async def measure_scan_picture(files: ports.Files, scan: ConfirmationScan | None) -> FileSize:
    """Tells how large it is, of which a byte is read. Raises ScanNotFound as reading it does."""
    path = _path_of_waiting(scan)
    try:
        size = (await files.get_part(path, 0, 1)).file_size
    except NoSuchFile:
        raise ScanNotFound from None
    return FileSize(size, MEDIA_TYPES[path.rpartition(".")[2]])


def _path_of_waiting(scan: ConfirmationScan | None) -> str:
    """Tells where the picture of a scan is kept. Raises ScanNotFound of one that does not wait."""
    if scan is None or scan.state is not Confirmation.PENDING:
        raise ScanNotFound
    return scan_file_path(scan.file)


def remove_tick_for_new_name(unit: ports.Unit, user_id: UserId) -> None:
    """Removes the tick of one who has another name now; their profile is locked. Contract: 3.7."""
    scan = unit.scans.lock(user_id)
    if scan is not None and scan.state is Confirmation.APPROVED:
        now = unit.now()
        unit.scans.put(scan.judged(Confirmation.NONE, now, reason=ScanReason.RENAMED))


async def delete_discarded(files: ports.Files, path: str) -> None:
    """Deletes a file that no row needs any more; where that fails, it goes later."""
    with suppress(Unavailable):
        await files.delete(path)


def scan_file_path(key: FileKey) -> str:
    """Tells where a scan is kept; never under a public path."""
    return f"scans/{key}"
