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
from attendance_adapters.sql.addresses import shown

T = TypeVar("T")
MIGRATIONS = Path(__file__).parent / "migrations"
# PostgreSQL's advisory lock that one migration at a time holds; any number that nobody else takes
LOCK = 7_216_355_201


def upgrade(url: URL, revision: str = "head") -> None:
    """To a revision, the newest unless told otherwise, from whichever.

    One that another process has begun is waited for. A database that a newer version of this code
    has migrated is left as it is. Raises UnusableDatabase.
    """

    def run(connection: Connection) -> None:
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(LOCK)))
        if not _is_ahead(_found(connection)):
            command.upgrade(_config(connection), revision)
        connection.commit()

    over(url, run)


def is_current(url: URL) -> bool:
    """Whether the database is at the newest revision, or ahead of this version.

    A newer version changes nothing that this one reads, so that both can run while one replaces
    the other. Raises UnusableDatabase.
    """
    found = over(url, _found)
    return found == ScriptDirectory(str(MIGRATIONS)).get_current_head() or _is_ahead(found)


def _found(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _is_ahead(revision: str | None) -> bool:
    """Whether it is one that this version does not know."""
    known = {each.revision for each in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}
    return revision is not None and revision not in known


def check(url: URL) -> None:
    """Raises PendingMigration where there is no such file, or not of the newest revision.

    Raises UnusableDatabase as well.
    """
    is_file = url.get_backend_name() == "sqlite"
    if (is_file and not Path(url.database or "").is_file()) or not is_current(url):
        raise PendingMigration(
            f"the database {shown(url)} is not up to date: run `attendance migrate`"
        )


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def over(url: URL, work: Callable[[Connection], T]) -> T:
    """What ``work`` answers over a connection of its own."""
    try:
        if url.get_backend_name() == "sqlite":
            return _over_sqlite(url, work)
        with ThreadPoolExecutor(1) as thread:  # the caller's may have a loop that runs
            return thread.submit(asyncio.run, _over_asyncpg(url, work)).result()
    except DBAPIError as error:
        raise UnusableDatabase(f"{shown(url)}: {error.orig}") from error
    except OSError as error:
        raise UnusableDatabase(f"{shown(url)}: {error}") from error


def _over_sqlite(url: URL, work: Callable[[Connection], T]) -> T:
    engine = create_engine(url)

    @event.listens_for(engine, "connect")
    def by_hand(driver: Any, _record: object) -> None:
        """Python's driver would commit before each statement that defines something."""
        driver.isolation_level = None

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        """Of two that migrate at once the second waits, and finds nothing to do."""
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    try:
        with engine.connect() as connection:
            return work(connection)
    finally:
        engine.dispose()


async def _over_asyncpg(url: URL, work: Callable[[Connection], T]) -> T:
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(work)
    finally:
        await engine.dispose()
