"""When a server has done what it still had to do, so that it is in nobody's way."""

from __future__ import annotations

import asyncio
from typing import Final

from benchmarks.load.wire import Door
from benchmarks.machine import cpu_seconds

LOOKS: Final = 150
EVERY_SECONDS: Final = 0.2
BUSY: Final = 0.1  # of a core


async def until_quiet(door: Door) -> None:
    """Waits, half a minute at most, until the goodbyes of all who left are stored."""
    used = cpu_seconds(door.pids)
    for _ in range(LOOKS):
        await asyncio.sleep(EVERY_SECONDS)
        before, used = used, cpu_seconds(door.pids)
        if used - before < BUSY * EVERY_SECONDS:
            return
