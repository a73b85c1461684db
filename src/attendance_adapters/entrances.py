"""What a program calls to have the adapters put together, or a database brought up to date."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import url2pathname

from attendance_adapters.errors import BadAddress, UnusableFolder
from attendance_adapters.missing_extras import needing
from attendance_adapters.notifiers import LocalNotifier, notifier_at
from attendance_adapters.service import Attendance
from attendance_adapters.service_ports import IdentityProvider, Passwords, SheetSource, Store
from attendance_adapters.shown_address import shown_address
from attendance_adapters.system import SystemClock
from attendance_core.arguments import check_kind
from attendance_core.marking.terms import DEFAULT_TERMS, Terms
from attendance_core.ports import Clock, Files

if TYPE_CHECKING:
    from sqlalchemy import URL

    from attendance_adapters.sql.postgres import PoolUse
    from attendance_adapters.sql.recount import Recount

DATABASE_FILE = "attendance.db"
FILES_FOLDER = "files"


def memory(
    *,
    terms: Terms = DEFAULT_TERMS,
    clock: Clock | None = None,
    files: Files | None = None,
    passwords: Passwords | None = None,
    provider: IdentityProvider | None = None,
    heartbeat: bool = True,
) -> Attendance:
    """Keeps everything in the memory of this process; needs nothing but the standard library.

    Files are kept there, too, unless others are given, and passwords as hashes by scrypt. To
    clean a picture raises MissingExtra where Pillow is not installed.
    """
    from attendance_adapters.in_memory import MemoryFiles, MemoryStore
    from attendance_adapters.scrypt_passwords import ScryptPasswords

    notifier = LocalNotifier()
    return Attendance(
        store=MemoryStore(clock or SystemClock(), notifier),
        notifier=notifier,
        files=files or MemoryFiles(),
        terms=terms,
        passwords=passwords or ScryptPasswords(),
        provider=provider,
        heartbeat=heartbeat,
    )


def embedded(
    data_dir: Path | str | None = None,
    *,
    terms: Terms = DEFAULT_TERMS,
    clock: Clock | None = None,
    provider: IdentityProvider | None = None,
    heartbeat: bool = True,
) -> Attendance:
    """Keeps everything in this process: in the folder ``data_dir``; without one as `memory` does.

    The folder is made if there is none; its database is brought up to date at the start. For
    reports and scripts there is ``heartbeat=False``, see `connect`. Raises UnusableFolder,
    MissingExtra.
    """
    if data_dir is None:
        return memory(terms=terms, clock=clock, provider=provider, heartbeat=heartbeat)
    clock, notifier = clock or SystemClock(), LocalNotifier()
    folder = _make_folder(Path(data_dir).absolute())
    with needing("databases"):
        from attendance_adapters.sql.addresses import sqlite_url
        from attendance_adapters.sql.sheet_facts import ReadInPlace
        from attendance_adapters.sql.sqlite import SqliteStore

    database = folder / DATABASE_FILE
    return Attendance(
        store=SqliteStore(database, clock, notifier),
        notifier=notifier,
        files=_open_files(_make_folder(folder / FILES_FOLDER).as_uri()),
        terms=terms,
        prepare=partial(_bring_up_to_date, sqlite_url(database), terms),
        sheet_source=ReadInPlace(database),
        provider=provider,
        heartbeat=heartbeat,
    )


def connect(
    database_url: str,
    *,
    files_url: str,
    notifier_url: str = "memory://",
    terms: Terms = DEFAULT_TERMS,
    clock: Clock | None = None,
    provider: IdentityProvider | None = None,
    heartbeat: bool = True,
) -> Attendance:
    """Uses a database that is there, and files at memory://, file:///path or s3://bucket/prefix.

    The database is at sqlite:///path, or at postgresql://user:password@host:port/name. With
    PostgreSQL the time is that of its own clock, unless ``clock`` is given.

    Processes that share a database hear of each other's announcements by way of the notifier, at
    redis://, valkey:// or postgresql://; one by itself needs none.

    With ``heartbeat=False``, for reports and scripts beside a service, no lease is taken and
    nothing is swept, and sockets cannot be opened.

    It does not migrate: a database that is not at this version's revision makes the start raise
    PendingMigration, and `migrate` brings it there. Raises BadAddress, UnusableFolder,
    MissingExtra.
    """
    url, notifier = _read_database_url(database_url), notifier_at(notifier_url)
    with needing("databases"):
        from attendance_adapters.sql.revisions import require_current
        from attendance_adapters.sql.sheet_facts import ReadForWorker, ReadInPlace

    store: Store
    sheet_source: SheetSource = ReadForWorker()
    pool_use: Callable[[], PoolUse] | None = None
    if url.get_backend_name() == "sqlite":
        from attendance_adapters.sql.sqlite import SqliteStore

        path = Path(str(url.database))
        store = SqliteStore(path, clock or SystemClock(), notifier)
        sheet_source = ReadInPlace(path)
    else:
        with needing("databases of PostgreSQL"):
            from attendance_adapters.sql.postgres import PostgresStore

        postgres_store = PostgresStore(url, notifier, clock=clock)
        store, pool_use = postgres_store, postgres_store.pool_use
    return Attendance(
        store=store,
        notifier=notifier,
        files=_open_files(files_url),
        terms=terms,
        prepare=partial(require_current, url),
        pool_use=pool_use,
        sheet_source=sheet_source,
        provider=provider,
        heartbeat=heartbeat,
    )


def openid_provider(
    *,
    issuer: str,
    client_id: str,
    client_secret: str,
    name: str,
    redirect_uri: str,
    confirmed_claim: str | None = None,
) -> IdentityProvider:
    """Has people log in by OpenID Connect at this issuer, which knows us by that id and secret.

    It sends them back to ``redirect_uri``; where the ``confirmed_claim`` is true it confirms them.
    Nothing is asked of it before somebody logs in. Raises MissingExtra.
    """
    with needing("log-ins by OpenID Connect"):
        from attendance_adapters.oidc import OpenIdProvider, Registration

    registration = Registration(issuer, client_id, client_secret, redirect_uri, confirmed_claim)
    return OpenIdProvider(registration, name)


def migrate(database_url: str, *, terms: Terms = DEFAULT_TERMS) -> None:
    """Brings a database up to date, from whichever revision; blocks until it is done.

    A file of SQLite is made where there is none; a database of PostgreSQL has to be there. Karma
    is counted by ``terms``, so that it is read fast with these. Raises BadAddress, UnusableFolder,
    UnusableDatabase, MissingExtra.
    """
    url = _read_database_url(database_url)
    if url.get_backend_name() == "sqlite":
        _make_folder(Path(str(url.database)).parent)
    _bring_up_to_date(url, terms)


def recount_karma(database_url: str) -> Recount:
    """Counts karma anew from the ledger, beside services that use the database; blocks.

    Answers how many months of people there are, and how many of them had been counted wrong.
    Raises BadAddress, UnusableDatabase, PendingMigration.
    """
    url = _read_database_url(database_url)
    from attendance_adapters.sql.recount import recount
    from attendance_adapters.sql.revisions import require_current

    require_current(url)
    return recount(url)


def _bring_up_to_date(url: URL, terms: Terms) -> None:
    from attendance_adapters.sql.migrate import upgrade
    from attendance_adapters.sql.recount import apply_rule

    upgrade(url)
    apply_rule(url, terms)


def _read_database_url(address: str) -> URL:
    """Reads an address.

    Raises MissingExtra, TypeError; BadAddress, in whose text are none of its secrets.
    """
    check_kind("database_url", address, str)
    with needing("databases"):
        from attendance_adapters.sql.addresses import POSTGRES_SCHEMES, postgres_url, sqlite_url

    prefix, _, path = address.partition(":///")
    if prefix == "sqlite" and path not in {"", ":memory:"}:
        return sqlite_url(Path(path).absolute())
    scheme = address.partition("://")[0] if "://" in address else ""
    if scheme in POSTGRES_SCHEMES:
        try:
            return postgres_url(address)
        except ValueError as error:
            raise BadAddress(str(error)) from None
    raise BadAddress(
        "a database is at sqlite:///path or postgresql://host/name, "
        f"not at {shown_address(address)}"
    )


def _open_files(url: str) -> Files:
    """Opens the files, whose folder is made.

    Raises BadAddress, UnusableFolder, MissingExtra, TypeError.
    """
    check_kind("files_url", url, str)
    with needing("files in folders and buckets"):
        from attendance_adapters.files import files_at

    try:
        if url.startswith("file:///"):
            _make_folder(Path(url2pathname(urlsplit(url).path)))  # scans are nobody else's to read
        return files_at(url)
    except ValueError as error:
        raise BadAddress(str(error)) from error
    except OSError as error:
        raise UnusableFolder(f"files cannot be kept at {url}: {error}") from error


def _make_folder(folder: Path) -> Path:
    """Makes a folder for its owner alone, if there is none, and returns it.

    Raises UnusableFolder where it cannot be made or written to.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UnusableFolder(f"{folder} cannot be made: {error.strerror}") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UnusableFolder(f"{folder} cannot be written to")
    return folder
