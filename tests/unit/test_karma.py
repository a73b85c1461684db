"""What marks pay: the pure fold over a ledger. Contract: 8.11."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attendance_core.marking.karma import MarksBefore, paying_marks, pays
from attendance_core.marking.ledger import AnnulReason, Entry, Origin, month_of
from attendance_core.marking.terms import Terms
from attendance_core.testing.random_ledgers import random_ledger
from attendance_core.vocabulary import EventId, UserId

FEW_PAY = Terms(karma_pair_a_month=2, karma_unchecked_a_month=3)
JUNE = 1_780_272_000.0  # the first second of a month


def event_id(number: int) -> EventId:
    return EventId(UUID(int=number))


def mark(number: int, marker: int, person: int, at: float = JUNE, *, checked: bool = True) -> Entry:
    """Makes one in an event of its own."""
    who, by = UserId(person), UserId(marker)
    return Entry(event_id(number), who, 1, by, at, Origin.HOLD, False, checked, None)


def annulment_of(entry: Entry) -> Entry:
    """Makes the entry that annuls this one."""
    return replace(entry, n=entry.n + 1, at=entry.at + 1, origin=None, reason=AnnulReason.OTHER)


def again(entry: Entry) -> Entry:
    """Makes the entry of the same person, marked by the same marker once it was annulled."""
    return replace(entry, n=entry.n + 2, at=entry.at + 2)


def paying_count(entries: list[Entry], marker: int, terms: Terms = FEW_PAY) -> int:
    return sum(each.actor_id == marker for each in paying_marks(entries, terms))


class TestMonths:
    def test_they_are_counted_by_utc(self) -> None:
        assert month_of(JUNE) == 2026 * 12 + 5
        assert month_of(JUNE - 0.000001) == 2026 * 12 + 4
        assert month_of(0.0) == 1970 * 12


class TestPairs:
    def test_marks_beyond_the_most_between_two_people_pay_neither(self) -> None:
        marks = [mark(1, 1, 2), mark(2, 2, 1), mark(3, 1, 2), mark(4, 2, 1)]
        assert [each.event_id.int for each in paying_marks(marks, FEW_PAY)] == [1, 2]

    def test_another_month_is_counted_anew(self) -> None:
        marks = [mark(number, 1, 2, JUNE - 0.000001) for number in range(3)]
        marks += [mark(number, 1, 2, JUNE) for number in range(3, 6)]
        assert paying_count(marks, 1) == 4

    def test_the_usual_most_is_four(self) -> None:
        assert paying_count([mark(number, 1, 2) for number in range(9)], 1, Terms()) == 4


class TestUnchecked:
    def test_marks_of_people_who_never_had_a_tick_pay_so_many_times(self) -> None:
        marks = [mark(number, 1, 10 + number, checked=False) for number in range(9)]
        assert paying_count(marks, 1) == 3
        assert paying_count(marks, 1, Terms()) == 9

    def test_the_usual_most_pays_five_thousand(self) -> None:
        marks = [mark(number, 1, 10 + number, checked=False) for number in range(150)]
        assert paying_count(marks, 1, Terms()) * Terms().karma_per_mark == 5_000

    def test_those_of_others_count_for_others(self) -> None:
        marks = [mark(number, number % 3, 10 + number, checked=False) for number in range(9)]
        assert [paying_count(marks, marker) for marker in range(3)] == [3, 3, 3]

    def test_the_two_limits_are_counted_independently(self) -> None:
        """One that does not pay for the pair's sake still counts among the unchecked."""
        marks = [mark(number, 1, 2, checked=False) for number in range(3)]
        marks += [mark(9, 1, 3, checked=False)]
        assert paying_count(marks, 1) == 2
        assert pays(MarksBefore(0, 3), True, FEW_PAY)
        assert not pays(MarksBefore(0, 3), False, FEW_PAY)
        assert not pays(MarksBefore(2, 0), True, FEW_PAY)


class TestAnnulled:
    def test_a_mark_that_was_annulled_pays_nothing_and_makes_room(self) -> None:
        marks = [mark(number, 1, 2) for number in range(3)]
        assert paying_count([*marks, annulment_of(marks[0])], 1) == 2
        assert paying_count([*marks[:2], annulment_of(marks[0])], 1) == 1

    @given(st.integers(1, 6))
    def test_annul_and_mark_again_never_pays_twice(self, times: int) -> None:
        ledger = [mark(1, 1, 2)]
        for _ in range(times):
            ledger += [annulment_of(ledger[-1]), again(ledger[-1])]
        assert paying_count(ledger, 1) == 1
        assert paying_count([*ledger, annulment_of(ledger[-1])], 1) == 0

    def test_a_mark_by_hand_pays_nobody_and_takes_no_room(self) -> None:
        marks = [mark(number, 1, 2) for number in range(3)]
        assert paying_count([replace(marks[0], origin=Origin.HAND), *marks[1:]], 1) == 2


@settings(deadline=None)
@given(st.integers(), st.randoms())
def test_the_order_of_reading_never_matters(seed: int, chance: random.Random) -> None:
    ledger = random_ledger(random.Random(seed), entry_count=40)
    shuffled = list(ledger)
    chance.shuffle(shuffled)
    assert paying_marks(shuffled, FEW_PAY) == paying_marks(ledger, FEW_PAY)


@settings(deadline=None)
@given(st.integers())
def test_nothing_counts_but_what_one_did_or_had_done(seed: int) -> None:
    """Nobody's karma changes by what others do with each other."""
    ledger = random_ledger(random.Random(seed), entry_count=40)
    about_me = {
        (each.event_id, each.user_id) for each in ledger if 1 in (each.actor_id, each.user_id)
    }
    mine = [each for each in ledger if (each.event_id, each.user_id) in about_me]
    assert paying_count(mine, 1) == paying_count(ledger, 1)


class TestStrategies:
    """Whatever somebody does with accounts that are not confirmed."""

    @pytest.mark.parametrize(
        "strategy_count",
        [
            pytest.param(1_000, marks=pytest.mark.slow),
            pytest.param(10_000, marks=pytest.mark.long),
        ],
    )
    @pytest.mark.timeout(300)
    def test_nobody_earns_more_than_the_bound_and_some_reach_it(self, strategy_count: int) -> None:
        chance, reached_count = random.Random(811), 0
        for _ in range(strategy_count):
            terms = Terms(
                karma_pair_a_month=chance.randint(1, 4),
                karma_unchecked_a_month=chance.randint(1, 12),
            )
            account_count = chance.randint(2, 12)
            ledger = random_ledger(
                chance,
                entry_count=chance.randint(1, 60),
                person_count=account_count,
                all_unchecked=True,
            )
            of_month = Counter(
                (each.actor_id, month_of(each.at)) for each in paying_marks(ledger, terms)
            )
            assert max(of_month.values(), default=0) <= terms.karma_unchecked_a_month
            reached_count += terms.karma_unchecked_a_month in of_month.values()
        assert reached_count > strategy_count // 30
