"""What the demo works out for the table at its end."""

from __future__ import annotations

import pytest

from attendance_web.demo.report import percentile


@pytest.mark.parametrize(
    ("times", "percent", "expected"),
    [([3.0], 50, 3.0), ([4, 1, 3, 2], 50, 2), ([1, 2, 3, 4], 99, 4)],
)
def test_a_percentile_is_one_of_the_times(
    times: list[float], percent: int, expected: float
) -> None:
    assert percentile(times, percent) == expected
