"""Turns rest once their owner has taken much. Contract: 1.11, 1.20."""

from __future__ import annotations

import pytest

from attendance_core.vocabulary import Seconds
from attendance_web.wire.rests import MAX_OWED_SECONDS, Rests


class Resting:
    """Turns of a second and more, by a clock of ours."""

    def __init__(self) -> None:
        self.now: Seconds = 0.0
        self.rests = Rests(
            free_seconds=4, free_a_second=2, factor=3, max_seconds=5, stopwatch=lambda: self.now
        )

    def after(self, took: Seconds, whose: str = "anna") -> Seconds:
        return self.rests.seconds_after(whose, took)


@pytest.fixture
def resting() -> Resting:
    return Resting()


def test_whoever_takes_little_rests_not_at_all(resting: Resting) -> None:
    for _ in range(10):
        assert resting.after(2) == 0
        resting.now += 1


def test_whoever_takes_much_rests_for_longer_than_it_took(resting: Resting) -> None:
    assert [resting.after(1) for _ in range(6)] == [0, 0, 0, 0, 3, 3]
    assert resting.after(100) == 5, "it rests no longer than it may"
    assert resting.after(1, "boris") == 0, "it is nobody else's matter"


def test_nobody_owes_for_long_what_they_took(resting: Resting) -> None:
    resting.after(1000)
    resting.now += MAX_OWED_SECONDS
    assert resting.after(0.001) > 0
    resting.now += MAX_OWED_SECONDS + 0.001
    assert resting.after(0.001) == 0
