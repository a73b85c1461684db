"""Brings a database to the schema of this version, by one history for every engine."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from time import sleep
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import URL, Connection, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from attendance_adapters.errors import PendingMigration, UnusableDatabase
from attendance_adapters.sql.addresses import without_password
from attendance_adapters.sql.migration_steps import keep_others_out, met_a_lock
from attendance_core.vocabulary import Seconds

T = TypeVar("T")
MIGRATIONS = Path(__file__).parent / "migrations"
PAUSE_SECONDS: Seconds = 0.1  # between two batches, in which whoever waits on SQLite goes on
# How often what meets a lock is tried again, and how long after: a backup goes on for minutes
MAX_ATTEMPTS = 200
RETRY_SECONDS: Seconds = 3.0
logger = logging.getLogger(__name__)


def upgrade(url: URL, revision: str = "head") -> None:
    """Brings a database to a revision, the newest unless given, from whichever it is at.

    Each revision is a transaction of its own, and each batch of one that goes through many rows:
    whoever writes meanwhile waits for no more than a batch, and where a process dies the next one
    goes on. Waits for a migration that another process has begun. Leaves a database as it is that
    a newer version of this code has migrated. Raises UnusableDatabase.
    """

    def run(connection: Connection) -> None:
        keep_others_out(connection)
        try_patiently(connection, lambda: _take_steps(connection, revision))

    run_on_connection(url, run)


def try_patiently(connection: Connection, work: Callable[[], T]) -> T:
    """Runs work, and again for some minutes where others lock what it needs on PostgreSQL."""
    for attempt in range(MAX_ATTEMPTS):
        try:
            return work()
        except DBAPIError as error:
            connection.rollback()
            if not met_a_lock(error) or attempt == MAX_ATTEMPTS - 1:
                raise
            if attempt == 0:
                logger.warning("the migration waits for others, who lock what it changes")
        sleep(RETRY_SECONDS)
    raise AssertionError


def _take_steps(connection: Connection, target: str) -> None:
    """Takes a step a transaction, which begins by looking what is to be done.

    So two processes may go on by turns, as they do on SQLite: each from where the other was.
    """
    while (script := _next_script(connection, target)) is not None:
        in_batches = getattr(script.module, "in_batches", None)
        for _ in in_batches(connection) if in_batches is not None else ():
            connection.commit()
            sleep(PAUSE_SECONDS)
            after = _next_script(connection, target)
            if after is None or after.revision != script.revision:
                break  # another process has done the rest
        else:
            command.upgrade(_alembic_config(connection), script.revision)
        connection.commit()


def _next_script(connection: Connection, target: str) -> Script | None:
    """Finds the revision that comes behind the one the database is at.

    Returns None at the target, behind it, and where a newer version has migrated.
    """
    revision = _revision_of(connection)
    path = [*_scripts().walk_revisions("base", target)][::-1]
    if revision is None:
        return path[0]
    behind = itertools.dropwhile(lambda script: script.revision != revision, path)
    return next(itertools.islice(behind, 1, None), None)


def is_current(url: URL) -> bool:
    """Tells whether a database is at the newest revision, or at that of a newer version.

    A newer version changes nothing that this one reads, so that both can run while one replaces
    the other. Raises UnusableDatabase.
    """
    revision = run_on_connection(url, _revision_of)
    newest = _scripts().get_current_head()
    return revision == newest or _is_from_newer_version(revision)


@cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(MIGRATIONS))


def _revision_of(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _is_from_newer_version(revision: str | None) -> bool:
    """Tells whether this version does not know a revision."""
    known = {script.revision for script in _scripts().walk_revisions()}
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
