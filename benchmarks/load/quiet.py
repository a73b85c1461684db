"""When a server has done what it still had to do, so that it is in nobody's way."""

from __future__ import annotations

import asyncio
from typing import Final

from benchmarks.load.wire import Door
from benchmarks.processes import cpu_seconds

MAX_LOOKS: Final = 150
LOOK_EVERY: Final = 0.2  # seconds
BUSY_SHARE: Final = 0.1  # of a core


async def until_quiet(door: Door) -> None:
    """Waits, half a minute at most, until the goodbyes of all who left are stored."""
    used = cpu_seconds(door.pids)
    for _ in range(MAX_LOOKS):
        await asyncio.sleep(LOOK_EVERY)
        before, used = used, cpu_seconds(door.pids)
        if used - before < BUSY_SHARE * LOOK_EVERY:
            return
