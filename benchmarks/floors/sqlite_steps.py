"""The steps by hand over sqlite3: one thread writes, and commits each, or those that wait at once.

The thread is what a server cannot do without that answers others while a disk is slow.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from time import time_ns
from typing import Any, Final, NamedTuple
from uuid import uuid4

from benchmarks.floors import sql
from benchmarks.floors.steps import Socket, session_of

MAX_GROUP_SIZE: Final = 64


class _Step(NamedTuple):
    """Work, and who waits for it."""

    work: Callable[[sqlite3.Connection], Any]
    answer: asyncio.Future[Any]


class SqliteSteps:
    """`Steps` over a file, with `synchronous=FULL`."""

    def __init__(self, database: str, people: int, events: int, *, is_grouped: bool) -> None:
        self._most = MAX_GROUP_SIZE if is_grouped else 1
        self._loop = asyncio.get_running_loop()
        self._waiting = SimpleQueue[_Step]()
        self._connection = sqlite3.connect(
            database, isolation_level=None, check_same_thread=False, cached_statements=64
        )
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.executescript(";".join(sql.TABLES))
        self._connection.execute("BEGIN")
        self._connection.executemany(sql.ADD_SESSION, sql.sessions(people))
        self._connection.executemany(sql.ADD_EVENT, sql.events(events))
        self._connection.execute("COMMIT")
        self._is_closed = False
        self._writer = Thread(target=self._write, daemon=True)
        self._writer.start()

    async def open(self, role: str, event_id: str, token: str) -> Socket:
        connection_id, session_id = uuid4().hex, session_of(token)

        def work(on: sqlite3.Connection) -> Socket:
            found = on.execute(sql.FIND_SESSION, (session_id,)).fetchone()
            if not (found and on.execute(sql.FIND_EVENT, (event_id,)).fetchone()):
                raise LookupError(event_id)
            (user_id,) = found
            on.execute(sql.MAKE_PLACE, (event_id, user_id))
            on.execute(sql.FIND_PLACE, (event_id, user_id)).fetchone()
            on.execute(sql.ADD_CONNECTION, (connection_id, event_id, user_id, role, session_id))
            if role == "mark_me":
                on.execute(sql.WAIT, (time_ns(), event_id, user_id))
            return Socket(connection_id, event_id, user_id, role)

        return await self._written(work)  # type: ignore[no-any-return]

    async def hold(self, marker: Socket, target: int) -> None:
        def work(on: sqlite3.Connection) -> None:
            on.execute(sql.FIND_CONNECTION, (marker.connection_id,)).fetchone()
            on.execute(sql.FIND_EVENT, (marker.event_id,)).fetchone()
            on.execute(sql.FIND_PLACE, (marker.event_id, marker.user_id)).fetchone()
            place = on.execute(sql.FIND_PLACE, (marker.event_id, target)).fetchone()
            if place is None or place[0] is None:
                raise LookupError(target)
            on.execute(sql.HOLD, (marker.user_id, time_ns(), marker.event_id, target))

        await self._written(work)

    async def confirm(self, marker: Socket) -> int:
        def work(on: sqlite3.Connection) -> int:
            on.execute(sql.FIND_CONNECTION, (marker.connection_id,)).fetchone()
            on.execute(sql.FIND_EVENT, (marker.event_id,)).fetchone()
            target: int
            (target,) = on.execute(sql.FIND_HELD, (marker.event_id, marker.user_id)).fetchone()
            entry = (marker.event_id, target, 1, marker.user_id, time_ns())
            on.execute(sql.ADD_ENTRY, entry)
            on.execute(sql.COUNT_PAYING, (marker.user_id, sql.THIS_MONTH))
            on.execute(sql.MARK, (marker.event_id, target))
            return target

        return await self._written(work)  # type: ignore[no-any-return]

    async def leave(self, socket: Socket) -> None:
        def work(on: sqlite3.Connection) -> None:
            on.execute(sql.FIND_PLACE, (socket.event_id, socket.user_id)).fetchone()
            on.execute(sql.REMOVE_CONNECTION, (socket.connection_id,))
            if socket.role == "mark_me":
                on.execute(sql.WITHDRAW, (socket.event_id, socket.user_id))

        await self._written(work)

    async def close(self) -> None:
        def work(on: sqlite3.Connection) -> None:
            self._is_closed = True

        await self._written(work)
        self._writer.join()
        self._connection.close()

    async def _written(self, work: Callable[[sqlite3.Connection], Any]) -> Any:
        answer = self._loop.create_future()
        self._waiting.put(_Step(work, answer))
        return await answer

    def _write(self) -> None:
        """Carries out what waits, until it is closed or the process ends."""
        while not self._is_closed:
            steps = [self._waiting.get()]
            with suppress(Empty):
                while len(steps) < self._most:
                    steps.append(self._waiting.get_nowait())
            found = list[Any]()
            self._connection.execute("BEGIN IMMEDIATE")
            for step in steps:
                try:
                    found.append(step.work(self._connection))
                except LookupError as error:  # raised before anything is written
                    found.append(error)
            self._connection.execute("COMMIT")
            with suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(_answer, steps, found)


def _answer(steps: list[_Step], found: list[Any]) -> None:
    for step, what in zip(steps, found, strict=True):
        if step.answer.done():
            continue
        if isinstance(what, LookupError):
            step.answer.set_exception(what)
        else:
            step.answer.set_result(what)
