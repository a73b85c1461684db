"""Sockets that are open and say nothing: what each of them keeps, and what all of them cost."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.load.room import open_all
from benchmarks.load.wire import Door, Person, Wire
from benchmarks.processes import cpu_seconds, memory_kib


@dataclass(frozen=True)
class Idle:
    """With so many sockets: KiB a socket, and cores."""

    sockets: int
    kib: float
    cores: float


async def stay_idle(
    door: Door,
    events: Sequence[str],
    people: Sequence[Person],
    sizes: Sequence[int],
    settle: float,
    seconds: float,
) -> list[Idle]:
    """Opens as many as each size says, in all of these events; then nobody does anything.

    What it costs is measured once ``settle`` is over: in their first quiet seconds a process looks
    through all that the arrivals have left, once.
    """
    (pid, *_), wires, found = door.pids, list[Wire](), list[Idle]()
    empty = memory_kib(pid)
    for size in sizes:
        come = people[len(wires) : size]
        rooms = [(event, come[at :: len(events)]) for at, event in enumerate(events)]
        for event_id, some in rooms:
            wires += await open_all(door, "mark_me", event_id, some)
        await asyncio.sleep(settle)
        used = cpu_seconds(door.pids)
        await asyncio.sleep(seconds)
        cores = (cpu_seconds(door.pids) - used) / seconds
        found.append(Idle(size, (memory_kib(pid) - empty) / size, cores))
    for each in wires:
        each.cut()
    return found
