"""Our own stores keep the contract that we publish for everybody's."""

from __future__ import annotations

from typing import Any

import pytest

from attendance_core.testing import StoreContract
from attendance_core.testing.stores import review_races


class TestStores(StoreContract):
    """With the fixture ``store`` of this folder: each engine in turn."""


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_moderators_race_for_a_scan_a_thousand_times(store: Any) -> None:
    """Contract: 9.10."""
    await review_races.TestReviewRaces().race(store, 1_000)
