"""Rooms of one asker and one marker, each marked by the next pair, again and again."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from benchmarks.load.wire import Door, Person, opened
from benchmarks.processes import cpu_seconds

CONFIRM: Final = b'{"message":"confirm_marking"}'
SETTLE_SECONDS: Final = 0.1  # in which the last goodbyes are stored
APART_SECONDS: Final = 0.01  # rooms begin: what many who come at once are told, `arrival` measures


class Room(NamedTuple):
    """An event, and who marks whom in it: an asker and a marker for each cycle."""

    event_id: str
    pairs: Sequence[tuple[Person, Person]]


@dataclass
class Cycles:
    """What cycles took, in milliseconds."""

    cpu_ms: float = 0.0  # of the server, for each cycle
    holds: list[float] = field(default_factory=list)
    confirms: list[float] = field(default_factory=list)


def choice_of(user_id: int) -> bytes:
    """Writes the command that holds this person."""
    chosen = {"message": "prepare_to_mark", "params": {"user_id": user_id}}
    return json.dumps(chosen).encode()


async def play_cycles(door: Door, rooms: Sequence[Room]) -> Cycles:
    """Plays all cycles, those of one room one after another."""
    found = Cycles()

    async def one(at: int, room: Room) -> None:
        await asyncio.sleep(at * APART_SECONDS)
        for asker, marker in room.pairs:
            await _cycle(door, room.event_id, asker, marker, found)

    used = cpu_seconds(door.pids)
    await asyncio.gather(*map(one, range(len(rooms)), rooms))
    await asyncio.sleep(SETTLE_SECONDS)
    found.cpu_ms = 1000 * (cpu_seconds(door.pids) - used) / len(found.confirms)
    return found


async def _cycle(door: Door, event_id: str, asker: Person, marker: Person, found: Cycles) -> None:
    """Opens both, holds, confirms, and sees both to their ends."""
    waiting = await opened(door, "mark_me", event_id, asker)
    marking = await opened(door, "marking", event_id, marker)
    await marking.hears("marking_list")
    begun = time.perf_counter()
    marking.says(choice_of(asker.user_id))
    await marking.hears("prepared")
    held = time.perf_counter()
    marking.says(CONFIRM)
    await waiting.hears("was_marked")
    told = time.perf_counter()
    await marking.hears("marked")
    found.holds.append(1000 * (held - begun))
    found.confirms.append(1000 * (told - held))
    await waiting.ended
    await marking.leaves()
