"""A store over LMDB, one file on this machine: our rules in memory, over tables of your own."""

from __future__ import annotations

import asyncio
import hashlib
import pickle
from collections.abc import Callable, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import lmdb

from attendance_adapters.in_memory import TABLE_NAMES, MemoryUnit, Tables, referenced_files
from attendance_core import Announcement, Unavailable, ports

T = TypeVar("T")
MAP_BYTES = 1 << 30  # of addresses, not of the disk


class Row(NamedTuple):
    """What a table keeps of a row; the first that was added has the number 1."""

    number: int
    key: Any
    value: Any


class LmdbTable(MutableMapping[Any, Any]):
    """A table within one transaction, in the order that its rows were added in."""

    def __init__(self, transaction: Any, database: Any) -> None:
        self._transaction = transaction
        self._database = database

    def __getitem__(self, key: Any) -> Any:
        found = self._find(key)
        if found is None:
            raise KeyError(key)
        return found.value

    def __setitem__(self, key: Any, value: Any) -> None:
        found = self._find(key)
        number = self._next_number() if found is None else found.number
        row = pickle.dumps((number, key, value))
        self._transaction.put(_row_name(key), row, db=self._database)

    def __delitem__(self, key: Any) -> None:
        if not self._transaction.delete(_row_name(key), db=self._database):
            raise KeyError(key)

    def __iter__(self) -> Iterator[Any]:
        return iter([row.key for row in sorted(self._rows(), key=lambda row: row.number)])

    def __len__(self) -> int:
        return len(self._rows())

    def _rows(self) -> list[Row]:
        with self._transaction.cursor(db=self._database) as cursor:
            return [Row(*pickle.loads(raw)) for name, raw in cursor if name != LAST_NUMBER]

    def _find(self, key: Any) -> Row | None:
        raw = self._transaction.get(_row_name(key), db=self._database)
        return None if raw is None else Row(*pickle.loads(raw))

    def _next_number(self) -> int:
        number = int(self._transaction.get(LAST_NUMBER, b"0", db=self._database)) + 1
        self._transaction.put(LAST_NUMBER, b"%d" % number, db=self._database)
        return number


class LmdbStore:
    """Keeps everything in a folder; an `attendance_adapters.service_ports.Store`.

    LMDB has one writer at a time, also of several processes, and readers see what was committed
    when they began: that is all that the contract asks of locks.
    """

    list_looks_at_once = 1
    abandoned_count = 0

    def __init__(self, folder: Path, clock: ports.Clock, notifier: ports.Notifier) -> None:
        self._folder = folder
        self._clock = clock
        self._notifier = notifier
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="lmdb")  # a commit waits for disk
        self._under_way: set[asyncio.Task[Any]] = set()

    async def start(self) -> None:
        self._environment = lmdb.open(
            str(self._folder), map_size=MAP_BYTES, max_dbs=len(TABLE_NAMES)
        )
        with self._environment.begin(write=True) as transaction:
            self._databases = {
                name: self._environment.open_db(name.encode(), txn=transaction)
                for name in TABLE_NAMES
            }

    async def close(self) -> None:
        if self._under_way:
            await asyncio.wait(self._under_way)
        self._thread.shutdown()
        self._environment.close()

    async def transact(self, work: Callable[[ports.Unit], T]) -> T:
        """Carries work out whole, also where the caller is cancelled meanwhile."""
        task = asyncio.create_task(self._transact(work))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return await asyncio.shield(task)

    async def observe(self, look: Callable[[ports.Unit], T]) -> T:
        """Looks at one moment; LMDB itself refuses to write then."""
        result, _ = await self._in_thread(look, write=False)
        return result

    async def browse(self, look: Callable[[ports.Unit], T]) -> T:
        return await self.observe(look)

    async def referenced_files(self) -> frozenset[str]:
        def look() -> frozenset[str]:
            with self._environment.begin() as transaction:
                return referenced_files(self._tables(transaction))

        return await asyncio.get_running_loop().run_in_executor(self._thread, look)

    async def scrub(self) -> None:
        """Does nothing: LMDB writes over what is gone as it needs the pages."""

    async def _transact(self, work: Callable[[ports.Unit], T]) -> T:
        result, announcements = await self._in_thread(work, write=True)
        for announcement in announcements:  # only now that it is committed
            self._notifier.publish(announcement)
        return result

    async def _in_thread(
        self, work: Callable[[ports.Unit], T], *, write: bool
    ) -> tuple[T, list[Announcement]]:
        def run() -> tuple[T, list[Announcement]]:
            try:
                # Commits at the end, and aborts where work raises
                with self._environment.begin(write=write) as transaction:
                    unit = MemoryUnit(self._tables(transaction), self._clock)
                    return work(unit), unit.announcements
            except lmdb.Error as error:  # the disk or the map is full: nothing of it is kept
                raise Unavailable from error

        return await asyncio.get_running_loop().run_in_executor(self._thread, run)

    def _tables(self, transaction: Any) -> Tables:
        tables: dict[str, Any] = {
            name: LmdbTable(transaction, database) for name, database in self._databases.items()
        }
        return Tables(**tables)


LAST_NUMBER = b"last number"  # the name of what is no row


def _row_name(key: Any) -> bytes:
    """Names a row: keys of LMDB have 511 bytes at most."""
    return hashlib.blake2b(repr(key).encode("utf-8", "surrogatepass"), digest_size=32).digest()
