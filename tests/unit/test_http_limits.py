"""Who waits, who is refused, and what is counted."""

from __future__ import annotations

import asyncio

import pytest

from attendance_core.errors import TooManyRequests, Unavailable
from attendance_core.errors import WrongCredentials as Wrong
from attendance_core.limits import SIGN_UPS, TRY_SECONDS
from attendance_core.vocabulary import UserId
from attendance_web.http import log_in_tries, tally_turns
from attendance_web.http.limits import Limits
from tests.support.counting_store import ADDRESS, Guesses, Store, fails, sign_up, store, until

__all__ = ["store"]


class TestFailedLogIns:
    async def test_another_address_has_a_count_of_its_own(self, store: Store) -> None:
        limits = store.new_limits()
        for _ in range(10):
            await fails(limits)
        async with limits.around_log_in("anna", "192.0.2.2"):
            pass
        await fails(limits, why=TooManyRequests)

    async def test_all_processes_count_together(self, store: Store) -> None:
        one, other = store.new_limits(), store.new_limits()
        for _ in range(5):
            await fails(one)
            await fails(other)
        await fails(one, why=TooManyRequests)
        await fails(other, why=TooManyRequests)

    async def test_of_many_at_once_no_more_are_looked_at_than_may_fail(self, store: Store) -> None:
        guesses = Guesses(15, store.new_limits(), store.new_limits())
        await until(lambda: guesses.looked_at_count == 10)
        await store.until_asked_again(2 * tally_turns.MAX_AT_ONE_TALLY)  # by those who wait
        assert guesses.looked_at_count == 10
        assert await guesses.finish() == ["TooManyRequests"] * 20 + ["WrongCredentials"] * 10
        assert guesses.looked_at_count == 10

    async def test_however_many_succeed_at_once_none_is_refused(self, store: Store) -> None:
        limits, count = (store.new_limits(), store.new_limits()), 0

        async def log_in(number: int) -> None:
            nonlocal count
            async with limits[number % 2].around_log_in("anna", ADDRESS):
                await asyncio.sleep(0)
                count += 1

        await asyncio.gather(*map(log_in, range(50)))
        assert count == 50
        assert not any(each._tally_turns for each in limits)
        assert store.noted == [(0, 0)]

    async def test_one_that_we_could_not_look_at_is_not_counted(self, store: Store) -> None:
        for _ in range(30):
            await fails(store.new_limits(), why=Unavailable)

    async def test_who_cannot_be_looked_at_in_time_is_told_to_come_again(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        guesses = Guesses(10, store.new_limits())
        await store.until_noted(0, 10)
        monkeypatch.setattr(log_in_tries, "BEGIN_SECONDS", 0.05)
        for _ in range(2):
            with pytest.raises(TooManyRequests, match=" 1 s"):
                async with store.new_limits().around_log_in("anna", ADDRESS):
                    pass
        assert set(await guesses.finish()) == {"WrongCredentials"}

    async def test_who_waits_behind_another_is_told_so_too(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tally_turns, "TURN_WAIT_SECONDS", 0.2)
        store.open.clear()
        limits = store.new_limits()
        first = [asyncio.create_task(fails(limits)) for _ in range(tally_turns.MAX_AT_ONE_TALLY)]
        await asyncio.sleep(0)
        await fails(limits, why=TooManyRequests)
        store.open.set()
        await asyncio.gather(*first)

    async def test_a_sign_up_that_waits_for_the_store_is_not_one_too_many(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tally_turns, "TURN_WAIT_SECONDS", 0.2)
        store.open.clear()
        limits = store.new_limits()
        first = [asyncio.create_task(sign_up(limits)) for _ in range(tally_turns.MAX_AT_ONE_TALLY)]
        await asyncio.sleep(0)
        with pytest.raises(Unavailable):
            await sign_up(limits)
        store.open.set()
        await asyncio.gather(*first)

    async def test_one_that_is_not_looked_at_for_a_minute_is_given_up(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # It is ended while it still counts
        assert log_in_tries.PASSWORD_SECONDS + 2 * 5 < TRY_SECONDS
        monkeypatch.setattr(log_in_tries, "PASSWORD_SECONDS", 0.01)
        with pytest.raises(Unavailable):
            async with store.new_limits().around_log_in("anna", ADDRESS):
                await asyncio.Event().wait()  # for ever
        assert store.noted == [(0, 0)]


class TestStoreIsAwayByTheEnd:
    @pytest.fixture
    def limits(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> Limits:
        async def raise_unavailable(*_: object, **__: object) -> None:
            raise Unavailable

        monkeypatch.setattr("attendance_core.limits.EndTry.__call__", raise_unavailable)
        return store.new_limits()

    async def test_a_log_in_that_is_done_is_answered(self, store: Store, limits: Limits) -> None:
        async with limits.around_log_in("anna", ADDRESS):
            pass
        assert store.noted == [(0, 1)]

    async def test_a_guess_that_cannot_be_counted_is_not_answered(self, limits: Limits) -> None:
        with pytest.raises(Unavailable):
            async with limits.around_log_in("anna", ADDRESS):
                raise Wrong

    async def test_what_went_wrong_with_it_is_told(self, limits: Limits) -> None:
        with pytest.raises(asyncio.CancelledError):
            async with limits.around_log_in("anna", ADDRESS):
                raise asyncio.CancelledError


class TestOthers:
    async def test_of_many_at_once_a_few_at_a_time_ask_the_store(self, store: Store) -> None:
        limits = store.new_limits()
        await asyncio.gather(*(sign_up(limits) for _ in range(SIGN_UPS.most)))
        assert store.noted == [(SIGN_UPS.most, 0)]
        assert store.most_at_work == tally_turns.MAX_AT_ONE_TALLY
        with pytest.raises(TooManyRequests):
            await sign_up(limits)
        await sign_up(limits, "192.0.2.2")

    async def test_one_who_fails_may_still_upload_and_sign_up(self, store: Store) -> None:
        limits = store.new_limits()
        for _ in range(10):
            await fails(limits)
        await limits.count_upload(UserId(1))
        await sign_up(limits)
