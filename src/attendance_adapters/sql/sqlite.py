"""`ports.Transact` and `ports.Observe` over one SQLite file.

Writes go through the one writer thread of `writer`. Reads run beside it, each at one moment of
the committed truth: a short one in the event loop, a long one in a thread.
"""

from __future__ import annotations

import asyncio
import logging
import math
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

from attendance_adapters.errors import UnusableDatabase, WrongPragmas
from attendance_adapters.give_way import give_way_until
from attendance_adapters.sql.driver import Driver
from attendance_adapters.sql.unit import SqlUnit, named_files
from attendance_adapters.sql.writer import GROUP_MOST, Writer
from attendance_core import ports
from attendance_core.errors import Unavailable
from attendance_core.vocabulary import Seconds

T = TypeVar("T")
logger = logging.getLogger(__name__)

READERS = 2  # threads that read beside the writer
BUSY_SECONDS: Seconds = 5.0  # how long another process may keep us waiting
# What a look in the event loop may take of SQLite's machine: 1 000 steps, some 0.1 ms
SLICE_STEPS, SHORT_SLICES = 100, 10
PRAGMAS: dict[str, str | int] = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


class SqliteStore:
    """One file, for one process; started once."""

    def __init__(
        self,
        path: Path,
        clock: ports.Clock,
        notifier: ports.Notifier,
        *,
        busy_seconds: Seconds = BUSY_SECONDS,
        group_most: int = GROUP_MOST,
    ) -> None:
        self._path = path
        self._clock = clock
        self._busy_seconds = busy_seconds
        self._writer = Writer(clock, notifier, group_most)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="attendance-reader")
        self._idle: queue.SimpleQueue[sqlite3.Connection] = queue.SimpleQueue()
        self._short: sqlite3.Connection | None = None
        self._in_loop = threading.Lock()  # one look at a time: two loops may share the store
        self._slices = math.inf  # that are left to the look in the event loop
        self._opened: list[sqlite3.Connection] = []

    async def start(self) -> None:
        """Raises UnusableDatabase; WrongPragmas where it would not keep what we promise."""
        try:
            writing = self._open(self._busy_seconds)
            for name, wanted in PRAGMAS.items():
                (found,) = writing.execute(f"PRAGMA {name}").fetchone()
                if found != wanted:
                    raise WrongPragmas(
                        f"{self._path}: PRAGMA {name} is {found!r} and not {wanted!r}"
                    )
            short = self._open_to_read(0)
            short.set_progress_handler(self._spend_slice, SLICE_STEPS)
            for _ in range(READERS):
                self._idle.put(self._open_to_read(self._busy_seconds))
        except sqlite3.Error as error:
            raise UnusableDatabase(f"{self._path}: {error}") from error
        self._writer.start(writing)
        self._short = short

    async def close(self) -> None:
        """Carries out what was handed over, then lets go of the file; idempotent."""
        self._short = None
        await asyncio.to_thread(self._writer.close)
        await asyncio.to_thread(self._readers.shutdown)
        while self._opened:
            self._opened.pop().close()

    async def transact(self, work: Callable[[ports.Unit], T]) -> T:
        """What ``work`` returned, after COMMIT; it is done also when the caller has gone."""
        return await self._writer.hand_over(work)

    async def observe(self, look: Callable[[ports.Unit], T]) -> T:
        """What ``look`` returned; it cannot write. A long one is begun again in a thread."""
        if self._short is None:
            raise Unavailable
        if self._in_loop.acquire(blocking=False):
            try:
                return self._at_one_moment(self._short, partial(self._briefly, look))
            except sqlite3.Error:
                pass  # it is long, or the file is busy; what else it is will be told below
            finally:
                self._in_loop.release()
        try:
            answer = asyncio.get_running_loop().run_in_executor(self._readers, self._look, look)
        except RuntimeError as error:  # closed meanwhile
            raise Unavailable from error
        give_way_until(answer)
        return await answer

    async def named_files(self) -> frozenset[str]:
        """Where every picture and scan that somebody has is kept."""
        return await self.observe(named_files)

    def _briefly(self, look: Callable[[ports.Unit], T], unit: ports.Unit) -> T:
        """A look that may take so much, and what ends its transaction as much as it wants.

        SQLite counts the steps of a statement over all its runs: only what is counted from the
        beginning of this look on may end it.
        """
        self._slices = SHORT_SLICES
        try:
            return look(unit)
        finally:
            self._slices = math.inf

    def _spend_slice(self) -> bool:
        """Whether SQLite is to end the statement it is at."""
        self._slices -= 1
        return self._slices < 0

    def _look(self, look: Callable[[ports.Unit], T]) -> T:
        connection = self._idle.get()
        try:
            return self._at_one_moment(connection, look)
        except sqlite3.Error as error:
            logger.exception("a look failed")
            raise Unavailable from error
        finally:
            self._idle.put(connection)

    def _at_one_moment(self, connection: sqlite3.Connection, look: Callable[[ports.Unit], T]) -> T:
        connection.execute("BEGIN")
        try:
            return look(SqlUnit(Driver(connection), self._clock.now))
        finally:
            connection.rollback()

    def _open_to_read(self, busy_seconds: Seconds) -> sqlite3.Connection:
        connection = self._open(busy_seconds)
        connection.execute("PRAGMA query_only = ON")
        return connection

    def _open(self, busy_seconds: Seconds) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=busy_seconds, isolation_level=None, check_same_thread=False
        )
        self._opened.append(connection)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        return connection
