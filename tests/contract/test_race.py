"""Fifty markers reach for one person at once: one of them gets the person, each time.

Contract: 6.1. Over PostgreSQL it is in test_two_services; `python -m tests.chaos.figures
race-sqlite race-postgres` measures both for longer.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from attendance_adapters import migrate
from tests.support.gathering import gathering
from tests.support.race import MARKER_COUNT, ROUNDS, race
from tests.support.service_process import running


@pytest.mark.long
async def test_one_marker_gets_the_person_over_sqlite(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'attendance.db'}"
    migrate(url)
    among = await gathering(url, MARKER_COUNT + 1)
    with running(tmp_path, {"ATTENDANCE_DATABASE_URL": url}, migrate=False) as service:
        found = await race([service], among, ROUNDS)
    assert found.rounds_by_winners == {1: ROUNDS}
    # Who won the round before may ask before this one is won: contract 6.19
    assert found.codes.keys() <= {"taken", "too_soon"}
    assert found.codes.total() == ROUNDS * (MARKER_COUNT - 1)
