"""One big room: who comes, who is held, and when the last of all markers has heard of it."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import astuple, dataclass, field
from typing import Final

from benchmarks.load.marking import CONFIRM, choice_of
from benchmarks.load.quiet import until_quiet
from benchmarks.load.wire import Door, Person, Wire, opened
from benchmarks.processes import cpu_seconds

OPENINGS_AT_ONCE: Final = 32
QUIET_SECONDS: Final = 0.3  # in which all that was on its way has come
ANY_TEXT: Final = b'{"message":"ping"}'


@dataclass
class Waits:
    """How long each took in a room of some size, in milliseconds."""

    holds: list[float] = field(default_factory=list)
    joins: list[float] = field(default_factory=list)  # until a marker hears of somebody


@dataclass(frozen=True)
class Heard:
    """What hearing of something took: milliseconds to the last, microseconds of CPU a socket."""

    from_tap: float
    from_first: float  # who heard it
    cpu_us: float


async def open_all(
    door: Door, role: str, event_id: str, people: Sequence[Person], *, query: str = ""
) -> list[Wire]:
    """Opens a socket each, some at once; what they hear is let go."""
    turns = asyncio.Semaphore(OPENINGS_AT_ONCE)

    async def one(person: Person) -> Wire:
        async with turns:
            return await opened(door, role, event_id, person, on_text=lambda _: None, query=query)

    return await asyncio.gather(*map(one, people))


async def leave_all(door: Door, wires: Sequence[Wire]) -> None:
    """Says goodbye with each, and waits until that is stored."""
    await asyncio.gather(*(each.leaves() for each in wires))
    await until_quiet(door)


async def grow(
    door: Door, event_id: str, people: Sequence[Person], sizes: Sequence[int], probes: int
) -> list[Waits]:
    """Measures how long somebody takes to join and to be held, in a room of each size.

    The marker comes anew for each, since a socket may say only so much in a while.
    """
    marker, *others = people
    come = iter(others)
    wires = list[Wire]()
    found = []
    for size in sizes:
        missing = [next(come) for _ in range(size - len(wires))]
        wires += await open_all(door, "mark_me", event_id, missing)
        marking = await opened(door, "marking", event_id, marker)
        await asyncio.sleep(QUIET_SECONDS)
        waits = Waits()
        for _ in range(probes):
            await _probe(door, event_id, next(come), marking, waits)
        found.append(waits)
        await marking.leaves()
    await leave_all(door, wires)
    return found


async def _probe(door: Door, event_id: str, person: Person, marking: Wire, waits: Waits) -> None:
    """Has one person come, and be marked."""
    begun = time.perf_counter()
    asker = await opened(door, "mark_me", event_id, person)
    while f'"user_id":{person.user_id},'.encode() not in await marking.hears("user_joined"):
        pass
    joined = time.perf_counter()
    marking.says(choice_of(person.user_id))
    await marking.hears("prepared")
    held = time.perf_counter()
    marking.says(CONFIRM)
    await marking.hears("marked")
    await asker.ended
    waits.joins.append(1000 * (joined - begun))
    waits.holds.append(1000 * (held - joined))


async def announce(
    door: Door, event_id: str, people: Sequence[Person], markers: int, probes: int
) -> Heard:
    """Has a marker hold somebody, and measures when the last of the others knows of it."""
    askers, marker, watch = people[:probes], people[probes], people[probes + 1 :][:markers]
    waiting = await open_all(door, "mark_me", event_id, askers)
    marking = await opened(door, "marking", event_id, marker)

    async def says(at: int) -> None:
        marking.says(choice_of(askers[at].user_id))
        await marking.hears("prepared")

    async def ends(at: int) -> None:
        marking.says(CONFIRM)
        await marking.hears("marked")
        await waiting[at].ended

    audience = _Audience(b'"message":"user_left"')
    watching = await audience.open(door, event_id, watch)
    found = [await audience.told(door, says, at, ends) for at in range(probes)]
    await leave_all(door, [*watching, marking])
    return _median(found)


async def send(door: Door, people: Sequence[Person], markers: int, probes: int) -> Heard:
    """Measures the same of a floor that sends what one says to all."""
    audience = _Audience(ANY_TEXT)
    watching = await audience.open(door, "", people[:markers])
    speaker = await opened(door, "marking", "", people[markers])

    async def says(_: int) -> None:
        speaker.says(ANY_TEXT)
        await speaker.heard()

    async def ends(_: int) -> None:
        return

    found = [await audience.told(door, says, at, ends) for at in range(probes)]
    await leave_all(door, [*watching, speaker])
    return _median(found)


class _Audience:
    """Sockets that are to hear a text; it knows when the last of them has."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._missing = 0
        self._first = self._last = 0.0
        self._all_heard = asyncio.Event()
        self._size = 0

    def _hear(self, text: bytes) -> None:
        if self._text in text and self._missing:
            if self._missing == self._size:
                self._first = time.perf_counter()
            self._missing -= 1
            if not self._missing:
                self._last = time.perf_counter()
                self._all_heard.set()

    async def open(self, door: Door, event_id: str, people: Sequence[Person]) -> list[Wire]:
        """Opens a socket for each of these people."""
        wires = await open_all(door, "marking", event_id, people)
        for each in wires:
            each.on_text = self._hear
        self._size = len(wires)
        return wires

    async def told(
        self,
        door: Door,
        says: Callable[[int], Awaitable[None]],
        at: int,
        ends: Callable[[int], Awaitable[None]],
    ) -> Heard:
        """Measures from the word to the last who hears it; then what was begun is ended."""
        await asyncio.sleep(QUIET_SECONDS / 10)
        self._missing = self._size
        self._all_heard.clear()
        used, begun = cpu_seconds(door.pids), time.perf_counter()
        await says(at)
        await self._all_heard.wait()
        used = cpu_seconds(door.pids) - used
        await ends(at)
        return Heard(
            1000 * (self._last - begun), 1000 * (self._last - self._first), 1e6 * used / self._size
        )


def _median(found: Sequence[Heard]) -> Heard:
    return Heard(*(statistics.median(each) for each in zip(*map(astuple, found), strict=True)))
