"""What each person does in a day is counted for that day. Contract: 1.10."""

from __future__ import annotations

from attendance_core.testing.stand_ins import ManualStopwatch
from attendance_core.vocabulary import UserId
from attendance_web.http.daily_counts import DailyCounts


class TestDays:
    def test_a_day_that_is_over_is_forgotten(self) -> None:
        stopwatch = ManualStopwatch()
        days = DailyCounts(2, stopwatch)
        for person in range(500):
            days.count(UserId(person))
        assert len(days) == 500
        stopwatch.at += 86_400
        days.count(UserId(7))
        assert len(days) == 1
