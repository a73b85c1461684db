"""What migrations and recounts run by: a connection of their own, and patience with others.

Services read and write meanwhile. PostgreSQL queues everybody behind a statement that waits for a
lock of a whole table, so such a statement soon gives up, and is tried again. Of two migrations the
second waits outside of any transaction, since the first may build an index beside writers, and that
waits for whatever has begun before.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import sleep
from typing import Any, Final, TypeVar

from sqlalchemy import URL, Connection, create_engine, event, func, select
from sqlalchemy.exc import DBAPIError

from attendance_adapters.errors import UnusableDatabase
from attendance_adapters.sql.addresses import without_password
from attendance_core.vocabulary import Seconds

T = TypeVar("T")
BATCH_PAUSE_SECONDS: Seconds = 0.1  # between two batches, in which whoever waits on SQLite goes on
# How often what meets a lock is run, and how long after the last time: a backup takes minutes
MAX_RUNS = 200
RERUN_PAUSE_SECONDS: Seconds = 3.0
# Number of the advisory lock of PostgreSQL that one of these at a time holds; any that is free does
ADVISORY_LOCK: Final = 7_216_355_201
ASK_EVERY: Seconds = 0.2  # whether the other one is done
LOCK_TIMEOUT_MILLISECONDS: Final = 1_000  # a service gives up after twice as long
# How long whoever has a SQLite file locked is waited for: by a service that starts, and by what
# works on a whole database behind another such, whose step may be long on a slow disk
SQLITE_BUSY_SECONDS: Final[Seconds] = 5.0
LONG_SQLITE_BUSY_SECONDS: Final[Seconds] = 60.0
LOCK_SQLSTATES: Final = frozenset({"55P03", "40P01"})  # a lock not got in time, a deadlock
logger = logging.getLogger(__name__)


def run_on_connection(
    url: URL,
    work: Callable[[Connection], T],
    *,
    sqlite_busy_seconds: Seconds = SQLITE_BUSY_SECONDS,
) -> T:
    """Opens a connection, runs ``work`` on it, and returns what that returned.

    What ``work`` has not committed is rolled back. Whoever has a SQLite file locked is waited for,
    for ``sqlite_busy_seconds``; on PostgreSQL `keep_others_out` and `run_patiently` wait. Raises
    UnusableDatabase.
    """
    try:
        if url.get_backend_name() == "sqlite":
            return _run_on_sqlite(url, work, sqlite_busy_seconds)
        with ThreadPoolExecutor(1) as thread:  # an event loop may run in the caller's thread
            return thread.submit(asyncio.run, _run_on_asyncpg(url, work)).result()
    except DBAPIError as error:
        raise UnusableDatabase(f"{without_password(url)}: {error.orig}") from error
    except OSError as error:
        raise UnusableDatabase(f"{without_password(url)}: {error}") from error


def keep_others_out(connection: Connection) -> None:
    """Waits until no other process migrates or recounts; lets none while ``connection`` is open.

    From then on a statement waits for a lock for 1 s at most. Does nothing on SQLite, where each
    transaction locks the file, and a migration begins each by asking how far another one has come.
    """
    if connection.dialect.name != "postgresql":
        return
    while not connection.execute(select(func.pg_try_advisory_lock(ADVISORY_LOCK))).scalar_one():
        connection.rollback()
        sleep(ASK_EVERY)
    connection.exec_driver_sql(f"SET lock_timeout = {LOCK_TIMEOUT_MILLISECONDS}")
    connection.commit()


def run_patiently(connection: Connection, work: Callable[[], T]) -> T:
    """Runs ``work``, on PostgreSQL again and again for ten minutes where others lock what it needs.

    Raises what ``work`` raises, and DBAPIError where it still meets a lock then.
    """
    for past_run_count in range(MAX_RUNS):
        try:
            return work()
        except DBAPIError as error:
            connection.rollback()
            if not _met_a_lock(error) or past_run_count == MAX_RUNS - 1:
                raise
            if past_run_count == 0:
                logger.warning("the migration waits for others, who lock what it changes")
        sleep(RERUN_PAUSE_SECONDS)
    raise AssertionError


def _met_a_lock(error: DBAPIError) -> bool:
    """Tells whether a statement of PostgreSQL gave up because others lock what it needs."""
    driver_error: Any = error.driver_exception
    return getattr(driver_error, "sqlstate", None) in LOCK_SQLSTATES


def _run_on_sqlite(url: URL, work: Callable[[Connection], T], sqlite_busy_seconds: Seconds) -> T:
    engine = create_engine(url, connect_args={"timeout": sqlite_busy_seconds})

    @event.listens_for(engine, "connect")
    def set_up(driver_connection: Any, _record: object) -> None:
        """Has Python's driver commit nothing by itself before a CREATE, and wipe what goes."""
        driver_connection.isolation_level = None
        driver_connection.execute("PRAGMA secure_delete = ON")  # as a service has it

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
