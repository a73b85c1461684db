"""Many who come: at once or over some seconds, most of them to wait and some to mark."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.load.room import leave_all
from benchmarks.load.wire import Door, Person, Refused, Wire, opened
from benchmarks.processes import cpu_seconds

PEOPLE_PER_MARKER: Final = 5  # one of so many marks
REFUSAL_SECONDS: Final = 0.3  # after a handshake, in which who is turned away hears of it


@dataclass(frozen=True)
class Arrival:
    """When the last was in, in seconds since the first came; how many were turned away."""

    last: float
    p99: float  # seconds, from when somebody came until they were in
    refused: int
    cpu_ms: float  # each


async def arrive(door: Door, event_id: str, people: Sequence[Person], seconds: float) -> Arrival:
    """Has them come; a marker is in with the first list, an asker at the answered handshake."""
    refused, took, wires = [0], list[float](), list[Wire]()

    def hear(text: bytes) -> None:
        refused[0] += b'"result":"error"' in text

    async def comes(at: int, person: Person) -> None:
        await asyncio.sleep(at * seconds / len(people))
        came = time.perf_counter()
        is_marker = at % PEOPLE_PER_MARKER == 0
        list_heard = asyncio.Event()

        def listen(text: bytes) -> None:
            hear(text)
            list_heard.set()

        role = "marking" if is_marker else "mark_me"
        try:
            wire = await opened(door, role, event_id, person, on_text=listen if is_marker else hear)
        except (Refused, OSError):
            refused[0] += 1
            return
        if is_marker:
            wire.ended.add_done_callback(lambda _: list_heard.set())
            await list_heard.wait()
        took.append(time.perf_counter() - came)
        wires.append(wire)

    used, begun = cpu_seconds(door.pids), time.perf_counter()
    await asyncio.gather(*(comes(at, person) for at, person in enumerate(people)))
    last = time.perf_counter() - begun
    await asyncio.sleep(REFUSAL_SECONDS)
    used = cpu_seconds(door.pids) - used
    await leave_all(door, wires)
    took.sort()
    p99 = took[-1 - len(took) // 100] if took else seconds
    return Arrival(last, p99, refused[0], 1000 * used / len(people))


async def open_some(door: Door, event_id: str, people: Sequence[Person], at_once: int) -> float:
    """Measures the milliseconds of CPU that opening a `mark_me` socket costs, so many at once."""
    left, wires = iter(people), list[Wire]()

    async def opens() -> None:
        for person in left:
            wires.append(await opened(door, "mark_me", event_id, person))

    used = cpu_seconds(door.pids)
    await asyncio.gather(*(opens() for _ in range(at_once)))
    used = cpu_seconds(door.pids) - used
    await leave_all(door, wires)
    return 1000 * used / len(people)
