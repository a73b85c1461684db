"""Folders for what is written meanwhile, of which none outlives the next start. Decision 0019.

Each is locked by whoever uses it, so a lock that can be had says that all of them have died.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple

PREFIX: Final = "attendance-sheet-"


class ScratchFolder(NamedTuple):
    """A folder, and the file descriptor that locks it for as long as any process has it open."""

    path: str
    lock: int


@contextmanager
def scratch_folder() -> Iterator[ScratchFolder]:
    """Makes a folder, which goes with the block. Raises OSError."""
    folder = _made()
    try:
        yield folder
    finally:
        shutil.rmtree(folder.path, ignore_errors=True)
        os.close(folder.lock)


def sweep_scratch_folders() -> None:
    """Removes those whose users were killed; leaves what is used, or is somebody else's."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            lock = _locked(path)
            try:
                if os.fstat(lock).st_uid == os.geteuid():
                    shutil.rmtree(path, ignore_errors=True)
            finally:
                os.close(lock)


def _made() -> ScratchFolder:
    while True:
        path = tempfile.mkdtemp(prefix=PREFIX)
        with suppress(FileNotFoundError, BlockingIOError):  # it was swept before it was locked
            lock = _locked(Path(path))
            if os.path.isdir(path):
                return ScratchFolder(path, lock)
            os.close(lock)


def _locked(path: Path) -> int:
    """Locks a folder, and answers what keeps it locked. Raises BlockingIOError, OSError."""
    opened = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BaseException:
        os.close(opened)
        raise
    return opened
