"""`ports.Transact`, `Observe` and `Browse` over PostgreSQL, for any number of processes.

A transaction function runs whole in a greenlet over a connection of asyncpg's, at READ COMMITTED,
with the rows it depends on locked. Every comparison with time goes by the database's clock.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine
from functools import partial
from types import CodeType
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import URL

from attendance_adapters.errors import UnusableDatabase
from attendance_adapters.sql.addresses import without_password
from attendance_adapters.sql.failures import safe_to_raise
from attendance_adapters.sql.pg_connect import connect, warn_of_missing_safeguards
from attendance_adapters.sql.pg_connection import PgConnection
from attendance_adapters.sql.pg_errors import (
    STORE_ERRORS,
    NeedsTransaction,
    error_for_caller,
    may_be_run_again,
)
from attendance_adapters.sql.pg_pool import POOL_SIZE, Pool
from attendance_adapters.sql.pg_transaction import (
    BriefReadOnly,
    PgExecutor,
    ReadOnly,
    SingleRead,
    Transaction,
)
from attendance_adapters.sql.unit import SqlUnit, list_referenced_files
from attendance_adapters.unheard import mark_retrieved
from attendance_core import ports
from attendance_core.errors import Unavailable
from attendance_core.marking.announcements import Announcement
from attendance_core.vocabulary import Instant, Seconds

T = TypeVar("T")

# Contract: 1.16, nobody waits for more than 5 s. What is not done by then is unavailable; each
# limit of a connection is shorter, so that nothing goes on for long after nobody waits for it
ANSWER_SECONDS: Seconds = 4.5
MAX_RUNS = 5  # of what lost a race or its connection
FIRST_PAUSE_SECONDS: Seconds = 0.02  # at most, before the first rerun; twice as long each time


class PoolUse(NamedTuple):
    """Counts the connections of a pool."""

    size: int  # connections there may be
    taken: int  # connections that somebody uses now


class _Committed(NamedTuple, Generic[T]):
    """Holds what a transaction function returned, and what it announced."""

    result: T
    announcements: list[Announcement]


class PostgresStore:
    """Keeps everything in one database, for many processes; started once."""

    def __init__(
        self,
        url: URL,
        notifier: ports.Notifier,
        *,
        clock: ports.Clock | None = None,
        pool_size: int = POOL_SIZE,
    ) -> None:
        """Takes ``clock`` as the time of every transaction; without one the database's clock."""
        self._url = url
        self._notifier = notifier
        self._clock = clock
        self._pool = Pool(partial(connect, url), pool_size)
        # Of ten connections five are left for all that is no list, whoever asks for lists
        self.list_looks_at_once = max(1, pool_size // 2)
        self._list_turns = asyncio.Semaphore(self.list_looks_at_once)
        self._looks_with_transaction: set[CodeType] = set()  # known to be no single read
        self._tasks: set[asyncio.Task[Any]] = set()
        self._is_open = False
        self.abandoned_count = 0  # transactions and looks that nobody waits for, and are not done

    async def start(self) -> None:
        """Connects to the database. Raises UnusableDatabase."""
        try:
            await self._pool.start(warn_of_missing_safeguards)
        except STORE_ERRORS as error:
            raise UnusableDatabase(f"{without_password(self._url)}: {error}") from None
        self._is_open = True

    async def close(self) -> None:
        """Finishes what was handed over, then closes the connections; idempotent."""
        self._is_open = False
        if self._tasks:
            await asyncio.wait(self._tasks)
        await self._pool.close()

    async def transact(self, work: Callable[[ports.Unit], T]) -> T:
        """Runs ``work``, commits, and returns what it returned; also when the caller has gone."""
        return await self._run_as_task(self._transact_and_publish(work))

    async def observe(self, look: Callable[[ports.Unit], T]) -> T:
        """Runs ``look``, which cannot write, and returns what it returned."""
        return await self._run_as_task(self._rerun(partial(self._observe_once, look)))

    async def browse(self, look: Callable[[ports.Unit], T]) -> T:
        """Runs ``look`` through a list, which cannot write, on few connections, for a moment."""
        return await self._run_as_task(self._rerun(partial(self._browse_once, look)))

    async def referenced_files(self) -> frozenset[str]:
        """Lists the path of every picture that a row refers to, and scan that waits."""
        return await self.observe(list_referenced_files)

    async def scrub(self) -> None:
        """Does nothing: the server itself writes over what is gone, in its time."""

    def pool_use(self) -> PoolUse:
        """Counts the connections it may have, and those that are taken."""
        return PoolUse(self._pool.size, self._pool.taken_count)

    async def _run_as_task(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Runs it in a task, which goes on when the caller has gone or has waited too long.

        Raises Unavailable.
        """
        if not self._is_open:
            coroutine.close()
            raise Unavailable
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._forget_task)
        try:
            await asyncio.wait([task], timeout=ANSWER_SECONDS)
        finally:
            if not task.done():
                self.abandoned_count += 1
                task.add_done_callback(self._forget_abandoned)
        if not task.done():
            raise Unavailable
        return task.result()

    def _forget_abandoned(self, _: object) -> None:
        self.abandoned_count -= 1

    def _forget_task(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        mark_retrieved(task)  # its caller may have gone

    async def _transact_and_publish(self, work: Callable[[ports.Unit], T]) -> T:
        result, announcements = await self._rerun(partial(self._transact_once, work))
        for announcement in announcements:
            self._notifier.publish(announcement)
        return result

    async def _rerun(self, run: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Runs it, and again where that may help, and returns the first result.

        Raises Unavailable.
        """
        for past_run_count in range(MAX_RUNS):
            try:
                return await run()
            except STORE_ERRORS as error:
                last_error: Exception = error
            if not may_be_run_again(last_error) or past_run_count == MAX_RUNS - 1:
                break
            await asyncio.sleep(random.uniform(0, FIRST_PAUSE_SECONDS * 2**past_run_count))
        raise error_for_caller(last_error)

    async def _transact_once(self, work: Callable[[ports.Unit], T]) -> _Committed[T]:
        return await self._pool.run(partial(self._run_and_commit, work))

    def _run_and_commit(
        self, work: Callable[[ports.Unit], T], connection: PgConnection
    ) -> _Committed[T]:
        transaction = Transaction(connection)
        unit = self._unit_on(transaction)
        result = _run(work, unit)
        transaction.commit()
        return _Committed(result, unit.announcements)

    async def _observe_once(self, look: Callable[[ports.Unit], T]) -> T:
        code = getattr(look, "__code__", None)
        if code not in self._looks_with_transaction:
            try:
                return await self._pool.run(partial(self._run_look, SingleRead, look))
            except NeedsTransaction:
                if code is not None:
                    self._looks_with_transaction.add(code)
        return await self._pool.run(partial(self._run_look, ReadOnly, look))

    async def _browse_once(self, look: Callable[[ports.Unit], T]) -> T:
        async with self._list_turns:
            return await self._pool.run(partial(self._run_look, BriefReadOnly, look))

    def _run_look(
        self,
        executor_class: type[PgExecutor],
        look: Callable[[ports.Unit], T],
        connection: PgConnection,
    ) -> T:
        return _run(look, self._unit_on(executor_class(connection)))

    def _unit_on(self, executor: PgExecutor) -> SqlUnit:
        now: Callable[[], Instant] = executor.now if self._clock is None else self._clock.now
        return SqlUnit(executor, now)


def _run(work: Callable[[ports.Unit], T], unit: ports.Unit) -> T:
    try:
        return work(unit)
    except BaseException as error:
        safe_error = safe_to_raise(error)
        if safe_error is error:
            raise
        raise safe_error from error
