"""Brings a database to the schema of this version, by one history for every engine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, create_engine, event, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from attendance_adapters.errors import PendingMigration, UnusableDatabase
from attendance_adapters.sql.addresses import without_password

T = TypeVar("T")
MIGRATIONS = Path(__file__).parent / "migrations"
# Number of PostgreSQL's advisory lock that one migration at a time holds; any that nobody else uses
ADVISORY_LOCK = 7_216_355_201


def upgrade(url: URL, revision: str = "head") -> None:
    """Brings a database to a revision, the newest unless given, from whichever it is at.

    Waits for a migration that another process has begun. Leaves a database as it is that a newer
    version of this code has migrated. Raises UnusableDatabase.
    """

    def run(connection: Connection) -> None:
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(ADVISORY_LOCK)))
        if not _is_from_newer_version(_revision_of(connection)):
            command.upgrade(_alembic_config(connection), revision)
        connection.commit()

    run_on_connection(url, run)


def is_current(url: URL) -> bool:
    """Tells whether a database is at the newest revision, or at that of a newer version.

    A newer version changes nothing that this one reads, so that both can run while one replaces
    the other. Raises UnusableDatabase.
    """
    revision = run_on_connection(url, _revision_of)
    newest = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    return revision == newest or _is_from_newer_version(revision)


def _revision_of(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _is_from_newer_version(revision: str | None) -> bool:
    """Tells whether this version does not know a revision."""
    known = {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}
    return revision is not None and revision not in known


def require_current(url: URL) -> None:
    """Requires that a database is there, and at the newest revision or a newer version's.

    Raises PendingMigration, UnusableDatabase.
    """
    is_file = url.get_backend_name() == "sqlite"
    if (is_file and not Path(url.database or "").is_file()) or not is_current(url):
        raise PendingMigration(
            f"the database {without_password(url)} is not up to date: run `attendance migrate`"
        )


def _alembic_config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def run_on_connection(url: URL, work: Callable[[Connection], T]) -> T:
    """Opens a connection, runs ``work`` on it, and returns what that returned.

    Raises UnusableDatabase.
    """
    try:
        if url.get_backend_name() == "sqlite":
            return _run_on_sqlite(url, work)
        with ThreadPoolExecutor(1) as thread:  # an event loop may run in the caller's thread
            return thread.submit(asyncio.run, _run_on_asyncpg(url, work)).result()
    except DBAPIError as error:
        raise UnusableDatabase(f"{without_password(url)}: {error.orig}") from error
    except OSError as error:
        raise UnusableDatabase(f"{without_password(url)}: {error}") from error


def _run_on_sqlite(url: URL, work: Callable[[Connection], T]) -> T:
    engine = create_engine(url)

    @event.listens_for(engine, "connect")
    def stop_implicit_commits(driver_connection: Any, _record: object) -> None:
        """Stops Python's driver from committing before each CREATE, ALTER or DROP."""
        driver_connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def begin_immediate(connection: Connection) -> None:
        """Lets the second of two migrations wait for the first, and find nothing to do."""
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    try:
        with engine.connect() as connection:
            return work(connection)
    finally:
        engine.dispose()


async def _run_on_asyncpg(url: URL, work: Callable[[Connection], T]) -> T:
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(work)
    finally:
        await engine.dispose()
