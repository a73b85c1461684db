"""Which revision a database is at, looked up without what only migrations need.

Whoever serves asks at the start, and neither loads nor keeps all that can change a schema.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, create_engine, event, inspect
from sqlalchemy.exc import DBAPIError

from attendance_adapters.errors import PendingMigration, UnusableDatabase
from attendance_adapters.sql.addresses import without_password

T = TypeVar("T")
MIGRATIONS = Path(__file__).parent / "migrations"
TABLE = "alembic_version"


def is_current(url: URL) -> bool:
    """Tells whether a database is at the newest revision, or at that of a newer version.

    A newer version changes nothing that this one reads, so that both can run while one replaces
    the other. Raises UnusableDatabase.
    """
    revision = run_on_connection(url, revision_of)
    *earlier, _ = known_revisions()
    return revision is not None and revision not in earlier


@cache
def known_revisions() -> tuple[str, ...]:
    """Lists those of this version in their order, by the names of their files."""
    return tuple(sorted(path.name[:4] for path in MIGRATIONS.glob("versions/[0-9]*.py")))


def revision_of(connection: Connection) -> str | None:
    """Reads the revision of a database; None where nobody has migrated it."""
    if not inspect(connection).has_table(TABLE):
        return None
    found = connection.exec_driver_sql(f"SELECT version_num FROM {TABLE}")
    revision: str | None = found.scalar_one_or_none()
    return revision


def require_current(url: URL) -> None:
    """Requires that a database is there, and at the newest revision or a newer version's.

    Raises PendingMigration, UnusableDatabase.
    """
    is_file = url.get_backend_name() == "sqlite"
    if (is_file and not Path(url.database or "").is_file()) or not is_current(url):
        raise PendingMigration(
            f"the database {without_password(url)} is not up to date: run `attendance migrate`"
        )


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
    from sqlalchemy.ext.asyncio import create_async_engine

    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(work)
    finally:
        await engine.dispose()
