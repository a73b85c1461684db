"""`ports.Transact`, `Observe` and `Browse` over one SQLite file.

Writes go through the one thread of `sqlite_writer`. Looks run beside it, each at one moment of the
committed truth: a short one in the event loop, a long one in a thread. Threads for lists are there
for nothing else, so that lists keep nothing else waiting.
"""

from __future__ import annotations

import asyncio
import logging
import math
import sqlite3
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from attendance_adapters.errors import UnusableDatabase, WrongPragmas
from attendance_adapters.sql.executor import BROWSE_SECONDS
from attendance_adapters.sql.failures import unavailable_because
from attendance_adapters.sql.sqlite_readers import Reader, Readers
from attendance_adapters.sql.sqlite_scrub import cut_log, merge_names
from attendance_adapters.sql.sqlite_writer import MAX_GROUP_SIZE, ErasedCounts, Writer
from attendance_adapters.sql.unit import list_referenced_files
from attendance_core import ports
from attendance_core.errors import Unavailable
from attendance_core.vocabulary import Seconds

T = TypeVar("T")
logger = logging.getLogger(__name__)

READER_THREADS = 2  # they read beside the writer
LIST_THREADS = 1  # reads lists alone; two would share the interpreter with the event loop
BUSY_SECONDS: Seconds = 5.0  # how long another process may keep us waiting
# A look in the event loop may take so many slices of so many instructions of SQLite's virtual
# machine: 1 000 instructions, some 0.1 ms
INSTRUCTIONS_PER_SLICE, SLICES_IN_EVENT_LOOP = 100, 10
CHECK_SECONDS: Seconds = 2.0  # that a start may take to look for damage
# Of the virtual machine, from one look at the clock to the next while pages are checked
INSTRUCTIONS_PER_TIME_CHECK = 1_000
# Of the write-ahead log, until a COMMIT copies them into the file and waits for the disk twice. A
# mark writes some 13: so of a hundred COMMITs fewer than one waits; the log has some 16 MiB
CHECKPOINT_PAGES = 4_000
PRAGMAS: dict[str, str | int] = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL, as SQLite answers it
    "foreign_keys": 1,
    "secure_delete": 1,
}


class SqliteStore:
    """Keeps everything in one file, for one process; started once."""

    list_looks_at_once = LIST_THREADS

    def __init__(
        self,
        path: Path,
        clock: ports.Clock,
        notifier: ports.Notifier,
        *,
        busy_seconds: Seconds = BUSY_SECONDS,
        max_group_size: int = MAX_GROUP_SIZE,
    ) -> None:
        self._path = path
        self._clock = clock
        self._busy_seconds = busy_seconds
        self._writer = Writer(clock, notifier, max_group_size)
        self._readers = Readers("attendance-reader", READER_THREADS, clock)
        self._list_readers = Readers("attendance-lists", LIST_THREADS, clock, BROWSE_SECONDS)
        self._event_loop_reader: Reader | None = None  # while it is started
        self._event_loop_reader_lock = threading.Lock()  # two event loops may share the store
        self._slices_left = math.inf  # of the look that runs in the event loop
        self._connections: list[sqlite3.Connection] = []
        self._scrubbed_counts: ErasedCounts | None = None  # at the last scrub since the start

    @property
    def abandoned_count(self) -> int:
        """How many transactions and looks nobody waits for any more, and are not done."""
        parts = (self._writer, self._readers, self._list_readers)
        return sum(each.abandoned_count for each in parts)

    async def start(self) -> None:
        """Opens the file. Raises UnusableDatabase; WrongPragmas where marks would not be safe."""
        try:
            writing_connection = self._connect(self._busy_seconds)
            # What a statement has to undo if it fails, and what its triggers collect: of a mark
            # that is more than SQLite keeps in memory otherwise, and went through a file
            writing_connection.execute("PRAGMA temp_store = MEMORY")
            for name, wanted in PRAGMAS.items():
                (found,) = writing_connection.execute(f"PRAGMA {name}").fetchone()
                if found != wanted:
                    raise WrongPragmas(
                        f"{self._path}: PRAGMA {name} is {found!r} and not {wanted!r}"
                    )
            await asyncio.to_thread(self._check_pages, writing_connection)
            event_loop_connection = self._connect_to_read(0)
            event_loop_connection.set_progress_handler(self._spend_slice, INSTRUCTIONS_PER_SLICE)
            for readers, thread_count in (
                (self._readers, READER_THREADS),
                (self._list_readers, LIST_THREADS),
            ):
                readers.start(
                    self._connect_to_read(self._busy_seconds) for _ in range(thread_count)
                )
        except sqlite3.Error as error:
            raise UnusableDatabase(f"{self._path}: {error}") from error
        self._writer.start(writing_connection)
        self._event_loop_reader = Reader(event_loop_connection, self._clock)

    async def close(self) -> None:
        """Finishes what was handed over, then closes the file; idempotent."""
        self._event_loop_reader = None
        await asyncio.to_thread(self._writer.close)
        await asyncio.to_thread(self._readers.close)
        await asyncio.to_thread(self._list_readers.close)
        while self._connections:
            self._connections.pop().close()

    async def transact(self, work: Callable[[ports.Unit], T]) -> T:
        """Runs ``work``, commits, and returns what it returned; also when the caller has gone."""
        return await self._writer.hand_over(work)

    async def observe(self, look: Callable[[ports.Unit], T]) -> T:
        """Runs ``look``, which cannot write; one that proves long is run again in a thread."""
        return await self._run_look(look, self._readers)

    async def browse(self, look: Callable[[ports.Unit], T]) -> T:
        """Runs ``look`` as `observe` does; a long one in threads for lists, and for a moment."""
        return await self._run_look(look, self._list_readers)

    async def _run_look(self, look: Callable[[ports.Unit], T], readers: Readers) -> T:
        if self._event_loop_reader is None:
            raise Unavailable
        if self._event_loop_reader_lock.acquire(blocking=False):
            try:
                return self._event_loop_reader.run(partial(self._limit_slices, look))
            except sqlite3.Error:
                pass  # it is long, or the file is busy; any other error comes again in the thread
            finally:
                self._event_loop_reader_lock.release()
        return await readers.run(look)

    async def referenced_files(self) -> frozenset[str]:
        """Lists the path of every picture that a row refers to, and scan that waits."""
        return await self.observe(list_referenced_files)

    async def scrub(self) -> None:
        """Wipes what the file, its index of names and its log still have of what was erased.

        Once in the life of a process at least: the one before may have died before it did. What
        cannot be done while somebody reads is done the next time. Raises Unavailable.
        """
        erased, before = self._writer.erased_counts, self._scrubbed_counts
        if erased == before:
            return
        await self.transact(lambda unit: None)  # what is about to be erased is committed by then
        if before is None or erased.people != before.people:
            await merge_names(self.transact)
        try:
            if await asyncio.to_thread(cut_log, self._path):
                self._scrubbed_counts = erased
        except sqlite3.Error as error:
            raise unavailable_because(error) from error

    def _limit_slices(self, look: Callable[[ports.Unit], T], unit: ports.Unit) -> T:
        """Runs a look that is ended after so many slices; the end of its transaction is not.

        SQLite counts the instructions of a statement over all its runs: only what is counted from
        the beginning of this look on may end it.
        """
        self._slices_left = SLICES_IN_EVENT_LOOP
        try:
            return look(unit)
        finally:
            self._slices_left = math.inf

    def _spend_slice(self) -> bool:
        """Counts one slice, and tells SQLite whether to end the statement it is at."""
        self._slices_left -= 1
        return self._slices_left < 0

    def _check_pages(self, connection: sqlite3.Connection) -> None:
        """Looks whether the file holds together, for as long as a start may wait for that.

        A larger file starts unchecked: what is wrong with it then is found in use.
        Raises UnusableDatabase.
        """
        until = time.monotonic() + CHECK_SECONDS
        connection.set_progress_handler(
            lambda: time.monotonic() > until, INSTRUCTIONS_PER_TIME_CHECK
        )
        try:
            ((found, *_),) = connection.execute("PRAGMA quick_check(1)").fetchall()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                raise
            logger.warning("%s is too large to be checked at the start", self._path)
            return
        finally:
            connection.set_progress_handler(None, 0)
        if found != "ok":
            reason = str(found).replace("\n", " ")
            raise UnusableDatabase(f"{self._path} is damaged, restore a backup of it: {reason}")

    def _connect_to_read(self, busy_seconds: Seconds) -> sqlite3.Connection:
        connection = self._connect(busy_seconds)
        connection.execute("PRAGMA query_only = ON")
        return connection

    def _connect(self, busy_seconds: Seconds) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=busy_seconds, isolation_level=None, check_same_thread=False
        )
        self._connections.append(connection)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        connection.execute("PRAGMA foreign_keys = ON")
        # Zeros over what is deleted: the names of who has deleted their account, too
        connection.execute("PRAGMA secure_delete = ON")
        return connection
