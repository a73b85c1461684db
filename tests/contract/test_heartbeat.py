"""A process proves that it lives, sweeps, and goes on under a new id when its lease is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from attendance_adapters import heartbeat
from attendance_adapters.heartbeat import Heartbeat
from attendance_adapters.in_memory import MemoryStore
from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.sweeper import Sweeper
from attendance_core.errors import Unavailable
from attendance_core.marking.connections import Process
from attendance_core.marking.terms import DEFAULT_TERMS, Terms
from attendance_core.marking.upkeep import RenewLease, Sweep, TakeLease
from attendance_core.testing.clock import NOON, TestClock
from attendance_core.testing.lectures import Lecture
from attendance_core.testing.stand_ins import CountedIds
from attendance_core.vocabulary import ProcessId, UserId

ROUND_EVERY = 0.005  # seconds
PATIENCE_SECONDS = 10
WITHIN_LEASE_SECONDS = DEFAULT_TERMS.lease_seconds - 1
BEYOND_LEASE_SECONDS = DEFAULT_TERMS.lease_seconds + 1
HOLD_SECONDS = int(DEFAULT_TERMS.hold_seconds)


async def until(happened: Callable[[], Any]) -> None:
    """Lets the loop go on until this has happened."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not happened():
            await asyncio.sleep(0.001)


class FaultyStore:
    """A memory store that may be away, hang, or fail; it counts what it was asked."""

    def __init__(self, clock: TestClock) -> None:
        self.kept = MemoryStore(clock, LocalNotifier())
        self.error: Exception | None = None
        self.may_be_reached = asyncio.Event()  # cleared: it hangs
        self.may_be_reached.set()
        self.work_count = self.look_count = 0

    async def transact(self, work: Any) -> Any:
        self.work_count += 1
        await self._reach()
        return await self.kept.transact(work)

    async def observe(self, look: Any) -> Any:
        self.look_count += 1
        await self._reach()
        return await self.kept.observe(look)

    async def _reach(self) -> None:
        await self.may_be_reached.wait()
        if self.error is not None:
            raise self.error

    async def process(self, process_id: ProcessId) -> Process | None:
        return await self.kept.observe(lambda unit: unit.processes.find(process_id))


class Upkeep:
    """A heartbeat and a sweeper over such a store, and how often the lease was lost."""

    def __init__(self, store: FaultyStore, terms: Terms, renew_every: float = ROUND_EVERY) -> None:
        self.store = store
        self.lost_count = 0
        self.heartbeat = Heartbeat(
            take_lease=TakeLease(store.transact, terms),
            renew_lease=RenewLease(store.transact, terms),
            ids=CountedIds(),
            terms=terms,
            renew_every=renew_every,
        )
        self.sweeper = Sweeper(
            sweep=Sweep(store.transact, store.observe, terms),
            heartbeat=self.heartbeat,
            sweep_every=ROUND_EVERY,
        )
        self.heartbeat.call_when_lease_lost(self._note)

    async def start(self) -> None:
        await self.heartbeat.start()
        self.sweeper.start()

    async def close(self) -> None:
        await self.sweeper.close()
        await self.heartbeat.close()

    def _note(self) -> None:
        self.lost_count += 1

    async def until_its_next_transaction(self) -> None:
        """Waits until it has made, or tried, one more."""
        before = self.store.work_count
        await until(lambda: self.store.work_count > before)

    async def until_its_lease_is_lost(self, times: int) -> None:
        """Waits until it was lost so often."""
        await until(lambda: self.lost_count == times)

    async def until_it_is_leased_again(self) -> None:
        """Waits until the store has its lease."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await self.leased_process() is None:
                await asyncio.sleep(0)

    async def leased_process(self) -> Process | None:
        return await self.store.process(self.heartbeat.process_id)


@pytest.fixture
def store(clock: TestClock) -> FaultyStore:
    return FaultyStore(clock)


@pytest.fixture
async def upkeep(store: FaultyStore) -> AsyncIterator[Upkeep]:
    made = Upkeep(store, Terms())
    await made.start()
    yield made
    await made.close()


class TestHeartbeat:
    async def test_a_started_process_has_its_lease_and_keeps_it(
        self, upkeep: Upkeep, clock: TestClock
    ) -> None:
        assert await upkeep.leased_process() == Process(upkeep.heartbeat.process_id, NOON, NOON)
        first = upkeep.heartbeat.process_id
        clock.pass_(WITHIN_LEASE_SECONDS)
        before = upkeep.store.work_count
        await until(lambda: upkeep.store.work_count > before + 1)
        assert await upkeep.leased_process() == Process(first, NOON + WITHIN_LEASE_SECONDS, NOON)
        assert upkeep.lost_count == 0
        assert upkeep.heartbeat.holds_lease

    async def test_without_its_store_it_holds_no_lease_for_long(self, store: FaultyStore) -> None:
        upkeep = Upkeep(store, Terms(lease_seconds=0.05))
        assert not upkeep.heartbeat.holds_lease
        await upkeep.start()
        assert upkeep.heartbeat.holds_lease
        store.error = Unavailable()
        await until(lambda: not upkeep.heartbeat.holds_lease)
        store.error = None
        await until(lambda: upkeep.heartbeat.holds_lease)
        await upkeep.close()

    async def test_what_the_store_did_not_take_is_known_long_before_the_lease_is_lost(
        self, upkeep: Upkeep
    ) -> None:
        assert upkeep.heartbeat.store_answers
        upkeep.store.error = Unavailable()
        await until(lambda: not upkeep.heartbeat.store_answers)
        assert upkeep.heartbeat.holds_lease
        upkeep.store.error = None
        await until(lambda: upkeep.heartbeat.store_answers)
        assert upkeep.lost_count == 0

    async def test_a_store_that_is_silent_does_not_answer(
        self, upkeep: Upkeep, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(heartbeat, "SILENT_SECONDS", 0.05)
        upkeep.store.may_be_reached.clear()
        await until(lambda: not upkeep.heartbeat.store_answers)
        assert upkeep.heartbeat.holds_lease
        upkeep.store.may_be_reached.set()
        await until(lambda: upkeep.heartbeat.store_answers)
        assert upkeep.lost_count == 0

    async def test_its_sweeper_sweeps(self, upkeep: Upkeep, clock: TestClock) -> None:
        lecture = await Lecture.begun(upkeep.store.kept, waiting=1)
        await lecture.do.prepare_to_mark(connection=lecture.markers[0], target=UserId(3))
        for _ in range(HOLD_SECONDS + 1):
            clock.pass_(1)
            await upkeep.until_its_next_transaction()
        before = upkeep.store.look_count
        await until(lambda: upkeep.store.look_count > before + 1)
        # The hold has run out, and the process of whoever was held has died
        assert (await lecture.place(3)).state is None
        assert upkeep.lost_count == 0

    async def test_a_lease_lost_in_the_store_is_taken_up_under_a_new_id(
        self, upkeep: Upkeep, clock: TestClock
    ) -> None:
        first = upkeep.heartbeat.process_id
        clock.pass_(BEYOND_LEASE_SECONDS)
        lost_at = clock.now()
        await until(lambda: upkeep.lost_count)
        assert upkeep.heartbeat.process_id != first
        before = upkeep.store.work_count
        await until(lambda: upkeep.store.work_count > before)
        assert await upkeep.leased_process() == Process(
            upkeep.heartbeat.process_id, lost_at, lost_at
        )
        assert await upkeep.store.process(first) == Process(first, NOON, NOON)
        assert upkeep.lost_count == 1

    async def test_it_is_lost_once_though_renewal_and_sweep_both_see_it(
        self, upkeep: Upkeep, clock: TestClock
    ) -> None:
        work_count, look_count = upkeep.store.work_count, upkeep.store.look_count
        upkeep.store.may_be_reached.clear()
        await until(
            lambda: upkeep.store.work_count > work_count and upkeep.store.look_count > look_count
        )
        clock.pass_(BEYOND_LEASE_SECONDS)
        upkeep.store.may_be_reached.set()
        await until(
            lambda: (
                upkeep.store.work_count > work_count + 2
                and upkeep.store.look_count > look_count + 2
            )
        )
        assert upkeep.lost_count == 1

    @pytest.mark.parametrize("error", [Unavailable(), ValueError("a bug")])
    async def test_rounds_that_fail_are_survived(
        self, error: Exception, upkeep: Upkeep, caplog: pytest.LogCaptureFixture
    ) -> None:
        first = upkeep.heartbeat.process_id
        upkeep.store.error = error
        work_count, look_count = upkeep.store.work_count, upkeep.store.look_count
        await until(
            lambda: (
                upkeep.store.work_count > work_count + 1
                and upkeep.store.look_count > look_count + 1
            )
        )
        upkeep.store.error = None
        work_count, look_count = upkeep.store.work_count, upkeep.store.look_count
        await until(
            lambda: (
                upkeep.store.work_count > work_count + 1
                and upkeep.store.look_count > look_count + 1
            )
        )
        assert upkeep.heartbeat.process_id == first
        assert upkeep.lost_count == 0
        assert caplog.records

    @pytest.mark.parametrize("way", ["hangs", "away"])
    async def test_a_store_away_for_longer_than_the_lease_loses_it_once(
        self, way: str, store: FaultyStore
    ) -> None:
        upkeep = Upkeep(store, Terms(lease_seconds=0.1))
        await upkeep.start()
        first = upkeep.heartbeat.process_id
        store.error = Unavailable()
        if way == "hangs":
            store.may_be_reached.clear()
        await until(lambda: upkeep.lost_count)
        assert upkeep.heartbeat.process_id != first
        assert await upkeep.leased_process() is None
        before = store.work_count
        if way == "away":
            await until(lambda: store.work_count > before + 2)
        store.error = None
        second = upkeep.heartbeat.process_id
        if way == "away":
            await upkeep.until_it_is_leased_again()
            assert upkeep.heartbeat.process_id == second
        assert upkeep.lost_count == 1
        await upkeep.close()

    async def test_a_listener_that_raises_ends_neither_it_nor_the_others(
        self, upkeep: Upkeep, clock: TestClock
    ) -> None:
        def raises() -> None:
            raise ValueError

        told_count = 0

        def tell() -> None:
            nonlocal told_count
            told_count += 1

        upkeep.heartbeat.call_when_lease_lost(raises)
        upkeep.heartbeat.call_when_lease_lost(tell)
        for lost in (1, 2):
            clock.pass_(BEYOND_LEASE_SECONDS)
            await upkeep.until_its_lease_is_lost(lost)
            await upkeep.until_it_is_leased_again()
            assert told_count == lost

    async def test_a_closed_one_asks_nothing_more(self, upkeep: Upkeep) -> None:
        before = upkeep.store.work_count
        await until(lambda: upkeep.store.work_count > before)
        await upkeep.close()
        asked_counts = upkeep.store.work_count, upkeep.store.look_count
        assert not [
            task for task in asyncio.all_tasks() if task.get_name() in {"sweep", "renew-lease"}
        ]
        await asyncio.sleep(0)
        assert (upkeep.store.work_count, upkeep.store.look_count) == asked_counts
        await upkeep.close()
