"""The core's ports made real: databases, files, passwords, notifiers.

`embedded` is everything a program needs in its own process; `connect` is for a service whose
database is looked after by somebody. Both answer an `Attendance` that is still to be started.
"""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from attendance_adapters.errors import (
    BadAddress,
    CannotStart,
    PendingMigration,
    UnusableDatabase,
    UnusableFolder,
    WrongPragmas,
)
from attendance_adapters.files import ObjectFiles
from attendance_adapters.memory import MemoryStore
from attendance_adapters.notifiers import LocalNotifier, notifier_of
from attendance_adapters.service import Attendance
from attendance_adapters.system import SystemClock
from attendance_core.connections import Terms
from attendance_core.ports import Clock

__all__ = [
    "Attendance",
    "BadAddress",
    "CannotStart",
    "PendingMigration",
    "UnusableDatabase",
    "UnusableFolder",
    "WrongPragmas",
    "connect",
    "embedded",
    "migrate",
]

DATABASE_FILE = "attendance.db"
FILES_FOLDER = "files"
USUAL_TERMS = Terms()


def embedded(
    data_dir: Path | str | None = None,
    *,
    terms: Terms = USUAL_TERMS,
    clock: Clock | None = None,
) -> Attendance:
    """Everything in this process: in ``data_dir``, or in memory without one.

    The folder is made where there is none; its database is brought up to date at the start.
    Raises UnusableFolder.
    """
    time, notifier = clock or SystemClock(), LocalNotifier()
    if data_dir is None:
        store, files = MemoryStore(time, notifier), ObjectFiles.at("memory://")
        return Attendance(store=store, notifier=notifier, files=files, terms=terms)
    folder = _writable(Path(data_dir).absolute())
    from attendance_adapters.sql.migrate import sqlite_url, upgrade
    from attendance_adapters.sql.sqlite import SqliteStore

    database = folder / DATABASE_FILE
    return Attendance(
        store=SqliteStore(database, time, notifier),
        notifier=notifier,
        files=ObjectFiles.at(_writable(folder / FILES_FOLDER).as_uri()),
        terms=terms,
        prepare=partial(upgrade, sqlite_url(database)),
    )


def connect(
    database_url: str,
    *,
    files_url: str,
    notifier_url: str = "memory://",
    terms: Terms = USUAL_TERMS,
    clock: Clock | None = None,
) -> Attendance:
    """Over a database that is there, at sqlite:///path, and files at memory:// or file:///path.

    Processes that share a database tell each other what happens by way of the notifier, at
    redis://, valkey:// or postgresql://; one by itself needs none.

    It does not migrate: a database that is not at this version's revision makes the start raise
    PendingMigration. Raises BadAddress, UnusableFolder.
    """
    path = _sqlite_path(database_url)
    from attendance_adapters.sql.migrate import check
    from attendance_adapters.sql.sqlite import SqliteStore

    notifier = notifier_of(notifier_url)
    return Attendance(
        store=SqliteStore(path, clock or SystemClock(), notifier),
        notifier=notifier,
        files=_files(files_url),
        terms=terms,
        prepare=partial(check, path),
    )


def migrate(database_url: str) -> None:
    """Brings a database up to date, making it where there is none; blocks until it is done.

    Raises BadAddress, UnusableFolder, UnusableDatabase.
    """
    path = _sqlite_path(database_url)
    _writable(path.parent)
    from attendance_adapters.sql.migrate import sqlite_url, upgrade

    upgrade(sqlite_url(path))


def _sqlite_path(url: str) -> Path:
    """Raises BadAddress, without the secrets an address may have in it."""
    scheme, _, path = url.partition(":///")
    if scheme == "sqlite" and path not in {"", ":memory:"}:
        return Path(path).absolute()
    kind = urlsplit(url).scheme
    if kind.startswith("postgres"):
        raise BadAddress("PostgreSQL is not supported yet: a database is at sqlite:///path")
    named = f"a {kind}" if kind else "an unknown"
    raise BadAddress(f"a database is at sqlite:///path, not at {named} address")


def _files(url: str) -> ObjectFiles:
    try:
        return ObjectFiles.at(url)
    except ValueError as error:
        raise BadAddress(str(error)) from error
    except OSError as error:
        raise UnusableFolder(f"files cannot be kept at {url}: {error}") from error


def _writable(folder: Path) -> Path:
    """The folder, made for its owner alone where there was none. Raises UnusableFolder."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UnusableFolder(f"{folder} cannot be made: {error.strerror}") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UnusableFolder(f"{folder} cannot be written to")
    return folder
