"""Threads that read one SQLite file beside its writer, with a connection each."""

from __future__ import annotations

import asyncio
import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from attendance_adapters.give_way import give_way_until
from attendance_adapters.sql.failures import unavailable_because
from attendance_adapters.sql.sqlite_driver import SqliteExecutor
from attendance_adapters.sql.unit import SqlUnit
from attendance_core import ports
from attendance_core.errors import Unavailable
from attendance_core.vocabulary import Seconds

T = TypeVar("T")
logger = logging.getLogger(__name__)

# Of SQLite's virtual machine, from one look at the clock to the next: some 5 ms, since a thread
# that comes back to Python may wait as long for the interpreter
INSTRUCTIONS_PER_TIME_CHECK = 50_000


class Reader:
    """Runs looks on one connection, one after another."""

    __slots__ = ("_unit", "connection")

    def __init__(self, connection: sqlite3.Connection, clock: ports.Clock) -> None:
        self.connection = connection
        self._unit = SqlUnit(SqliteExecutor(connection), clock.now)

    def run(self, look: Callable[[ports.Unit], T]) -> T:
        """Runs a look in one transaction, so that all of it is read at one moment."""
        self.connection.execute("BEGIN")
        try:
            return look(self._unit)
        finally:
            self.connection.rollback()


class Readers:
    """Runs looks in a few threads of its own; the others wait in order.

    Where a look has only so many ``look_seconds``, it is ended then, and when its caller has gone.
    """

    def __init__(
        self,
        name: str,
        thread_count: int,
        clock: ports.Clock,
        look_seconds: Seconds | None = None,
    ) -> None:
        self._threads = ThreadPoolExecutor(thread_count, thread_name_prefix=name)
        self._clock = clock
        self._look_seconds = look_seconds
        self._idle: queue.SimpleQueue[Reader] = queue.SimpleQueue()
        self.abandoned_count = 0  # looks that nobody waits for any more, and that are not done

    def start(self, connections: Iterable[sqlite3.Connection]) -> None:
        """Takes a connection for each thread."""
        for connection in connections:
            self._idle.put(Reader(connection, self._clock))

    def close(self) -> None:
        """Returns when the looks that were taken are done; idempotent."""
        self._threads.shutdown()

    async def run(self, look: Callable[[ports.Unit], T]) -> T:
        """Runs a look and returns what it returned. Raises Unavailable."""
        caller_has_gone = threading.Event()
        try:
            thread_future = self._threads.submit(self._run, look, caller_has_gone)
        except RuntimeError as error:  # closed meanwhile
            raise Unavailable from error
        future = asyncio.wrap_future(thread_future)
        give_way_until(future)
        try:
            return await future
        except asyncio.CancelledError:
            caller_has_gone.set()
            if not thread_future.done():
                self.abandoned_count += 1
                thread_future.add_done_callback(self._forget)
            raise

    def _forget(self, _: object) -> None:
        """Runs in the thread of the look; the counts need no lock under the interpreter's own."""
        self.abandoned_count -= 1

    def _run(self, look: Callable[[ports.Unit], T], caller_has_gone: threading.Event) -> T:
        reader = self._idle.get()
        if self._look_seconds is not None:
            until = time.monotonic() + self._look_seconds
            reader.connection.set_progress_handler(
                lambda: caller_has_gone.is_set() or time.monotonic() > until,
                INSTRUCTIONS_PER_TIME_CHECK,
            )
        try:
            return reader.run(look)
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
                logger.warning("a look took too long, or nobody waits for it any more")
            else:
                logger.exception("a look failed")
            raise unavailable_because(error) from error
        finally:
            reader.connection.set_progress_handler(None, 0)
            self._idle.put(reader)
