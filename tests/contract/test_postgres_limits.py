"""Limits hold over all processes: stores that share one PostgreSQL.

Contract: 1, limits.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import URL, text

from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.sql.postgres import PostgresStore
from attendance_core.errors import TooManyRequests
from attendance_core.limits import BeginTry, CountOne, ForgetTallies, Limit
from tests.contract.test_postgres import Stranger

FEW = Limit("few", 5, 60.0)


class TestStores:
    """By the database's clock, as in a service."""

    @pytest.fixture
    async def stores(self, postgres_url: URL) -> AsyncIterator[list[PostgresStore]]:
        """Of two processes."""
        made = [PostgresStore(postgres_url, LocalNotifier()) for _ in range(2)]
        for each in made:
            await each.start()
        yield made
        for each in made:
            await each.close()

    async def test_at_once_they_take_no_more_than_the_most(
        self, stores: list[PostgresStore]
    ) -> None:
        told = await asyncio.gather(
            *(
                CountOne(each.transact)(limit=FEW, whose="anna")
                for _ in range(20)
                for each in stores
            ),
            return_exceptions=True,
        )
        assert Counter(map(type, told)) == {type(None): 5, TooManyRequests: 35}

    async def test_one_waits_for_the_others_transaction_and_sees_what_it_did(
        self, stores: list[PostgresStore]
    ) -> None:
        first, second = stores
        for _ in range(FEW.most):
            await CountOne(first.transact)(limit=FEW, whose="anna")
        async with Stranger(first) as other:
            await other.says("UPDATE tallies SET taken = ''")
            later = asyncio.create_task(CountOne(second.transact)(limit=FEW, whose="anna"))
            await other.is_waited_for()
            await other.connection.commit()
        await later

    async def test_one_that_is_in_use_is_not_forgotten_nor_waited_for(
        self, stores: list[PostgresStore]
    ) -> None:
        first, second = stores
        await BeginTry(first.transact)(limit=FEW, whose="anna")
        await BeginTry(first.transact)(limit=FEW, whose="boris")
        count = text("SELECT count(*) FROM tallies")
        async with first._engine.connect() as other:
            await other.execute(text("UPDATE tallies SET lapses_at = 1"))
            await other.commit()
            one = "UPDATE tallies SET taken = taken WHERE key = (SELECT min(key) FROM tallies)"
            await other.execute(text(one))
            async with asyncio.timeout(1):
                await ForgetTallies(second.transact)()
            assert (await other.execute(count)).scalar_one() == 1
            await other.commit()
            await ForgetTallies(second.transact)()
            assert (await other.execute(count)).scalar_one() == 0
