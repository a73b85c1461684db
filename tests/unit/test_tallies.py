"""What is counted against whom: exact windows, whatever the clock does. Contract: 1.10."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance_adapters.in_memory import MemoryStore
from attendance_adapters.notifiers.local import LocalNotifier
from attendance_core.errors import TooManyRequests
from attendance_core.limits import (
    FAILED_LOG_INS,
    SIGN_UPS,
    TRY_SECONDS,
    UPLOADS,
    BeginTry,
    CountOne,
    EndTry,
    ForgetTallies,
    Limit,
    Tally,
    TryResult,
    key_of,
)
from attendance_core.testing.clock import NOON, TestClock
from attendance_core.testing.machine.driving import drive
from attendance_core.vocabulary import Instant, TallyKey

FEW = Limit("few", 3, 10.0)
EMPTY = Tally(TallyKey("key"))
steps_of_time = st.lists(st.sampled_from([0.0, 0.5, 1.0, 3.0, 4.0, 9.0, 10.0]), max_size=40)


def taken_at(*instants: Instant) -> Tally:
    return Tally(TallyKey("key"), instants)


@dataclass
class Counter:
    """The use cases over a memory of their own."""

    clock: TestClock = field(default_factory=TestClock)

    def __post_init__(self) -> None:
        self.store = MemoryStore(self.clock, LocalNotifier())
        self._count, self._begin = CountOne(self.store.transact), BeginTry(self.store.transact)
        self._end, self._forget = EndTry(self.store.transact), ForgetTallies(self.store.transact)

    def count_one(self, whose: str = "anna", limit: Limit = FEW) -> None:
        drive(self._count(limit=limit, subject=whose))

    def seconds_to_wait(self, do: Callable[[], object]) -> int:
        """Seconds that one is told to wait."""
        with pytest.raises(TooManyRequests) as refused:
            do()
        seconds = refused.value.words["seconds"]
        assert isinstance(seconds, int)
        return seconds

    def begin(self, whose: str = "anna", limit: Limit = FEW) -> Instant | None:
        return drive(self._begin(limit=limit, subject=whose))

    def must_begin(self, whose: str = "anna", limit: Limit = FEW) -> Instant:
        began = self.begin(whose, limit)
        assert began is not None
        return began

    def end(
        self, began: Instant, result: TryResult, whose: str = "anna", limit: Limit = FEW
    ) -> None:
        drive(self._end(limit=limit, subject=whose, began=began, result=result))

    def fail(self, whose: str = "anna", limit: Limit = FEW) -> None:
        self.end(self.must_begin(whose, limit), TryResult.FAILED, whose, limit)

    def forget(self) -> None:
        drive(self._forget())

    def __len__(self) -> int:
        return len(self.store._tables.tallies)


@pytest.fixture
def counter() -> Counter:
    return Counter()


class TestWindow:
    @given(steps_of_time)
    def test_it_is_exact(self, passes: list[float]) -> None:
        """As somebody finds who writes every instant down and counts them anew each time."""
        tally, now, written = EMPTY, NOON, list[float]()
        for seconds in passes:
            now += seconds
            tally = tally.without_lapsed(FEW, now)
            counted = [each for each in written if each > now - FEW.within]
            wait = 0
            if len(counted) >= FEW.most:
                wait = math.ceil(counted[-FEW.most] + FEW.within - now)
            assert tally.seconds_to_next(FEW, now) == wait
            if not wait:
                tally = tally.with_one_more(FEW, now)
                written.append(now)
            for instant in written:
                assert sum(instant <= other < instant + FEW.within for other in written) <= FEW.most

    @given(st.lists(st.floats(-5000, 5000).map(lambda each: round(each, 6)), max_size=40))
    def test_a_clock_that_is_set_at_random_keeps_nobody_out_for_longer(
        self, sets: list[float]
    ) -> None:
        counter = Counter()
        for seconds in sets:
            counter.clock.at = round(NOON + seconds, 6)
            for _ in range(FEW.most):
                try:
                    counter.count_one()
                except TooManyRequests as refused:
                    assert 1 <= int(str(refused.words["seconds"])) <= FEW.within
        counter.clock.pass_(FEW.within)
        counter.count_one()

    def test_of_more_than_the_most_the_latest_are_kept(self) -> None:
        tally = EMPTY
        for second in range(5):
            tally = tally.with_one_more(FEW, NOON + second)
        assert tally == taken_at(NOON + 2, NOON + 3, NOON + 4)

    def test_part_of_a_second_is_a_second_to_wait(self) -> None:
        full = taken_at(NOON, NOON, NOON)
        assert full.seconds_to_next(FEW, NOON + 0.000001) == 10
        assert full.seconds_to_next(FEW, NOON + 9.999999) == 1

    def test_what_is_kept_lapses_with_the_last_that_counts(self) -> None:
        assert EMPTY.lapses_at(FEW) == 0
        tally = EMPTY.with_one_more(FEW, NOON).with_one_more(FEW, NOON + 5)
        assert tally.lapses_at(FEW) == NOON + 15
        assert tally.with_try(NOON + 5).lapses_at(FEW) == NOON + 5 + TRY_SECONDS
        assert tally.with_try(NOON + 5).forgiven().lapses_at(FEW) == NOON + 5 + TRY_SECONDS


class TestCountOne:
    def test_the_numbers_are_those_of_the_contract(self) -> None:
        assert [(each.most, each.within) for each in (FAILED_LOG_INS, SIGN_UPS, UPLOADS)] == [
            (10, 15 * 60),
            (600, 60),
            (60, 3600),
        ]

    def test_one_too_many_is_refused_and_does_not_count(self, counter: Counter) -> None:
        for _ in range(3):
            counter.count_one()
            counter.clock.pass_(2)
        for _ in range(5):
            assert counter.seconds_to_wait(counter.count_one) == 4
        counter.clock.pass_(4)
        counter.count_one()
        assert counter.seconds_to_wait(counter.count_one) == 2

    def test_others_and_other_limits_count_for_themselves(self, counter: Counter) -> None:
        for _ in range(3):
            counter.count_one()
        counter.count_one("boris")
        counter.count_one(limit=Limit("other", 1, 10.0))

    def test_a_clock_that_is_set_back_makes_nobody_wait_for_longer(self, counter: Counter) -> None:
        for _ in range(3):
            counter.count_one()
        counter.clock.pass_(-86_400)
        assert counter.seconds_to_wait(counter.count_one) == 10
        counter.clock.pass_(10)
        counter.count_one()

    def test_what_it_is_kept_under_names_nobody(self) -> None:
        key = key_of(FAILED_LOG_INS, "192.0.2.1 anna\ud800")
        assert len(key) == 32
        assert set(key) <= set("0123456789abcdef")
        assert key != key_of(FAILED_LOG_INS, "192.0.2.1 anna") != key_of(UPLOADS, "192.0.2.1 anna")


class TestTries:
    def test_no_more_are_begun_than_may_still_fail(self, counter: Counter) -> None:
        counter.fail()
        began = [counter.must_begin(), counter.must_begin()]
        assert counter.begin() is None
        counter.end(began[0], TryResult.FAILED)
        assert counter.begin() is None
        counter.end(began[1], TryResult.RELEASED)
        counter.end(counter.must_begin(), TryResult.FAILED)
        assert counter.seconds_to_wait(counter.begin) == 10

    def test_success_clears_what_failed_and_not_what_is_under_way(self, counter: Counter) -> None:
        counter.fail()
        counter.must_begin()
        counter.end(counter.must_begin(), TryResult.SUCCEEDED)
        counter.must_begin()
        counter.must_begin()
        assert counter.begin() is None

    def test_one_that_nobody_ends_counts_for_a_while(self, counter: Counter) -> None:
        for _ in range(3):
            counter.must_begin()
        counter.clock.pass_(TRY_SECONDS - 0.000001)
        assert counter.begin() is None
        counter.clock.pass_(0.000001)
        assert counter.begin() is not None

    def test_one_that_is_ended_late_takes_nobody_elses_place(self, counter: Counter) -> None:
        late = counter.must_begin()
        counter.clock.pass_(TRY_SECONDS)
        for _ in range(3):
            counter.must_begin()
        counter.end(late, TryResult.RELEASED)
        assert counter.begin() is None
        counter.end(late, TryResult.FAILED)
        assert counter.begin() is None

    @given(st.lists(st.sampled_from(["begin", *TryResult]), max_size=60))
    def test_in_whatever_order_no_more_fail_than_the_most(
        self, moves: list[str | TryResult]
    ) -> None:
        counter, under_way, failed = Counter(), list[Instant](), 0
        for move in moves:
            counter.clock.pass_(0.001)  # nothing lapses
            if isinstance(move, TryResult):
                if under_way:
                    counter.end(under_way.pop(), move)
                    if move is TryResult.FAILED:
                        failed += 1
                    elif move is TryResult.SUCCEEDED:
                        failed = 0
            elif failed >= FEW.most:
                counter.seconds_to_wait(counter.begin)
            elif (began := counter.begin()) is not None:
                under_way.append(began)
            else:
                assert failed + len(under_way) == FEW.most
            assert failed + len(under_way) <= FEW.most


class TestForgetTallies:
    def test_whom_nothing_counts_against_any_more_is_forgotten(self, counter: Counter) -> None:
        counter.count_one("anna")
        counter.clock.pass_(5)
        counter.count_one("boris")
        counter.clock.pass_(5)
        counter.forget()
        assert len(counter) == 1
        counter.clock.pass_(5)
        counter.forget()
        assert len(counter) == 0

    def test_one_who_succeeds_is_forgotten_at_once(self, counter: Counter) -> None:
        counter.fail()
        counter.end(counter.must_begin(), TryResult.SUCCEEDED)
        counter.forget()
        assert len(counter) == 0
