"""How a transaction function is run on SQLite.

One writer thread takes every function that waits and runs each within a savepoint of its own;
one COMMIT makes all of them durable. Answers, refusals and announcements leave after it, never
before. Reads run beside it, each at one moment of the committed truth.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.pool import QueuePool, StaticPool

from attendance_adapters.errors import WrongPragmas
from attendance_adapters.sql.migrate import sqlite_url
from attendance_adapters.sql.refusals import refusal_of
from attendance_adapters.sql.unit import SqlUnit
from attendance_core import ports
from attendance_core.announcements import Announcement
from attendance_core.errors import Unavailable

T = TypeVar("T")
logger = logging.getLogger(__name__)

GROUP_MOST = 64  # functions that share one COMMIT
READERS = 2  # threads that read beside the writer
BUSY_MILLISECONDS = 5000
PRAGMAS: dict[str, str | int] = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


@dataclass(slots=True)
class _Job:
    """A function that was handed over, and where its answer goes."""

    work: Callable[[ports.Unit], Any]
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]
    answer: Any = None
    error: BaseException | None = None
    announcements: list[Announcement] | None = None


class SqliteStore:
    """`ports.Transact` and `ports.Observe` over one file, for one process."""

    def __init__(self, path: Path, clock: ports.Clock, notifier: ports.Notifier) -> None:
        self._clock = clock
        self._notifier = notifier
        self._writing = _engine(path, StaticPool)
        self._reading = _engine(path, QueuePool, pool_size=READERS, max_overflow=0)
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="attendance-reader")
        self._writer = threading.Thread(
            target=self._write_for_ever, name="attendance-writer", daemon=True
        )
        self._closed = False

    async def start(self) -> None:
        """Raises WrongPragmas where SQLite does not keep what we need it to."""
        with self._writing.connect() as connection:
            for name, wanted in PRAGMAS.items():
                found = connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
                if found != wanted:
                    raise WrongPragmas(f"PRAGMA {name} is {found!r} and not {wanted!r}")
        self._writer.start()

    async def close(self) -> None:
        """Carries out what was handed over, then lets go of the file."""
        self._closed = True
        if self._writer.is_alive():
            self._jobs.put(None)
            await asyncio.to_thread(self._writer.join)
        self._readers.shutdown()
        self._reading.dispose()
        self._writing.dispose()

    async def transact(self, work: Callable[[ports.Unit], T]) -> T:
        """What ``work`` returned, after COMMIT, also when the caller has gone meanwhile."""
        if self._closed:
            raise Unavailable
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._jobs.put(_Job(work, loop, future))
        return await asyncio.shield(future)

    async def observe(self, look: Callable[[ports.Unit], T]) -> T:
        """What ``look`` returned; it cannot write."""
        if self._closed:
            raise Unavailable
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._look, look)

    def _look(self, look: Callable[[ports.Unit], T]) -> T:
        try:
            with self._reading.connect() as connection:
                connection.exec_driver_sql("PRAGMA query_only = ON")
                connection.exec_driver_sql("BEGIN")
                try:
                    return look(SqlUnit(connection, self._clock.now))
                finally:
                    connection.exec_driver_sql("ROLLBACK")
        except DBAPIError as error:
            raise _ours(error) from error

    def _write_for_ever(self) -> None:
        with self._writing.connect() as connection:
            last = False
            while not last:
                jobs = [self._jobs.get()]
                while len(jobs) < GROUP_MOST and not self._jobs.empty():
                    jobs.append(self._jobs.get())
                last = None in jobs
                group = [job for job in jobs if job is not None]
                if group:
                    self._write(connection, group)
                    _hand_over(group, self._notifier)

    def _write(self, connection: Connection, group: list[_Job]) -> None:
        """Runs a group and commits it; a failed COMMIT fails all of it."""
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        try:
            driver.execute("BEGIN IMMEDIATE")
            for job in group:
                self._run(connection, driver, job)
            driver.execute("COMMIT")
        except Exception as error:
            logger.exception("a group of transactions was not committed")
            if driver.in_transaction:
                driver.execute("ROLLBACK")
            for job in group:
                job.announcements = None
                job.error = _ours(error)

    def _run(self, connection: Connection, driver: sqlite3.Connection, job: _Job) -> None:
        """Runs one function; what it raises is its own and touches no neighbour."""
        unit = SqlUnit(connection, self._clock.now)
        driver.execute("SAVEPOINT work")
        try:
            job.answer = job.work(unit)
            job.announcements = unit.announcements
        except BaseException as error:
            if not driver.in_transaction:
                raise  # SQLite has rolled the whole group back
            driver.execute("ROLLBACK TO work")
            job.error = _ours(error)
        driver.execute("RELEASE work")


def _hand_over(group: list[_Job], notifier: ports.Notifier) -> None:
    """Gives the answers of one group back, in one step of each loop that waits for any."""

    def deliver(jobs: list[_Job]) -> None:
        for job in jobs:
            for announcement in job.announcements or ():
                notifier.publish(announcement)
            if job.future.done():
                continue
            if job.error is None:
                job.future.set_result(job.answer)
            else:
                job.future.set_exception(job.error)
                job.future.exception()  # seen: its caller may have gone

    for loop in {job.loop for job in group}:
        try:
            loop.call_soon_threadsafe(deliver, [job for job in group if job.loop is loop])
        except RuntimeError:
            logger.warning("a loop was closed before its answers came")


def _ours(error: BaseException) -> BaseException:
    """The refusal a constraint stands for, Unavailable for a failing engine, else as it is."""
    if isinstance(error, IntegrityError):
        return refusal_of(error) or error
    if isinstance(error, DBAPIError | sqlite3.OperationalError):
        driver = error.orig if isinstance(error, DBAPIError) else error
        if isinstance(driver, sqlite3.OperationalError):
            failing = Unavailable()
            failing.__cause__ = error
            return failing
    return error


def _engine(path: Path, pool: type[Any], **options: Any) -> Engine:
    engine = create_engine(
        sqlite_url(path),
        poolclass=pool,
        connect_args={"check_same_thread": False, "isolation_level": None},
        isolation_level="AUTOCOMMIT",  # transactions are begun and ended by hand
        skip_autocommit_rollback=True,
        **options,
    )

    @event.listens_for(engine, "connect")
    def prepare(driver: sqlite3.Connection, _record: object) -> None:
        driver.execute("PRAGMA journal_mode = WAL")
        driver.execute("PRAGMA synchronous = FULL")
        driver.execute("PRAGMA foreign_keys = ON")
        driver.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")

    return engine
