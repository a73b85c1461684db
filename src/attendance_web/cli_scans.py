"""What an operator does with scans, on the machine of the service. Contract: 3, 9.10.

A command may run beside the service: both write the same database, one after the other.
"""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

from attendance_core.errors import PersonNotFound, ScanNotFound
from attendance_core.folding import search_fold
from attendance_core.ports import NoSuchFile
from attendance_core.profiles import ConfirmationScan, ScanReason, ScanSeen
from attendance_core.use_cases import UseCases
from attendance_core.vocabulary import FileKey, UserId
from attendance_web.cli_times import format_time
from attendance_web.cli_use_cases import run_with_use_cases
from attendance_web.private_files import create_private
from attendance_web.settings import Settings

KEY_SEPARATOR = "~"  # in a key, between the file and the hash of the name
NAME_HASH_DIGITS = 12  # of its SHA-256, in hexadecimal: no other name has them by chance


class WrongKey(Exception):
    """The key is not that of the scan there is now: there is none, a later one, or another name."""


def list_pending(settings: Settings) -> list[str]:
    """Makes a line for each scan nobody has judged, oldest first; one that says so without any.

    Raises CannotStart, Unavailable.
    """

    async def use(use_cases: UseCases) -> list[str]:
        return [await _scan_line(use_cases, scan) for scan in await use_cases.get_pending_scans()]

    return run_with_use_cases(settings, use) or ["nobody waits"]


def show(settings: Settings, user_id: int, to: Path | None) -> list[str]:
    """Writes the picture of a scan to a file; answers two lines: where that is, and whose it is.

    Without ``to`` the file is in a new folder that only whoever runs this may open. Raises
    CannotStart, Unavailable, ScanNotFound, NoSuchFile; OSError, also where ``to`` is there already.
    """

    async def use(use_cases: UseCases) -> list[str]:
        scan, content = await _read_present(use_cases, UserId(user_id))
        path = to
        if path is None:
            folder = Path(tempfile.mkdtemp(prefix="attendance-"))
            path = folder / f"scan-{user_id}{Path(scan.file).suffix}"
        with create_private(path) as picture:
            picture.write(content)
        return [str(path), await _scan_line(use_cases, scan)]

    return run_with_use_cases(settings, use)


def judge(
    settings: Settings,
    user_id: int,
    key: str,
    *,
    approve: bool,
    reason: str = ScanReason.OTHER.value,
    note: str = "",
) -> str:
    """Approves or rejects a scan; answers what was done.

    ``reason`` is the value of a `ScanReason`. Raises CannotStart, Unavailable, BadLength,
    BadCharacters; WrongKey for a key that is not the present one.
    """

    async def use(use_cases: UseCases) -> str:
        owner_id, file = UserId(user_id), FileKey(key.partition(KEY_SEPARATOR)[0])
        try:
            owner = await use_cases.get_profile(actor=owner_id, user_id=owner_id)
            name = owner.profile.display_name
            if key != _key(file, name):
                raise ScanNotFound
            await use_cases.judge_scan(
                user_id=owner_id,
                file=file,
                approve=approve,
                display_name=name,
                reason=ScanReason(reason),
                note=note,
            )
        except (ScanNotFound, PersonNotFound):
            raise WrongKey(
                f"person {user_id} has no scan with this key; it may have been replaced, "
                "or the person may have another name: see attendance scans list"
            ) from None
        return f"the scan of person {user_id} is {'approved' if approve else 'rejected'}"

    return run_with_use_cases(settings, use)


async def _read_present(use_cases: UseCases, user_id: UserId) -> ScanSeen:
    """Reads the scan of a person and its picture; the later one, where it is replaced meanwhile.

    Raises Unavailable, ScanNotFound; NoSuchFile where the row names a file that is not there.
    """
    missing = ""  # the file that was not there; the same a second time is lost, not replaced
    while True:
        try:
            return await use_cases.read_scan(user_id=user_id)
        except NoSuchFile as error:
            if missing == str(error):
                raise
            missing = str(error)


async def _scan_line(use_cases: UseCases, scan: ConfirmationScan) -> str:
    owner = await use_cases.get_profile(actor=scan.user_id, user_id=scan.user_id)
    name, at = owner.profile.display_name, format_time(scan.uploaded_at)
    state = scan.state.value if scan.reason is None else f"{scan.state.value}: {scan.reason.value}"
    return f"{scan.user_id}\t{name}\t{at}\t{state}\t{_key(scan.file, name)}"


def _key(file: FileKey, display_name: str) -> str:
    """Makes the key of what is judged: a scan, and the name it was compared with. Contract: 3.7."""
    name_hash = hashlib.sha256(search_fold(display_name).encode()).hexdigest()
    return f"{file}{KEY_SEPARATOR}{name_hash[:NAME_HASH_DIGITS]}"
