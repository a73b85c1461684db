"""`ports.Transact`, `Observe` and `Browse` over PostgreSQL, for any number of processes.

A transaction function runs whole inside one `run_sync` over asyncpg, at READ COMMITTED, with the
rows it depends on locked. Every comparison with time goes by the database's clock.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Coroutine
from functools import partial
from types import CodeType
from typing import Any, Generic, NamedTuple, TypeVar, cast

from sqlalchemy import URL, AsyncAdaptedQueuePool, Connection
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.ext.asyncio import AsyncEngine

from attendance_adapters.errors import UnusableDatabase
from attendance_adapters.sql.addresses import without_password
from attendance_adapters.sql.failures import (
    StatementFailed,
    safe_to_raise,
    unavailable_because,
    without_values,
)
from attendance_adapters.sql.pg_connection import (
    SELECT_TIME,
    BriefReads,
    LostRace,
    NeedsTransaction,
    PgConnection,
    SingleRead,
)
from attendance_adapters.sql.pg_engine import POOL_SIZE, make_engine, warn_of_missing_safeguards
from attendance_adapters.sql.unit import SqlUnit, list_referenced_files
from attendance_core import ports
from attendance_core.errors import Unavailable
from attendance_core.marking.announcements import Announcement
from attendance_core.vocabulary import Instant, Seconds

T = TypeVar("T")
logger = logging.getLogger(__name__)

# Contract: 1.16, nobody waits for more than 5 s. What is not done by then is unavailable; each
# limit of a connection is shorter, so that nothing goes on for long after nobody waits for it
ANSWER_SECONDS: Seconds = 4.5
MAX_ATTEMPTS = 5
RERUN_SECONDS: Seconds = 0.02  # longest wait before the first rerun; doubled for each further one
RERUN_STATES = frozenset({"40001", "40P01"})  # a serialization failure, a deadlock


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
        self._engine = make_engine(url, pool_size)
        self._single_read_engine = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        self._read_only_engine = self._engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        # Of ten connections five are left for all that is no list, whoever asks for lists
        self.looks_at_once = max(1, pool_size // 2)
        self._list_turns = asyncio.Semaphore(self.looks_at_once)
        self._looks_with_transaction: set[CodeType] = set()  # known to be no single read
        self._tasks: set[asyncio.Task[Any]] = set()
        self._is_open = False
        self.abandoned_count = 0  # transactions and looks that nobody waits for, and are not done

    async def start(self) -> None:
        """Connects to the database. Raises UnusableDatabase."""
        try:
            async with self._single_read_engine.connect() as connection:
                await connection.execute(SELECT_TIME)
                await warn_of_missing_safeguards(connection)
        except (DBAPIError, OSError, NoConnectionFree) as error:
            cause = getattr(error, "orig", error)
            raise UnusableDatabase(f"{without_password(self._url)}: {cause}") from None
        self._is_open = True

    async def close(self) -> None:
        """Finishes what was handed over, then closes the connections; idempotent."""
        self._is_open = False
        if self._tasks:
            await asyncio.wait(self._tasks)
        await self._engine.dispose()

    async def transact(self, work: Callable[[ports.Unit], T]) -> T:
        """Runs ``work``, commits, and returns what it returned; also when the caller has gone."""
        return await self._run_as_task(self._transact_and_publish(work))

    async def observe(self, look: Callable[[ports.Unit], T]) -> T:
        """Runs ``look``, which cannot write, and returns what it returned."""
        return await self._run_as_task(self._retry(partial(self._observe_once, look)))

    async def browse(self, look: Callable[[ports.Unit], T]) -> T:
        """Runs ``look`` through a list, which cannot write, on few connections, for a moment."""
        return await self._run_as_task(self._retry(partial(self._browse_once, look)))

    async def referenced_files(self) -> frozenset[str]:
        """Lists the path of every picture and scan that a row refers to."""
        return await self.observe(list_referenced_files)

    def pool_use(self) -> PoolUse:
        """Counts the connections it may have, and those that are taken."""
        pool = cast(AsyncAdaptedQueuePool, self._engine.pool)
        return PoolUse(pool.size(), pool.checkedout())

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
        if not task.cancelled():
            task.exception()  # marks it as retrieved: its caller may have gone

    async def _transact_and_publish(self, work: Callable[[ports.Unit], T]) -> T:
        result, announcements = await self._retry(partial(self._transact_once, work))
        for announcement in announcements:
            self._notifier.publish(announcement)
        return result

    async def _retry(self, attempt: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Attempts it again where that may help, and returns the first result.

        Raises Unavailable.
        """
        for number in range(MAX_ATTEMPTS):
            try:
                return await attempt()
            except (DBAPIError, LostRace, OSError, NoConnectionFree) as error:
                last_error: Exception = error
            if not _may_be_run_again(last_error):
                break
            await asyncio.sleep(random.uniform(0, RERUN_SECONDS * 2**number))
        raise _error_for_caller(last_error)

    async def _transact_once(self, work: Callable[[ports.Unit], T]) -> _Committed[T]:
        async with self._engine.connect() as connection:
            return await connection.run_sync(self._run_and_commit, work)

    def _run_and_commit(
        self, connection: Connection, work: Callable[[ports.Unit], T]
    ) -> _Committed[T]:
        unit = self._unit_on(PgConnection(connection))
        result = _run(work, unit)
        commit_error: StatementFailed | None = None
        try:
            connection.commit()
        except (DBAPIError, OSError) as error:
            commit_error = without_values(error)
        if commit_error is not None:
            logger.error("nobody knows whether a transaction was committed: %s", commit_error)
            raise unavailable_because(commit_error)
        return _Committed(result, unit.announcements)

    async def _observe_once(self, look: Callable[[ports.Unit], T]) -> T:
        code = getattr(look, "__code__", None)
        if code not in self._looks_with_transaction:
            try:
                return await self._observe_on(self._single_read_engine, SingleRead, look)
            except NeedsTransaction:
                if code is not None:
                    self._looks_with_transaction.add(code)
        return await self._observe_on(self._read_only_engine, PgConnection, look)

    async def _browse_once(self, look: Callable[[ports.Unit], T]) -> T:
        async with self._list_turns:
            return await self._observe_on(self._read_only_engine, BriefReads, look)

    async def _observe_on(
        self,
        engine: AsyncEngine,
        connection_class: type[PgConnection],
        look: Callable[[ports.Unit], T],
    ) -> T:
        async with engine.connect() as connection:
            return await connection.run_sync(
                lambda sync: _run(look, self._unit_on(connection_class(sync)))
            )

    def _unit_on(self, connection: PgConnection) -> SqlUnit:
        now: Callable[[], Instant] = connection.now if self._clock is None else self._clock.now
        return SqlUnit(connection, now)


def _run(work: Callable[[ports.Unit], T], unit: ports.Unit) -> T:
    try:
        return work(unit)
    except BaseException as error:
        safe_error = safe_to_raise(error)
        if safe_error is error:
            raise
        raise safe_error from error


def _may_be_run_again(error: Exception) -> bool:
    """Tells whether nothing was committed, and another attempt may succeed."""
    if isinstance(error, LostRace):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    driver_error: Any = error.driver_exception
    # A plan made before a migration
    return (
        getattr(driver_error, "sqlstate", None) in RERUN_STATES
        or type(driver_error).__name__ == "InvalidCachedStatementError"
    )


def _error_for_caller(error: Exception) -> Exception:
    """Chooses what the caller gets: a bug of ours as a bug, all else as Unavailable."""
    safe_error = without_values(error)
    if isinstance(error, IntegrityError | ProgrammingError | DataError):
        return safe_error
    logger.error("a transaction or a look failed: %s", safe_error)
    return unavailable_because(safe_error)
