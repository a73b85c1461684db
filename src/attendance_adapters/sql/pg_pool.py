"""The connections that a process has to PostgreSQL: so many at most, lent in order of asking."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

import asyncpg
from sqlalchemy.util import greenlet_spawn

from attendance_adapters.sql.pg_connection import PgConnection
from attendance_adapters.sql.pg_errors import (
    ConnectionLost,
    NoConnectionFree,
    UnknownOutcome,
    is_loss,
    is_of_old_schema,
)
from attendance_core.vocabulary import Seconds

T = TypeVar("T")

# A transaction holds a connection for some milliseconds: ten serve thousands a second, and ten
# processes keep within the 100 connections that a server has unless told otherwise
POOL_SIZE = 10
POOL_SECONDS: Seconds = 3.0  # until a connection is free; shorter than what a caller waits
CLOSE_SECONDS: Seconds = 1.0  # for the server to say goodbye


class Pool:
    """Lends connections, and makes them when they are first needed."""

    def __init__(self, connect: Callable[[], Awaitable[PgConnection]], size: int) -> None:
        self._connect = connect
        self.size = size
        self.taken_count = 0  # connections that somebody uses now
        self._turns = asyncio.Semaphore(size)  # whoever came first is first
        self._idle: list[PgConnection] = []  # the last one is lent first: the others may rest

    async def start(self, check: Callable[[PgConnection], Awaitable[None]]) -> None:
        """Makes the first connection and checks something with it. Raises what either does."""
        connection = await self._take()
        try:
            await check(connection)
        finally:
            await self._give_back(connection)

    async def run(self, work: Callable[[PgConnection], T]) -> T:
        """Runs ``work`` on a connection, in a greenlet; what it began and left open is undone.

        Raises NoConnectionFree, and ConnectionLost where the connection went away meanwhile.
        """
        connection = await self._take()
        try:
            result = await greenlet_spawn(work, connection)
        except (TimeoutError, UnknownOutcome):  # the server says nothing, by our own clock
            self._discard(connection)
            raise
        except Exception as error:
            if is_loss(error):
                self._discard(connection)
                raise ConnectionLost from error
            await self._give_back(connection)
            if is_of_old_schema(error):
                self._close_all_idle()
            elif connection.is_closed() and isinstance(error, asyncpg.PostgresError):
                raise ConnectionLost from error
            raise
        except BaseException:
            self._discard(connection)  # the server may still be at what was asked of it
            raise
        await self._give_back(connection)
        return result

    async def _take(self) -> PgConnection:
        await self._wait_for_turn()
        self.taken_count += 1
        try:
            while self._idle:
                # No ping: a connection that the server has closed says so by itself. One that
                # turns out to be lost is found by the transaction, which is then run again
                connection = self._idle.pop()
                if not connection.is_closed():
                    return connection
            return await self._connect()
        except BaseException:
            self._end_turn()
            raise

    async def _wait_for_turn(self) -> None:
        if not self._turns.locked():
            await self._turns.acquire()  # at once
            return
        try:
            async with asyncio.timeout(POOL_SECONDS):
                await self._turns.acquire()
        except TimeoutError:
            raise NoConnectionFree(
                f"all {self.size} connections were in use for {POOL_SECONDS:g} s"
            ) from None

    def _end_turn(self) -> None:
        self.taken_count -= 1
        self._turns.release()

    async def _give_back(self, connection: PgConnection) -> None:
        """Lets the next one have it, once it is as it was; otherwise a new one is made for them."""
        try:
            await connection.roll_back()
        except Exception:
            self._discard(connection)
        except BaseException:
            self._discard(connection)
            raise
        else:
            if not connection.is_closed():
                self._idle.append(connection)
            self._end_turn()

    def _discard(self, connection: PgConnection) -> None:
        connection.driver.terminate()
        self._end_turn()

    def _close_all_idle(self) -> None:
        """Closes those that may have prepared something for tables that look otherwise now."""
        while self._idle:
            self._idle.pop().driver.terminate()

    async def close(self) -> None:
        """Closes the connections that nobody uses; idempotent."""
        closing, self._idle = self._idle, []
        for connection in closing:
            with suppress(Exception):
                await connection.driver.close(timeout=CLOSE_SECONDS)
