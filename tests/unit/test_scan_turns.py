"""How many scans are read at once, of owners and of moderators. Contract: 1.22."""

from __future__ import annotations

from contextlib import AsyncExitStack

import pytest

from attendance_web.http.scan_turns import ScanTurns
from attendance_web.wire.turns import NoTurn


@pytest.mark.parametrize(("full", "other", "at_once"), [("own", "taken", 8), ("taken", "own", 16)])
async def test_whoever_reads_theirs_keeps_the_others_from_none(
    full: str, other: str, at_once: int
) -> None:
    turns = ScanTurns()
    async with AsyncExitStack() as reading:
        for user_id in range(at_once):
            await reading.enter_async_context(getattr(turns, full).turn(user_id, 1))
        with pytest.raises(NoTurn):
            await reading.enter_async_context(getattr(turns, full).turn(at_once, 0))
        await reading.enter_async_context(getattr(turns, other).turn(at_once, 0))
