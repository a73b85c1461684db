"""Who waits for a turn at what is limited, and who gives it up."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from attendance_core.errors import TooManyRequests
from attendance_core.errors import WrongCredentials as Wrong
from attendance_web.http import password_turns, tally_turns
from tests.support.counting_store import ADDRESS, Guesses, Store, fails, sign_up, store, until

__all__ = ["store"]


class TestCancelled:
    """Whoever goes away while they log in leaves nothing behind."""

    async def cancel(self, task: asyncio.Task[None]) -> None:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        assert task.cancelled()

    async def test_while_they_wait(self, store: Store) -> None:
        limits = store.new_limits()
        guesses = Guesses(10, limits)
        await store.until_noted(0, 10)
        waiting = [asyncio.create_task(fails(limits)) for _ in range(3)]
        await store.until_asked_again(tally_turns.MAX_AT_ONE_TALLY)  # by them
        for each in waiting:
            await self.cancel(each)
        await guesses.finish()
        assert store.noted == [(10, 0)]
        assert not limits._tally_turns

    async def test_while_it_is_noted(self, store: Store) -> None:
        store.open.clear()
        task = asyncio.create_task(fails(store.new_limits()))
        await until(lambda: store.at_work_count == 1)
        await self.cancel(task)
        store.open.set()
        await store.until_noted(0, 0)

    async def test_while_the_password_is_looked_at(self, store: Store) -> None:
        guess = Guesses(1, store.new_limits())
        await until(lambda: guess.looked_at_count == 1)
        await self.cancel(guess.tasks[0])
        assert store.noted == [(0, 0)]

    async def test_while_a_failure_is_noted_which_then_counts(self, store: Store) -> None:
        guess = Guesses(1, store.new_limits())
        await until(lambda: guess.looked_at_count == 1)
        store.open.clear()
        guess.go_on.set()
        await until(lambda: store.at_work_count == 1)
        await self.cancel(guess.tasks[0])
        store.open.set()
        await store.until_noted(1, 0)


class TestTurns:
    """Contract: 1.18."""

    async def test_a_crowd_at_one_address_asks_the_store_a_few_at_a_time(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(password_turns, "MAX_AT_ONCE", 2)
        limits, order = store.new_limits(), []

        async def come(username: str, address: str) -> None:
            with pytest.raises(Wrong):
                async with limits.around_log_in(username, address):
                    order.append(username)
                    raise Wrong

        async def signs_up() -> None:
            async with limits.around_sign_up("192.0.2.3"):
                order.append("new")

        crowd = [come(f"nobody{number}", ADDRESS) for number in range(30)]
        await asyncio.gather(*crowd, come("boris", "192.0.2.2"), signs_up())
        assert store.most_at_work <= 2
        assert set(order[2:5]) == {"nobody2", "boris", "new"}

    async def test_over_the_bound_nothing_is_asked_or_counted(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name, value in (
            ("MAX_AT_ONCE", 1),
            ("MAX_OTHERS_AN_ADDRESS", 1),
            ("REFUSAL_DELAY_SECONDS", 0),
        ):
            monkeypatch.setattr(password_turns, name, value)
        limits = store.new_limits()
        guesses = Guesses(2, limits)
        await until(lambda: guesses.looked_at_count == 1)
        asked_count = store.asked_count
        for _ in range(3):
            await fails(limits, why=TooManyRequests)
            with pytest.raises(TooManyRequests, match=" 5 s"):
                await sign_up(limits)
        assert store.asked_count == asked_count
        assert await guesses.finish() == ["WrongCredentials"] * 2
        assert store.noted == [(2, 0)]
