"""Permits, which come back as time goes by, and are kept for a while."""

from __future__ import annotations

from attendance_core.testing.stand_ins import ManualStopwatch
from attendance_core.vocabulary import UserId
from attendance_web.wire.allowance import Allowance, Allowances


class TestAllowances:
    def test_of_many_and_of_one_are_taken_alike(self) -> None:
        stopwatch = ManualStopwatch()
        one, many = Allowance(2, 4.0, stopwatch), Allowances[UserId](2, 4.0, stopwatch)
        takes = (one.take, lambda: many.take(UserId(7)))
        assert [[take() for _ in range(3)] for take in takes] == [[True, True, False]] * 2
        assert one.seconds_to_next == many.seconds_to_next(UserId(7)) == 0.25
        assert many.seconds_to_next(UserId(8)) == 0
        stopwatch.at += 0.25
        assert [take() for take in takes] == [True, True]

    def test_one_that_is_full_again_is_forgotten(self) -> None:
        stopwatch = ManualStopwatch()
        allowances = Allowances[UserId](10, 1.0, stopwatch)
        for person in range(500):
            allowances.take(UserId(person))
        assert len(allowances) == 500
        stopwatch.at += 1
        allowances.take(UserId(7))
        assert len(allowances) == 1
