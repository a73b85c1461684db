"""`ports.Transact` and `ports.Observe` over PostgreSQL, for any number of processes.

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
from typing import Any, TypeVar, cast

from sqlalchemy import URL, AsyncAdaptedQueuePool, Connection, event, func, select
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    DisconnectionError,
    IntegrityError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from attendance_adapters.errors import UnusableDatabase
from attendance_adapters.sql.addresses import shown
from attendance_adapters.sql.conversation import NOW, Conversation, Glance, Longer, LostRace
from attendance_adapters.sql.failures import StatementFailed, failed, raised, without_values
from attendance_adapters.sql.unit import SqlUnit, named_files
from attendance_core import ports
from attendance_core.errors import Unavailable
from attendance_core.marking.announcements import Announcement
from attendance_core.vocabulary import Instant, Seconds

T = TypeVar("T")
logger = logging.getLogger(__name__)

# A transaction holds a connection for some milliseconds: ten serve thousands a second, and ten
# processes keep within the 100 connections that a server has unless told otherwise
POOL_SIZE = 10
# Contract: 1.16, nobody waits for more than 5 s. What is not done by then is told as unavailable;
# each of the others is shorter, so that nothing goes on for long after nobody waits for it
ANSWER_SECONDS: Seconds = 4.5
POOL_SECONDS: Seconds = 3.0  # until a connection is free
CONNECT_SECONDS: Seconds = 3.0
STATEMENT_SECONDS: Seconds = 3.0
LOCK_SECONDS: Seconds = 2.0  # for one row; a transaction holds its rows for milliseconds
IDLE_SECONDS: Seconds = 5.0  # a process that stalled inside a transaction lets go of its rows
SILENT_SECONDS: Seconds = 4.0  # by our own clock: a server that has vanished ends no statement
RERUNS = 5
RERUN_SECONDS: Seconds = 0.02  # before the first rerun, at most; doubled for each further one
RERUN_STATES = frozenset({"40001", "40P01"})  # a serialization failure, a deadlock
SETTINGS = {
    "application_name": "attendance",
    "statement_timeout": f"{STATEMENT_SECONDS:g}s",
    "lock_timeout": f"{LOCK_SECONDS:g}s",
    "idle_in_transaction_session_timeout": f"{IDLE_SECONDS:g}s",
    "jit": "off",  # no statement of ours runs for as long as it takes to compile it
    "synchronous_commit": "on",  # whatever the server, the database or the role would have
}
# What keeps a mark that was answered when the machine loses power, and is the server's alone to say
SAFEGUARDS = ("fsync", "full_page_writes")


class PostgresStore:
    """One database, for many processes; started once."""

    def __init__(
        self,
        url: URL,
        notifier: ports.Notifier,
        *,
        clock: ports.Clock | None = None,
        pool_size: int = POOL_SIZE,
    ) -> None:
        """``clock``, where given, is the time of every transaction instead of the database's."""
        self._url = url
        self._notifier = notifier
        self._clock = clock
        self._engine = create_async_engine(
            url,
            isolation_level="READ COMMITTED",
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=POOL_SECONDS,
            pool_use_lifo=True,
            hide_parameters=True,  # what people are called is in no log
            connect_args={
                "timeout": CONNECT_SECONDS,
                "command_timeout": SILENT_SECONDS,
                "server_settings": SETTINGS,
            },
        )
        event.listen(self._engine.sync_engine, "checkout", _check)
        self._glances = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        self._looks = self._engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        self._long: set[CodeType] = set()  # the looks known to be more than one statement
        self._running: set[asyncio.Task[Any]] = set()
        self._open = False

    async def start(self) -> None:
        """Raises UnusableDatabase."""
        try:
            async with self._glances.connect() as connection:
                await connection.execute(NOW)
                await _warn_of_what_is_off(connection)
        except (DBAPIError, OSError, NoConnectionFree) as error:
            why = getattr(error, "orig", error)
            raise UnusableDatabase(f"{shown(self._url)}: {why}") from None
        self._open = True

    async def close(self) -> None:
        """Carries out what was handed over, then lets go of the connections; idempotent."""
        self._open = False
        if self._running:
            await asyncio.wait(self._running)
        await self._engine.dispose()

    async def transact(self, work: Callable[[ports.Unit], T]) -> T:
        """What ``work`` returned, after COMMIT; it is done also when the caller has gone."""
        return await self._answer(self._carry_out(work))

    async def observe(self, look: Callable[[ports.Unit], T]) -> T:
        """What ``look`` returned; it cannot write."""
        return await self._answer(self._again(partial(self._look, look)))

    async def named_files(self) -> frozenset[str]:
        """Where every picture and scan that somebody has is kept."""
        return await self.observe(named_files)

    def pool(self) -> tuple[int, int]:
        """How many connections it may have, and how many of them are taken."""
        pool = cast(AsyncAdaptedQueuePool, self._engine.pool)
        return pool.size(), pool.checkedout()

    async def _answer(self, doing: Coroutine[Any, Any, T]) -> T:
        """What a task of its own comes to; whoever waits may go, and waits only so long."""
        if not self._open:
            doing.close()
            raise Unavailable
        task = asyncio.create_task(doing)
        self._running.add(task)
        task.add_done_callback(self._done)
        await asyncio.wait([task], timeout=ANSWER_SECONDS)
        if not task.done():
            raise Unavailable
        return task.result()

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # seen: its caller may have gone

    async def _carry_out(self, work: Callable[[ports.Unit], T]) -> T:
        answer, announcements = await self._again(partial(self._transact, work))
        for announcement in announcements:
            self._notifier.publish(announcement)
        return answer

    async def _again(self, attempt: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """What an attempt comes to that lost no race. Raises Unavailable."""
        for number in range(RERUNS):
            try:
                return await attempt()
            except (DBAPIError, LostRace, OSError, NoConnectionFree) as error:
                last: Exception = error
            if not _may_be_run_again(last):
                break
            await asyncio.sleep(random.uniform(0, RERUN_SECONDS * 2**number))
        raise _told(last)

    async def _transact(self, work: Callable[[ports.Unit], T]) -> tuple[T, list[Announcement]]:
        async with self._engine.connect() as connection:
            return await connection.run_sync(self._whole, work)

    def _whole(
        self, connection: Connection, work: Callable[[ports.Unit], T]
    ) -> tuple[T, list[Announcement]]:
        unit = self._unit(Conversation(connection))
        answer = _run(work, unit)
        lost: StatementFailed | None = None
        try:
            connection.commit()
        except (DBAPIError, OSError) as error:
            lost = without_values(error)
        if lost is not None:
            logger.error("nobody knows whether a transaction was committed: %s", lost)
            raise failed(lost)
        return answer, unit.announcements

    async def _look(self, look: Callable[[ports.Unit], T]) -> T:
        code = getattr(look, "__code__", None)
        if code not in self._long:
            try:
                return await self._read(self._glances, Glance, look)
            except Longer:
                if code is not None:
                    self._long.add(code)
        return await self._read(self._looks, Conversation, look)

    async def _read(
        self, engine: AsyncEngine, sort: type[Conversation], look: Callable[[ports.Unit], T]
    ) -> T:
        async with engine.connect() as connection:
            return await connection.run_sync(lambda on: _run(look, self._unit(sort(on))))

    def _unit(self, conversation: Conversation) -> SqlUnit:
        now: Callable[[], Instant] = conversation.now if self._clock is None else self._clock.now
        return SqlUnit(conversation, now)


def _check(connection: Any, _: Any, __: Any) -> None:
    """Does without a ping, which costs a transaction three round trips.

    A connection that the server has closed says so by itself. One that turns out to be lost before
    COMMIT was sent is found by the transaction, which is then run again.
    """
    if connection.driver_connection.is_closed():
        raise DisconnectionError


def _run(work: Callable[[ports.Unit], T], unit: ports.Unit) -> T:
    try:
        return work(unit)
    except BaseException as error:
        told = raised(error)
        if told is error:
            raise
        raise told from error


async def _warn_of_what_is_off(connection: AsyncConnection) -> None:
    settings = select(*(func.current_setting(each) for each in SAFEGUARDS))
    values = (await connection.execute(settings)).one()
    off = [name for name, value in zip(SAFEGUARDS, values, strict=True) if value != "on"]
    if off:
        logger.warning("a power failure may lose marks: the server has %s off", " and ".join(off))


def _may_be_run_again(error: Exception) -> bool:
    """Whether nothing of it was kept, and another attempt may fare better."""
    if isinstance(error, LostRace):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    driver: Any = error.driver_exception
    # A plan made before a migration
    return (
        getattr(driver, "sqlstate", None) in RERUN_STATES
        or type(driver).__name__ == "InvalidCachedStatementError"
    )


def _told(error: Exception) -> Exception:
    """What a caller is told: a bug of ours as a bug, all else as a store that fails."""
    why = without_values(error)
    if isinstance(error, IntegrityError | ProgrammingError | DataError):
        return why
    logger.error("a transaction or a look failed: %s", why)
    return failed(why)
