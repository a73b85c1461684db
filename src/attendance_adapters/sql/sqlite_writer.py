"""The one thread that writes to SQLite: a group of transaction functions, one COMMIT.

Each function runs within a savepoint of its own, so that what it raises harms no other function.
Results, refusals (they may rest on what another function of the group wrote) and announcements
leave after COMMIT, never before; a COMMIT that fails fails the whole group.

Whoever comes faster than the disk is told so: the queue is bounded, and what has waited in it for
`QUEUE_SECONDS` is not begun any more, since its caller would not wait for the end of it.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from attendance_adapters.give_way import give_way_until
from attendance_adapters.sql.failures import safe_to_raise, unavailable_because
from attendance_adapters.sql.sqlite_driver import SqliteExecutor
from attendance_adapters.sql.unit import SqlUnit
from attendance_core import ports
from attendance_core.errors import Unavailable
from attendance_core.marking.announcements import Announcement
from attendance_core.vocabulary import Seconds

T = TypeVar("T")
# Functions that share one COMMIT, for which the first waits: of confirms, at the 9 810 a second of
# decision 0002, that is 7 ms
MAX_GROUP_SIZE = 64
MAX_QUEUED = 4_000  # functions; a slow disk, with 15 COMMITs a second, does as many in 4 s
QUEUE_SECONDS: Seconds = 4.0  # Contract: 1.16, of whose 5 s the rest is for the work

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Job:
    """Holds a function that was handed over, what became of it, and who waits for that."""

    work: Callable[[ports.Unit], Any]
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]
    queued_at: Seconds  # monotonic clock
    result: Any = None
    error: BaseException | None = None
    announcements: list[Announcement] = field(default_factory=list)


class ErasedCounts(NamedTuple):
    """Counts what was erased, of which the file of the database may still have something."""

    people: int
    file_names: int  # of scans


class Writer:
    """Takes functions from any event loop and runs all it took, in a thread of its own."""

    def __init__(self, clock: ports.Clock, notifier: ports.Notifier, max_group_size: int) -> None:
        self._clock = clock
        self._notifier = notifier
        self._max_group_size = max_group_size
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()  # None: the end
        self._put_lock = threading.Lock()  # nothing is put into the queue behind its end
        self._is_open = False
        self._unit: SqlUnit | None = None  # once it is started
        self.abandoned_count = 0  # functions that nobody waits for any more, and that are not done
        self._thread: threading.Thread | None = None

    def start(self, connection: sqlite3.Connection) -> None:
        """Starts the thread; from now on functions are taken."""
        # One for all, since on this engine its repositories know nothing of a transaction
        self._unit = SqlUnit(SqliteExecutor(connection), self._clock.now)
        self._thread = threading.Thread(
            target=self._run_jobs,
            args=(connection, self._unit),
            name="attendance-writer",
            daemon=True,
        )
        self._thread.start()
        self._is_open = True

    @property
    def erased_counts(self) -> ErasedCounts:
        """How much was erased here since the start, or is about to be."""
        unit = self._unit
        if unit is None:
            return ErasedCounts(0, 0)
        return ErasedCounts(unit.leavers.erased_count, unit.scans.forgotten_count)

    def close(self) -> None:
        """Takes no more functions and returns when all that were taken are done; idempotent."""
        with self._put_lock:
            if self._is_open:
                self._is_open = False
                self._jobs.put(None)
        if self._thread is not None:
            self._thread.join()

    def hand_over(self, work: Callable[[ports.Unit], T]) -> asyncio.Future[T]:
        """Takes a function and returns the future of its result.

        Raises Unavailable before the start, after the end, and where too many wait already.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        with self._put_lock:
            if not self._is_open or self._jobs.qsize() >= MAX_QUEUED:
                raise Unavailable
            self._jobs.put(_Job(work, loop, future, time.monotonic()))
        future.add_done_callback(self._note_abandoned)
        give_way_until(future)
        return future

    def _note_abandoned(self, future: asyncio.Future[Any]) -> None:
        if future.cancelled():
            self.abandoned_count += 1

    def _run_jobs(self, connection: sqlite3.Connection, unit: SqlUnit) -> None:
        is_end = False
        while not is_end:
            taken = [self._jobs.get()]
            while len(taken) < self._max_group_size and not self._jobs.empty():
                taken.append(self._jobs.get())
            is_end = taken[-1] is None
            jobs = [job for job in taken if job is not None]
            self._send_results(_fail_late_jobs(jobs))
            group = [job for job in jobs if job.error is None]
            if group:
                self._commit_group(connection, unit, group)
                self._send_results(group)

    def _commit_group(
        self, connection: sqlite3.Connection, unit: SqlUnit, group: list[_Job]
    ) -> None:
        """Runs the functions of a group and commits them together."""
        try:
            connection.execute("BEGIN IMMEDIATE")
            for job in group:
                self._run_job(connection, unit, job)
            connection.execute("COMMIT")
        except BaseException as error:
            logger.exception(
                "a group of %d transactions was not committed",
                len(group),
                extra={"kind": "not committed"},
            )
            with suppress(sqlite3.Error):
                connection.rollback()
            for job in group:
                job.announcements = []
                job.error = unavailable_because(error)

    def _run_job(self, connection: sqlite3.Connection, unit: SqlUnit, job: _Job) -> None:
        """Runs one function; what it raises is noted in its job."""
        unit.announcements = []
        connection.execute("SAVEPOINT work")
        try:
            job.result = job.work(unit)
            job.announcements = unit.announcements
        except BaseException as error:
            connection.execute("ROLLBACK TO work")  # fails if SQLite has rolled back the group
            job.error = _error_for_caller(error)
        connection.execute("RELEASE work")

    def _send_results(self, jobs: list[_Job]) -> None:
        """Sends what became of these, in one step of each event loop that waits for any."""
        for loop in {job.loop for job in jobs}:
            jobs_of_loop = [job for job in jobs if job.loop is loop]
            try:
                loop.call_soon_threadsafe(self._set_results, jobs_of_loop)
            except RuntimeError:
                logger.warning("a loop was closed before its answers came")

    def _set_results(self, jobs: list[_Job]) -> None:
        """Publishes announcements and completes the futures; runs in the event loop."""
        for job in jobs:
            for announcement in job.announcements:
                self._notifier.publish(announcement)
            if job.future.done():
                self.abandoned_count -= 1
                continue
            if job.error is None:
                job.future.set_result(job.result)
            else:
                job.future.set_exception(job.error)
                job.future.exception()  # marks it as retrieved: its caller may have gone


def _fail_late_jobs(jobs: list[_Job]) -> list[_Job]:
    """Fails those that have waited for too long, and returns them; nothing of them is done."""
    begins_at = time.monotonic()
    late = [job for job in jobs if begins_at - job.queued_at >= QUEUE_SECONDS]
    for job in late:
        job.error = Unavailable()
    if late:
        logger.error("%d transactions came too late to be begun", len(late))
    return late


def _error_for_caller(error: BaseException) -> BaseException:
    """Chooses what the caller of a function that raised gets: Unavailable if the store failed."""
    if isinstance(error, sqlite3.OperationalError) or type(error) is sqlite3.DatabaseError:
        logger.error("a transaction failed", exc_info=error)
        return unavailable_because(error)
    return safe_to_raise(error)
