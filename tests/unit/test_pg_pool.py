"""The pool of connections to PostgreSQL, over connections that are none."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import pytest
from sqlalchemy.util import await_only

from attendance_adapters.sql import pg_pool
from attendance_adapters.sql.pg_connection import PgConnection
from attendance_adapters.sql.pg_errors import ConnectionLost, NoConnectionFree
from attendance_adapters.sql.pg_pool import Pool


class Driver:
    """As much of asyncpg's connection as a pool asks for."""

    def __init__(self) -> None:
        self.closed = self.in_transaction = self.fails = False
        self.said: list[str] = []

    def is_closed(self) -> bool:
        return self.closed

    def is_in_transaction(self) -> bool:
        return self.in_transaction

    async def execute(self, script: str) -> str:
        self.said.append(script)
        if self.fails:
            raise OSError("gone")
        self.in_transaction = script != "ROLLBACK"
        return script

    def terminate(self) -> None:
        self.closed = True

    async def close(self, **_: float) -> None:
        self.closed = True


class Trial:
    """A pool, the connections it has made, and work that waits to be told to go on."""

    def __init__(self, size: int) -> None:
        self.made: list[Any] = []
        self.refusal_count = 0  # connections that will not be made
        self.begun: list[str] = []
        self.goes_on = asyncio.Event()
        self.pool = Pool(self._connect, size)

    async def _connect(self) -> PgConnection:
        await asyncio.sleep(0)
        if self.refusal_count:
            self.refusal_count -= 1
            raise OSError("refused")
        self.made.append(Driver())
        return PgConnection(self.made[-1])

    def starts(self, name: str = "") -> asyncio.Task[Any]:
        def work(connection: PgConnection) -> Any:
            self.begun.append(name)
            await_only(self.goes_on.wait())
            return connection.driver

        return asyncio.create_task(self.pool.run(work))

    async def takes(self) -> Any:
        """Finds the driver of the connection that somebody gets now."""
        return await self.pool.run(lambda connection: connection.driver)


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_there_are_only_so_many_connections_and_they_are_lent_again() -> None:
    trial = Trial(3)
    tasks = [trial.starts() for _ in range(10)]
    await settle()
    assert (len(trial.begun), trial.pool.taken_count) == (3, 3)
    trial.goes_on.set()
    assert {await task for task in tasks} == set(trial.made)
    assert (len(trial.made), trial.pool.taken_count) == (3, 0)


async def test_whoever_came_first_is_first_and_nobody_comes_in_between() -> None:
    trial = Trial(1)
    tasks = [trial.starts(name) for name in "abc"]
    await settle()
    trial.goes_on.set()
    tasks.append(trial.starts("d"))
    await asyncio.gather(*tasks)
    assert trial.begun == ["a", "b", "c", "d"]


async def test_who_is_cancelled_while_they_wait_gives_their_place_away() -> None:
    trial = Trial(1)
    first, second, third = (trial.starts(name) for name in "abc")
    await settle()
    second.cancel()
    trial.goes_on.set()
    await asyncio.gather(first, third)
    assert (trial.begun, trial.pool.taken_count) == (["a", "c"], 0)


async def test_and_so_does_one_who_is_cancelled_just_as_their_turn_comes() -> None:
    for steps in range(8):
        trial = Trial(1)
        first, second, third = (trial.starts(name) for name in "abc")
        await settle()
        trial.goes_on.set()
        for _ in range(steps):
            await asyncio.sleep(0)
        second.cancel()
        async with asyncio.timeout(1):
            await asyncio.wait([first, second, third])
        assert third.exception() is None
        assert trial.pool.taken_count == 0


async def test_a_connection_whose_work_was_cancelled_is_not_lent_again() -> None:
    trial = Trial(1)
    task = trial.starts()
    await settle()
    task.cancel()
    await asyncio.wait([task])
    assert trial.made[0].closed
    assert await trial.takes() is trial.made[1]


async def test_nor_one_that_is_lost_whoever_finds_it() -> None:
    trial = Trial(2)
    lost = await trial.takes()
    lost.closed = True
    other = await trial.takes()
    assert other is not lost

    def loses(connection: PgConnection) -> None:
        connection.driver.closed = True
        raise asyncpg.ConnectionDoesNotExistError("lost")

    with pytest.raises(ConnectionLost):
        await trial.pool.run(loses)
    assert await trial.takes() not in (lost, other)


async def test_nor_one_on_which_the_driver_no_longer_knows_what_it_is_told() -> None:
    """The server said goodbye between two statements, and its end has not been read yet."""
    trial = Trial(1)

    def loses_track(_: PgConnection) -> None:
        raise asyncpg.InternalClientError("another operation is in progress")

    with pytest.raises(ConnectionLost):
        await trial.pool.run(loses_track)
    assert trial.made[0].closed
    assert await trial.takes() is trial.made[1]


async def test_what_was_left_open_is_undone_before_anybody_else_has_the_connection() -> None:
    trial = Trial(1)

    def refuses(connection: PgConnection) -> None:
        connection.run("BEGIN", [])
        raise KeyError

    for _ in range(2):
        with pytest.raises(KeyError):
            await trial.pool.run(refuses)
    assert trial.made[0].said == ["BEGIN", "ROLLBACK"] * 2
    trial.made[0].fails, trial.made[0].in_transaction = True, True
    assert await trial.takes() is trial.made[0]
    assert trial.made[0].closed, "it could not be undone"
    assert await trial.takes() is trial.made[1]


async def test_one_that_the_server_does_not_answer_on_is_not_lent_again() -> None:
    trial = Trial(1)

    def times_out(_: PgConnection) -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        await trial.pool.run(times_out)
    assert trial.made[0].closed
    assert await trial.takes() is trial.made[1]


async def test_a_connection_that_is_refused_takes_no_place() -> None:
    trial = Trial(1)
    trial.refusal_count = 3
    told = await asyncio.gather(*(trial.takes() for _ in range(4)), return_exceptions=True)
    assert [type(each) for each in told] == [OSError] * 3 + [Driver]


async def test_who_waits_too_long_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pg_pool, "POOL_SECONDS", 0.01)
    trial = Trial(1)
    task = trial.starts()
    await settle()
    with pytest.raises(NoConnectionFree):
        await trial.takes()
    trial.goes_on.set()
    await task
    assert await trial.takes() is trial.made[0]


async def test_after_a_migration_those_at_rest_are_made_anew() -> None:
    trial = Trial(2)
    trial.goes_on.set()
    await asyncio.gather(trial.starts(), trial.starts())

    def meets_old_plan(_: PgConnection) -> None:
        raise asyncpg.InvalidCachedStatementError("cached plan must not change result type")

    with pytest.raises(asyncpg.InvalidCachedStatementError):
        await trial.pool.run(meets_old_plan)
    assert all(each.closed for each in trial.made)
    assert await trial.takes() is trial.made[2]
