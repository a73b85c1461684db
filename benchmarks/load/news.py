"""People who wait and are told where they stand, while one after another is marked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Final

from benchmarks.load.marking import CONFIRM, choice_of
from benchmarks.load.room import leave_all, open_all
from benchmarks.load.wire import Door, Person, opened
from benchmarks.processes import cpu_seconds

NEWS: Final = "&news=1"
MARK_EVERY: Final = 1.0  # seconds, so that everybody's place changes all the time


async def mark_before_all(
    door: Door, event_id: str, people: Sequence[Person], marks: int, settle: float, *, news: bool
) -> float:
    """Measures how many cores it takes to mark one a second before all others of a room."""
    marker, *askers = people
    wires = await open_all(door, "mark_me", event_id, askers, query=NEWS if news else "")
    marking = await opened(door, "marking", event_id, marker)
    await asyncio.sleep(settle)  # whoever opened hears where they stand
    used, begun = cpu_seconds(door.pids), time.perf_counter()
    for at, asker in enumerate(askers[:marks], 1):
        marking.says(choice_of(asker.user_id))
        marking.says(CONFIRM)
        await marking.hears("marked")
        await asyncio.sleep(begun + at * MARK_EVERY - time.perf_counter())
    cores = (cpu_seconds(door.pids) - used) / (time.perf_counter() - begun)
    await leave_all(door, [*wires, marking])
    return cores
