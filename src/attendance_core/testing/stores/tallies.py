"""Every store counts what is limited. Contract: 1.10."""

from __future__ import annotations

import asyncio
from typing import Any

from attendance_core.errors import (
    TooManyRequests,
)
from attendance_core.limits import BeginTry, CountOne, EndTry, Limit, Tally, TryResult
from attendance_core.testing.clock import NOON
from attendance_core.vocabulary import TallyKey


class TestTallies:
    KEY = TallyKey("0123456789abcdef" * 2)
    FULL = Tally(KEY, (NOON, NOON + 0.000001, NOON + 1.5), (NOON + 2.000003,))

    async def lock_tally(self, store: Any) -> Tally:
        return await store.transact(lambda u: u.tallies.lock(self.KEY))  # type: ignore[no-any-return]

    async def put(self, store: Any, tally: Tally, lapses_at: float) -> None:
        def work(unit: Any) -> None:
            unit.tallies.lock(tally.key)
            unit.tallies.put(tally, lapses_at)

        await store.transact(work)

    async def test_a_tally_is_empty_until_another_is_put(self, store: Any) -> None:
        for _ in range(2):
            assert await self.lock_tally(store) == Tally(self.KEY)
        await self.put(store, self.FULL, NOON + 9)
        assert await self.lock_tally(store) == self.FULL
        await self.put(store, Tally(self.KEY), 0.0)
        assert await self.lock_tally(store) == Tally(self.KEY)

    async def test_tallies_that_have_lapsed_are_forgotten(self, store: Any) -> None:
        other = Tally(TallyKey("f" * 32), (NOON,))
        await self.put(store, self.FULL, NOON + 9)
        await self.put(store, other, NOON + 9.000001)
        await store.transact(lambda u: u.tallies.remove_lapsed(NOON + 8.999999))
        assert await self.lock_tally(store) == self.FULL
        await store.transact(lambda u: u.tallies.remove_lapsed(NOON + 9))
        assert await self.lock_tally(store) == Tally(self.KEY)
        assert await store.transact(lambda u: u.tallies.lock(other.key)) == other

    async def test_of_many_who_ask_at_once_no_more_than_the_limit_are_let_in(
        self, store: Any
    ) -> None:
        few, count = Limit("few", 7, 60.0), CountOne(store.transact)
        await store.transact(lambda u: u.tallies.lock(self.KEY))
        told = await asyncio.gather(
            *(count(limit=few, subject="anna") for _ in range(30)), return_exceptions=True
        )
        assert sum(each is None for each in told) == 7
        assert sum(isinstance(each, TooManyRequests) for each in told) == 23

    async def test_of_many_tries_at_once_no_more_than_the_limit_are_begun(self, store: Any) -> None:
        few = Limit("few", 7, 60.0)
        begin, end = BeginTry(store.transact), EndTry(store.transact)

        async def fail() -> bool:
            began = await begin(limit=few, subject="anna")
            if began is None:
                return False
            await end(limit=few, subject="anna", began=began, result=TryResult.FAILED)
            return True

        failed = 0
        for _ in range(3):
            told = await asyncio.gather(*(fail() for _ in range(30)), return_exceptions=True)
            assert all(isinstance(each, bool | TooManyRequests) for each in told)
            failed += sum(each is True for each in told)
        assert failed == 7
