"""A store of tallies that a test holds up or lets fail, and guesses at it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

import pytest

from attendance_adapters.container import build_use_cases
from attendance_adapters.in_memory import MemoryStore
from attendance_adapters.notifiers.local import LocalNotifier
from attendance_core import ports
from attendance_core.errors import WrongCredentials as Wrong
from attendance_core.marking.terms import Terms
from attendance_core.no_provider import NoIdentityProvider
from attendance_core.testing.clock import TestClock
from attendance_core.testing.stand_ins import (
    CountedIds,
    DictFiles,
    NotingPasswords,
    PrefixedPictures,
)
from attendance_web.http import password_turns
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
        self.at_work_count = self.most_at_work = 0
        self.asked_count = 0
        self._use_cases = build_use_cases(
            transact=self.transact,
            observe=self.kept.observe,
            browse=self.kept.browse,
            files=DictFiles(),
            pictures=PrefixedPictures(),
            passwords=NotingPasswords(),
            ids=CountedIds(),
            provider=NoIdentityProvider(),
            terms=Terms(),
        )

    async def transact(self, work: Callable[[ports.Unit], T]) -> T:
        return await asyncio.shield(asyncio.create_task(self._carry_out(work)))

    async def _carry_out(self, work: Callable[[ports.Unit], T]) -> T:
        self.asked_count += 1
        self.at_work_count += 1
        self.most_at_work = max(self.at_work_count, self.most_at_work)
        await self.open.wait()
        await asyncio.sleep(0)
        self.at_work_count -= 1
        return await self.kept.transact(work)

    def new_limits(self) -> Limits:
        """Makes those of one process of several."""
        return Limits(self._use_cases)

    @property
    def noted(self) -> list[tuple[int, int]]:
        """How many count, and how many are under way, of each tally."""
        tallies = self.kept._tables.tallies.values()
        return [(len(tally.taken), len(tally.under_way)) for tally, _ in tallies]

    async def until_asked_again(self, times: int) -> None:
        """Returns when it was asked so often again."""
        before = self.asked_count
        await until(lambda: self.asked_count >= before + times)

    async def until_noted(self, taken: int, under_way: int) -> None:
        """Returns when so many count, and so many are under way, of its one tally."""
        await until(lambda: self.noted == [(taken, under_way)])


@pytest.fixture
async def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setattr(password_turns, "MAX_AT_ONCE", 1000)  # turns have tests of their own
    return Store()


async def sign_up(limits: Limits, address: str = ADDRESS) -> None:
    async with limits.around_sign_up(address):
        pass


async def fails(limits: Limits, address: str = ADDRESS, why: type[Exception] = Wrong) -> None:
    """Has a log-in fail: its password is wrong, or could not be looked at."""
    with pytest.raises(why):
        async with limits.around_log_in("anna", address):
            raise why


class Guesses:
    """Log-ins with a wrong password, all at once, whose passwords are looked at when told."""

    def __init__(self, number: int, *limits: Limits) -> None:
        self.looked_at_count = 0
        self.go_on = asyncio.Event()
        self.tasks = [
            asyncio.create_task(self._guess(each)) for _ in range(number) for each in limits
        ]

    async def _guess(self, limits: Limits) -> None:
        async with limits.around_log_in("anna", ADDRESS):
            self.looked_at_count += 1
            await self.go_on.wait()
            raise Wrong

    async def finish(self) -> list[str]:
        """Has all passwords looked at; answers the names of what each log-in has raised."""
        self.go_on.set()
        ended = await asyncio.gather(*self.tasks, return_exceptions=True)
        return sorted(type(each).__name__ for each in ended)
