"""The core's ports made real: databases, files, passwords, notifiers.

`embedded` is everything a program needs in its own process; `connect` is for a service whose
database is looked after by somebody. Both answer an `Attendance` that is still to be started.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import url2pathname

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
from attendance_adapters.service import Attendance, Store
from attendance_adapters.system import SystemClock
from attendance_core.marking.connections import Terms
from attendance_core.ports import Clock
from attendance_core.version import __version__

if TYPE_CHECKING:
    from sqlalchemy import URL

__all__ = [
    "Attendance",
    "BadAddress",
    "CannotStart",
    "PendingMigration",
    "UnusableDatabase",
    "UnusableFolder",
    "WrongPragmas",
    "__version__",
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
    from attendance_adapters.sql.addresses import sqlite_url
    from attendance_adapters.sql.migrate import upgrade
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
    """Over a database that is there, and files at memory:// or file:///path.

    The database is at sqlite:///path, or at postgresql://user:password@host:port/name. There its
    own clock is the time, unless ``clock`` is given.

    Processes that share a database tell each other what happens by way of the notifier, at
    redis://, valkey:// or postgresql://; one by itself needs none.

    It does not migrate: a database that is not at this version's revision makes the start raise
    PendingMigration. Raises BadAddress, UnusableFolder.
    """
    url, notifier = _database(database_url), notifier_of(notifier_url)
    from attendance_adapters.sql.migrate import check

    store: Store
    pool: Callable[[], tuple[int, int]] | None = None
    if url.get_backend_name() == "sqlite":
        from attendance_adapters.sql.sqlite import SqliteStore

        store = SqliteStore(Path(str(url.database)), clock or SystemClock(), notifier)
    else:
        from attendance_adapters.sql.postgres import PostgresStore

        store = on_server = PostgresStore(url, notifier, clock=clock)
        pool = on_server.pool
    return Attendance(
        store=store,
        notifier=notifier,
        files=_files(files_url),
        terms=terms,
        prepare=partial(check, url),
        pool=pool,
    )


def migrate(database_url: str) -> None:
    """Brings a database up to date, from whichever revision; blocks until it is done.

    A file of SQLite is made where there is none; a database of PostgreSQL has to be there.
    Raises BadAddress, UnusableFolder, UnusableDatabase.
    """
    url = _database(database_url)
    if url.get_backend_name() == "sqlite":
        _writable(Path(str(url.database)).parent)
    from attendance_adapters.sql.migrate import upgrade

    upgrade(url)


def _database(address: str) -> URL:
    """Raises BadAddress, without the secrets an address may have in it."""
    from attendance_adapters.sql.addresses import POSTGRES, postgres_url, sqlite_url

    scheme, _, path = address.partition(":///")
    if scheme == "sqlite" and path not in {"", ":memory:"}:
        return sqlite_url(Path(path).absolute())
    kind = address.partition("://")[0] if "://" in address else ""
    if kind in POSTGRES:
        try:
            return postgres_url(address)
        except ValueError as error:
            raise BadAddress(str(error)) from None
    named = f"a {kind}" if kind.isidentifier() else "an unknown"
    raise BadAddress(
        f"a database is at sqlite:///path or postgresql://host/name, not at {named} address"
    )


def _files(url: str) -> ObjectFiles:
    """Raises BadAddress, UnusableFolder."""
    try:
        if url.startswith("file:///"):
            _writable(Path(url2pathname(urlsplit(url).path)))  # scans are nobody else's to read
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
