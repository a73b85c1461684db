"""A run of chaos, in a minute: `make chaos` plays it for as long as one likes."""

from __future__ import annotations

import pytest

from tests.chaos.kept import BY_HAND, BY_HOLD, FOREVER
from tests.chaos.run import Plan, play

FAULTS = (
    "SIGKILL",
    "SIGTERM",
    "postgres restarted",
    "valkey restarted",
    "frozen",
    "delayed",
    "cut",
    "reset",
    "events ended",
    "events deleted",
    "clocks wrong by 30 s",
)


@pytest.mark.long
@pytest.mark.timeout(600)  # as the machine allows; two minutes where it has little else to do
async def test_no_mark_is_lost_or_doubled_whatever_goes_wrong(
    capsys: pytest.CaptureFixture[str],
) -> None:
    plan = Plan(seed=3, seconds=40, workers=2, people=150, events=5, pace=0.3, kill_every=5)
    report = await play(plan, print)
    print(report.text())
    assert report.violations == []
    assert [kind for kind in FAULTS if not report.faults[kind]] == []
    assert report.ends["died at a mark"] > 0
    assert {each.origin for each in report.marks} == {BY_HOLD, BY_HAND}
    assert any(each.annulled_at < FOREVER for each in report.marks)
    assert f"seed              {plan.seed}" in capsys.readouterr().out
