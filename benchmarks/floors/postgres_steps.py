"""The steps by hand over asyncpg: lock, look and write in a transaction each, or in one for many.

Where they are grouped one connection carries out all that wait, and commits once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import time_ns
from typing import Any, Final, NamedTuple
from uuid import uuid4

import asyncpg

from benchmarks.floors import sql
from benchmarks.floors.steps import Socket, session_of

CONNECTIONS: Final = 10
MAX_GROUP_SIZE: Final = 64
FIND_SESSION, FIND_EVENT = map(sql.numbered, (sql.FIND_SESSION, sql.FIND_EVENT))
ADD_SESSION, ADD_EVENT = map(sql.numbered, (sql.ADD_SESSION, sql.ADD_EVENT))
MAKE_PLACE, WITHDRAW = map(sql.numbered, (sql.MAKE_PLACE, sql.WITHDRAW))
ADD_CONNECTION = sql.numbered(sql.ADD_CONNECTION)
REMOVE_CONNECTION, FIND_CONNECTION = map(sql.numbered, (sql.REMOVE_CONNECTION, sql.FIND_CONNECTION))
WAIT, HOLD, MARK = map(sql.numbered, (sql.WAIT, sql.HOLD, sql.MARK))
ADD_ENTRY, COUNT_PAYING = map(sql.numbered, (sql.ADD_ENTRY, sql.COUNT_PAYING))
LOCK_PLACES: Final = (
    "SELECT user_id, since FROM places WHERE event_id = $1 AND user_id = ANY($2::bigint[])"
    " ORDER BY user_id FOR UPDATE"
)
LOCK_HELD: Final = f"{sql.numbered(sql.FIND_HELD)} FOR UPDATE"
Work = Callable[[Any], Awaitable[Any]]


class _Step(NamedTuple):
    """Work, and who waits for it."""

    work: Work
    answer: asyncio.Future[Any]


async def opened(database: str, people: int, events: int, *, is_grouped: bool) -> PostgresSteps:
    """Opens steps over an empty database, which is filled."""
    pool = await asyncpg.create_pool(database, min_size=CONNECTIONS, max_size=CONNECTIONS)
    async with pool.acquire() as on:
        for statement in sql.TABLES:
            await on.execute(statement)
        await on.executemany(ADD_SESSION, list(sql.sessions(people)))
        await on.executemany(ADD_EVENT, list(sql.events(events)))
    return PostgresSteps(pool, is_grouped=is_grouped)


class PostgresSteps:
    """`Steps` over a pool."""

    def __init__(self, pool: Any, *, is_grouped: bool) -> None:
        self._pool = pool
        self._waiting = asyncio.Queue[_Step]()
        self._written = self._grouped if is_grouped else self._alone
        self._group = asyncio.create_task(self._write()) if is_grouped else None

    async def open(self, role: str, event_id: str, token: str) -> Socket:
        connection_id, session_id = uuid4().hex, session_of(token)

        async def work(on: Any) -> Socket:
            user_id = await on.fetchval(FIND_SESSION, session_id)
            if user_id is None or await on.fetchval(FIND_EVENT, event_id) is None:
                raise LookupError(event_id)
            await on.execute(MAKE_PLACE, event_id, user_id)
            await on.fetch(LOCK_PLACES, event_id, [user_id])
            await on.execute(ADD_CONNECTION, connection_id, event_id, user_id, role, session_id)
            if role == "mark_me":
                await on.execute(WAIT, time_ns(), event_id, user_id)
            return Socket(connection_id, event_id, user_id, role)

        return await self._written(work)  # type: ignore[no-any-return]

    async def hold(self, marker: Socket, target: int) -> None:
        async def work(on: Any) -> None:
            places = await on.fetch(LOCK_PLACES, marker.event_id, [marker.user_id, target])
            await on.fetchval(FIND_CONNECTION, marker.connection_id)
            await on.fetchval(FIND_EVENT, marker.event_id)
            if all(each["user_id"] != target or each["since"] is None for each in places):
                raise LookupError(target)
            await on.execute(HOLD, marker.user_id, time_ns(), marker.event_id, target)

        await self._written(work)

    async def confirm(self, marker: Socket) -> int:
        async def work(on: Any) -> int:
            target: int = await on.fetchval(LOCK_HELD, marker.event_id, marker.user_id)
            await on.fetchval(FIND_CONNECTION, marker.connection_id)
            await on.fetchval(FIND_EVENT, marker.event_id)
            entry = (marker.event_id, target, 1, marker.user_id, time_ns())
            await on.execute(ADD_ENTRY, *entry)
            await on.execute(COUNT_PAYING, marker.user_id, sql.THIS_MONTH)
            await on.execute(MARK, marker.event_id, target)
            return target

        return await self._written(work)  # type: ignore[no-any-return]

    async def leave(self, socket: Socket) -> None:
        async def work(on: Any) -> None:
            await on.fetch(LOCK_PLACES, socket.event_id, [socket.user_id])
            await on.execute(REMOVE_CONNECTION, socket.connection_id)
            if socket.role == "mark_me":
                await on.execute(WITHDRAW, socket.event_id, socket.user_id)

        await self._written(work)

    async def close(self) -> None:
        if self._group is not None:
            self._group.cancel()
            await asyncio.wait({self._group})
        await self._pool.close()

    async def _alone(self, work: Work) -> Any:
        async with self._pool.acquire() as on, on.transaction():
            return await work(on)

    async def _grouped(self, work: Work) -> Any:
        answer = asyncio.get_running_loop().create_future()
        self._waiting.put_nowait(_Step(work, answer))
        return await answer

    async def _write(self) -> None:
        """Carries out what waits, for as long as the process lives."""
        async with self._pool.acquire() as on:
            while True:
                steps = [await self._waiting.get()]
                while not self._waiting.empty() and len(steps) < MAX_GROUP_SIZE:
                    steps.append(self._waiting.get_nowait())
                found = list[Any]()
                async with on.transaction():
                    for step in steps:
                        try:
                            found.append(await step.work(on))
                        except LookupError as error:  # raised before anything is written
                            found.append(error)
                for step, what in zip(steps, found, strict=True):
                    if isinstance(what, LookupError):
                        step.answer.set_exception(what)
                    else:
                        step.answer.set_result(what)
