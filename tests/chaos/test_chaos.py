"""The hostile test, in a minute: `make chaos` plays it for as long as one likes."""

from __future__ import annotations

import pytest

from tests.chaos.run import Plan, play


@pytest.mark.timeout(300)  # as the machine allows; a minute where it has nothing else to do
async def test_no_mark_is_lost_or_doubled_whatever_goes_wrong(
    capsys: pytest.CaptureFixture[str],
) -> None:
    plan = Plan(seed=3, seconds=24, part=24, workers=2, people=60, events=3, kill_every=4)
    report = await play(plan, print)
    print(report.text())
    assert report.violations == []
    assert report.deaths > 0 and report.marks > 0 and report.faults["cut"] > 0
    assert f"seed              {plan.seed}" in capsys.readouterr().out
