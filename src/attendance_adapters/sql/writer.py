"""The one thread that writes to SQLite: a group of transaction functions, one COMMIT.

Each function runs within a savepoint of its own, so that what it raises touches no neighbour.
Answers, refusals (they may rest on what a neighbour wrote) and announcements leave after COMMIT,
never before; a COMMIT that fails fails the whole group.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from attendance_adapters.give_way import give_way_until
from attendance_adapters.sql.driver import Driver
from attendance_adapters.sql.failures import failed, raised
from attendance_adapters.sql.unit import SqlUnit
from attendance_core import ports
from attendance_core.errors import Unavailable
from attendance_core.marking.announcements import Announcement

T = TypeVar("T")
GROUP_MOST = 64  # functions that share one COMMIT

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Job:
    """A function that was handed over, and where its answer goes."""

    work: Callable[[ports.Unit], Any]
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]
    answer: Any = None
    error: BaseException | None = None
    announcements: list[Announcement] = field(default_factory=list)


class Writer:
    """Takes functions from any event loop and carries out all it took."""

    def __init__(self, clock: ports.Clock, notifier: ports.Notifier, group_most: int) -> None:
        self._clock = clock
        self._notifier = notifier
        self._group_most = group_most
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._door = threading.Lock()  # nothing is handed over behind the last one
        self._open = False
        self._thread: threading.Thread | None = None

    def start(self, driver: sqlite3.Connection) -> None:
        """From now on functions are taken."""
        self._thread = threading.Thread(
            target=self._write_for_ever, args=(driver,), name="attendance-writer", daemon=True
        )
        self._thread.start()
        self._open = True

    def close(self) -> None:
        """Returns when all that was handed over is done; idempotent."""
        with self._door:
            if self._open:
                self._open = False
                self._jobs.put(None)
        if self._thread is not None:
            self._thread.join()

    def hand_over(self, work: Callable[[ports.Unit], T]) -> asyncio.Future[T]:
        """Its answer to be. Raises Unavailable before the start and after the end."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        with self._door:
            if not self._open:
                raise Unavailable
            self._jobs.put(_Job(work, loop, future))
        give_way_until(future)
        return future

    def _write_for_ever(self, driver: sqlite3.Connection) -> None:
        last = False
        while not last:
            taken = [self._jobs.get()]
            while len(taken) < self._group_most and not self._jobs.empty():
                taken.append(self._jobs.get())
            last = taken[-1] is None
            group = [job for job in taken if job is not None]
            if group:
                self._write(driver, group)
                self._tell(group)

    def _write(self, driver: sqlite3.Connection, group: list[_Job]) -> None:
        """Runs a group and commits it."""
        try:
            driver.execute("BEGIN IMMEDIATE")
            for job in group:
                self._run(driver, job)
            driver.execute("COMMIT")
        except BaseException as error:
            logger.exception("a group of %d transactions was not committed", len(group))
            with suppress(sqlite3.Error):
                driver.rollback()
            for job in group:
                job.announcements = []
                job.error = failed(error)

    def _run(self, driver: sqlite3.Connection, job: _Job) -> None:
        """Runs one function; what it raises is its own."""
        unit = SqlUnit(Driver(driver), self._clock.now)
        driver.execute("SAVEPOINT work")
        try:
            job.answer = job.work(unit)
            job.announcements = unit.announcements
        except BaseException as error:
            driver.execute("ROLLBACK TO work")  # fails where SQLite rolled the whole group back
            job.error = _told(error)
        driver.execute("RELEASE work")

    def _tell(self, group: list[_Job]) -> None:
        """Gives the answers of one group back, in one step of each loop that waits for any."""
        for loop in {job.loop for job in group}:
            jobs = [job for job in group if job.loop is loop]
            try:
                loop.call_soon_threadsafe(self._deliver, jobs)
            except RuntimeError:
                logger.warning("a loop was closed before its answers came")

    def _deliver(self, jobs: list[_Job]) -> None:
        for job in jobs:
            for announcement in job.announcements:
                self._notifier.publish(announcement)
            if job.future.done():
                continue
            if job.error is None:
                job.future.set_result(job.answer)
            else:
                job.future.set_exception(job.error)
                job.future.exception()  # seen: its caller may have gone


def _told(error: BaseException) -> BaseException:
    """What a caller is told of what their function raised: a failing store, or just that."""
    if isinstance(error, sqlite3.OperationalError) or type(error) is sqlite3.DatabaseError:
        logger.error("a transaction failed", exc_info=error)
        return failed(error)
    return raised(error)
