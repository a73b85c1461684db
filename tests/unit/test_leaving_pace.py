"""Who leaves too much before they are answered waits with what they ask next. Contract: 1.11."""

from __future__ import annotations

import pytest

from attendance_core.testing.stand_ins import ManualStopwatch
from attendance_web.wire.leaving_pace import MAX_WAIT_SECONDS, LeavingPace

SOMEBODY, ANOTHER = "somebody", "another"
MOST, A_SECOND = 10, 2.0


@pytest.fixture
def stopwatch() -> ManualStopwatch:
    return ManualStopwatch()


@pytest.fixture
def pace(stopwatch: ManualStopwatch) -> LeavingPace[str]:
    return LeavingPace(MOST, A_SECOND, stopwatch)


def test_who_leaves_a_few_waits_for_nothing(pace: LeavingPace[str]) -> None:
    assert [pace.note(SOMEBODY) for _ in range(MOST)] == [False] * MOST
    assert pace.wait_of(SOMEBODY) == 0


def test_who_leaves_more_waits_until_it_is_made_good(
    pace: LeavingPace[str], stopwatch: ManualStopwatch
) -> None:
    are_too_many = [pace.note(SOMEBODY) for _ in range(MOST + 3)]
    assert are_too_many[MOST:] == [True] * 3
    assert pace.wait_of(SOMEBODY) == 3 / A_SECOND
    assert pace.wait_of(ANOTHER) == 0
    stopwatch.at += 1
    assert pace.wait_of(SOMEBODY) == 0.5
    stopwatch.at += 0.5
    assert pace.wait_of(SOMEBODY) == 0


def test_nobody_waits_for_long(pace: LeavingPace[str]) -> None:
    for _ in range(100 * MOST):
        pace.note(SOMEBODY)
    assert pace.wait_of(SOMEBODY) == MAX_WAIT_SECONDS
