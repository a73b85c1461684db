"""Who waits, who is refused, and what is counted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

import pytest

from attendance_adapters.container import build_use_cases
from attendance_adapters.in_memory import MemoryStore
from attendance_adapters.notifiers.local import LocalNotifier
from attendance_core import ports
from attendance_core.errors import TooManyRequests, Unavailable
from attendance_core.errors import WrongCredentials as Wrong
from attendance_core.limits import SIGN_UPS, TRY_SECONDS
from attendance_core.marking.terms import Terms
from attendance_core.no_provider import NoIdentityProvider
from attendance_core.testing.clock import TestClock
from attendance_core.testing.stand_ins import (
    CountedIds,
    DictFiles,
    NotingPasswords,
    PlainPictures,
)
from attendance_core.vocabulary import UserId
from attendance_web.http import log_in_tries, password_turns, tally_turns
from attendance_web.http.limits import Limits

T = TypeVar("T")
ADDRESS = "192.0.2.1"


async def until(so: Callable[[], bool]) -> None:
    """Returns when it is so."""
    async with asyncio.timeout(5):
        while not so():
            await asyncio.sleep(0.001)


class Store:
    """One that may be slow, and carries out what it took whoever waits for it."""

    def __init__(self) -> None:
        self.kept = MemoryStore(TestClock(), LocalNotifier())
        self.open = asyncio.Event()
        self.open.set()
        self.at_work = self.most_at_work = 0
        self.asked = 0  # how often
        self._use_cases = build_use_cases(
            transact=self.transact,
            observe=self.kept.observe,
            browse=self.kept.browse,
            files=DictFiles(),
            pictures=PlainPictures(),
            passwords=NotingPasswords(),
            ids=CountedIds(),
            provider=NoIdentityProvider(),
            terms=Terms(),
        )

    async def transact(self, work: Callable[[ports.Unit], T]) -> T:
        return await asyncio.shield(asyncio.create_task(self._carry_out(work)))

    async def _carry_out(self, work: Callable[[ports.Unit], T]) -> T:
        self.asked += 1
        self.at_work += 1
        self.most_at_work = max(self.at_work, self.most_at_work)
        await self.open.wait()
        await asyncio.sleep(0)
        self.at_work -= 1
        return await self.kept.transact(work)

    def limits(self) -> Limits:
        """Those of one process of several."""
        return Limits(self._use_cases)

    @property
    def noted(self) -> list[tuple[int, int]]:
        """How many count, and how many are under way, of each tally."""
        tallies = self.kept._tables.tallies.values()
        return [(len(tally.taken), len(tally.under_way)) for tally, _ in tallies]

    async def is_asked_again(self, times: int) -> None:
        """Returns when it was, so often."""
        before = self.asked
        await until(lambda: self.asked >= before + times)

    async def has_noted(self, taken: int, under_way: int) -> None:
        """Returns when it has."""
        await until(lambda: self.noted == [(taken, under_way)])


@pytest.fixture
async def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setattr(password_turns, "MAX_AT_ONCE", 1000)  # turns have tests of their own
    return Store()


async def sign_up(limits: Limits, address: str = ADDRESS) -> None:
    async with limits.around_sign_up(address):
        pass


async def fails(limits: Limits, address: str = ADDRESS, why: type[Exception] = Wrong) -> None:
    """A log-in with the wrong password, or one that could not be looked at."""
    with pytest.raises(why):
        async with limits.around_log_in("anna", address):
            raise why


class Guesses:
    """Log-ins with a wrong password, all at once, whose passwords are looked at when told."""

    def __init__(self, number: int, *limits: Limits) -> None:
        self.looked_at = 0
        self.go_on = asyncio.Event()
        self.tasks = [
            asyncio.create_task(self._guess(each)) for _ in range(number) for each in limits
        ]

    async def _guess(self, limits: Limits) -> None:
        async with limits.around_log_in("anna", ADDRESS):
            self.looked_at += 1
            await self.go_on.wait()
            raise Wrong

    async def ended(self) -> list[str]:
        """What came of them."""
        self.go_on.set()
        ended = await asyncio.gather(*self.tasks, return_exceptions=True)
        return sorted(type(each).__name__ for each in ended)


class TestFailedLogIns:
    async def test_another_address_has_a_count_of_its_own(self, store: Store) -> None:
        limits = store.limits()
        for _ in range(10):
            await fails(limits)
        async with limits.around_log_in("anna", "192.0.2.2"):
            pass
        await fails(limits, why=TooManyRequests)

    async def test_all_processes_count_together(self, store: Store) -> None:
        one, other = store.limits(), store.limits()
        for _ in range(5):
            await fails(one)
            await fails(other)
        await fails(one, why=TooManyRequests)
        await fails(other, why=TooManyRequests)

    async def test_of_many_at_once_no_more_are_looked_at_than_may_fail(self, store: Store) -> None:
        guesses = Guesses(15, store.limits(), store.limits())
        await until(lambda: guesses.looked_at == 10)
        await store.is_asked_again(2 * tally_turns.MAX_AT_ONCE)  # by those who wait
        assert guesses.looked_at == 10
        assert await guesses.ended() == ["TooManyRequests"] * 20 + ["WrongCredentials"] * 10
        assert guesses.looked_at == 10

    async def test_however_many_succeed_at_once_none_is_refused(self, store: Store) -> None:
        limits, count = (store.limits(), store.limits()), 0

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
            await fails(store.limits(), why=Unavailable)

    async def test_who_cannot_be_looked_at_in_time_is_told_to_come_again(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        guesses = Guesses(10, store.limits())
        await store.has_noted(0, 10)
        monkeypatch.setattr(log_in_tries, "BEGIN_SECONDS", 0.05)
        for _ in range(2):
            with pytest.raises(TooManyRequests, match=" 1 s"):
                async with store.limits().around_log_in("anna", ADDRESS):
                    pass
        assert set(await guesses.ended()) == {"WrongCredentials"}

    async def test_who_waits_behind_another_is_told_so_too(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tally_turns, "TURN_WAIT_SECONDS", 0.2)
        store.open.clear()
        limits = store.limits()
        first = [asyncio.create_task(fails(limits)) for _ in range(tally_turns.MAX_AT_ONCE)]
        await asyncio.sleep(0)
        await fails(limits, why=TooManyRequests)
        store.open.set()
        await asyncio.gather(*first)

    async def test_a_sign_up_that_waits_for_the_store_is_not_one_too_many(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tally_turns, "TURN_WAIT_SECONDS", 0.2)
        store.open.clear()
        limits = store.limits()
        first = [asyncio.create_task(sign_up(limits)) for _ in range(tally_turns.MAX_AT_ONCE)]
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
            async with store.limits().around_log_in("anna", ADDRESS):
                await asyncio.Event().wait()  # for ever
        assert store.noted == [(0, 0)]


class TestStoreIsAwayByTheEnd:
    @pytest.fixture
    def limits(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> Limits:
        async def is_away(*_: object, **__: object) -> None:
            raise Unavailable

        monkeypatch.setattr("attendance_core.limits.EndTry.__call__", is_away)
        return store.limits()

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


class TestCancelled:
    """Whoever goes away while they log in leaves nothing behind."""

    async def cancel(self, task: asyncio.Task[None]) -> None:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        assert task.cancelled()

    async def test_while_they_wait(self, store: Store) -> None:
        limits = store.limits()
        guesses = Guesses(10, limits)
        await store.has_noted(0, 10)
        waiting = [asyncio.create_task(fails(limits)) for _ in range(3)]
        await store.is_asked_again(tally_turns.MAX_AT_ONCE)  # by them
        for each in waiting:
            await self.cancel(each)
        await guesses.ended()
        assert store.noted == [(10, 0)]
        assert not limits._tally_turns

    async def test_while_it_is_noted(self, store: Store) -> None:
        store.open.clear()
        task = asyncio.create_task(fails(store.limits()))
        await until(lambda: store.at_work == 1)
        await self.cancel(task)
        store.open.set()
        await store.has_noted(0, 0)

    async def test_while_the_password_is_looked_at(self, store: Store) -> None:
        guess = Guesses(1, store.limits())
        await until(lambda: guess.looked_at == 1)
        await self.cancel(guess.tasks[0])
        assert store.noted == [(0, 0)]

    async def test_while_a_failure_is_noted_which_then_counts(self, store: Store) -> None:
        guess = Guesses(1, store.limits())
        await until(lambda: guess.looked_at == 1)
        store.open.clear()
        guess.go_on.set()
        await until(lambda: store.at_work == 1)
        await self.cancel(guess.tasks[0])
        store.open.set()
        await store.has_noted(1, 0)


class TestOthers:
    async def test_of_many_at_once_a_few_at_a_time_ask_the_store(self, store: Store) -> None:
        limits = store.limits()
        await asyncio.gather(*(sign_up(limits) for _ in range(SIGN_UPS.most)))
        assert store.noted == [(SIGN_UPS.most, 0)]
        assert store.most_at_work == tally_turns.MAX_AT_ONCE
        with pytest.raises(TooManyRequests):
            await sign_up(limits)
        await sign_up(limits, "192.0.2.2")

    async def test_one_who_fails_may_still_upload_and_sign_up(self, store: Store) -> None:
        limits = store.limits()
        for _ in range(10):
            await fails(limits)
        await limits.count_upload(UserId(1))
        await sign_up(limits)


class TestTurns:
    """Contract: 1.18."""

    async def test_a_crowd_at_one_address_asks_the_store_a_few_at_a_time(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(password_turns, "MAX_AT_ONCE", 2)
        limits, order = store.limits(), []

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
            ("REFUSAL_SECONDS", 0),
        ):
            monkeypatch.setattr(password_turns, name, value)
        limits = store.limits()
        guesses = Guesses(2, limits)
        await until(lambda: guesses.looked_at == 1)
        asked = store.asked
        for _ in range(3):
            await fails(limits, why=TooManyRequests)
            with pytest.raises(TooManyRequests, match=" 5 s"):
                await sign_up(limits)
        assert store.asked == asked
        assert await guesses.ended() == ["WrongCredentials"] * 2
        assert store.noted == [(2, 0)]
