"""A whole marking: what it costs a service, and how long the two people in a room wait.

A cycle is six durable steps: two openings, a hold, a confirm, and the ends of both sockets.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from typing import Final

from benchmarks.crowd import Crowd
from benchmarks.environment import NotMade, python_of_idiom
from benchmarks.figure import Figure
from benchmarks.load.marking import Cycles, Room, play_cycles
from benchmarks.run import Run
from benchmarks.subjects import (
    Servers,
    Subject,
    a_floor,
    over_postgres,
    over_sqlite,
    the_idiom,
)

ROOMS: Final = (1, 50, 200)
CYCLES: Final = 400  # of a load, in all its rooms together
CYCLES_ALONE: Final = 200  # in a room that is alone
AXIS: Final = "rooms at once"
UNIT: Final = "ms of CPU"
BY_HAND: Final = "the same steps by hand, a COMMIT each"
GROUPED: Final = "by hand, COMMIT shared"
IN_MEMORY: Final = "the protocol in memory"
ONE_WORKER: Final = "one worker"
IDIOM: Final = "the idiom"
Found = Mapping[tuple[str, int], Sequence[Cycles]]


def measure(run: Run) -> list[Figure]:
    """Measures over both engines."""
    crowd = Crowd(2 * run.sized(CYCLES, quick=6), run.rounds * sum(_sizes(run)))
    with ExitStack() as stack:
        subjects = {
            "SQLite": stack.enter_context(over_sqlite(run.new_folder("sqlite"), crowd)),
            **_floors(run, stack, crowd, "sqlite"),
        }
        found = _measured(run, "marking, SQLite", subjects)
    figures = [*_cpu("SQLite", found, run), *_waits("SQLite", found)]
    with ExitStack() as stack:
        on = run.servers()
        subjects = {
            "PostgreSQL": stack.enter_context(over_postgres(run.new_folder("postgres"), crowd, on)),
            "two workers": stack.enter_context(
                over_postgres(run.new_folder("workers"), crowd, on, workers=2)
            ),
            **_floors(run, stack, crowd, "postgres", on),
            **_the_idiom(run, stack, crowd, on),
        }
        found = _measured(run, "marking, PostgreSQL", subjects)
    figures += _cpu("PostgreSQL", found, run)
    figures += _beside("two workers", "two workers", "PostgreSQL", ONE_WORKER, found)
    figures += _beside("beside the idiom", "PostgreSQL", IDIOM, IDIOM, found)
    return [*figures, *_waits("PostgreSQL", found)]


def _sizes(run: Run) -> list[int]:
    """Lists how many rooms there are at once."""
    return sorted({min(each, run.sized(ROOMS[-1], quick=2)) for each in ROOMS})


def _floors(
    run: Run, stack: ExitStack, crowd: Crowd, engine: str, on: Servers | None = None
) -> dict[str, Subject]:
    """Starts the steps by hand over this engine, and over nothing."""
    floors = {BY_HAND: engine, GROUPED: f"{engine}-grouped", IN_MEMORY: "memory"}
    return {
        title: stack.enter_context(
            a_floor(
                name,
                run.new_folder(name),
                crowd,
                stack.enter_context(on.empty_database()) if on is not None else "",
            )
        )
        for title, name in floors.items()
    }


def _the_idiom(run: Run, stack: ExitStack, crowd: Crowd, on: Servers) -> dict[str, Subject]:
    """Starts the idiom, where there is an environment for it."""
    try:
        python = python_of_idiom()
    except NotMade as why:
        run.progress.console.print(f"{IDIOM} is not measured: {why}", markup=False)
        return {}
    database = stack.enter_context(on.empty_database())
    subject = the_idiom(python, run.new_folder("idiom"), crowd, database, on)
    return {IDIOM: stack.enter_context(subject)}


def _measured(run: Run, name: str, subjects: Mapping[str, Subject]) -> Found:
    """Measures cycles, by subject and rooms."""
    found: dict[tuple[str, int], Sequence[Cycles]] = {}
    for rooms in _sizes(run):
        variants = {
            title: partial(_cycles, run, subject, rooms) for title, subject in subjects.items()
        }
        by_title = run.interleaved(f"{name}, {rooms} rooms", variants)
        found |= {(title, rooms): each for title, each in by_title.items()}
    return found


def _cycles(run: Run, subject: Subject, rooms: int) -> Cycles:
    """Has each person come once in a load; in each they are paired anew, in events of its own."""
    cycle_count = run.sized(CYCLES_ALONE if rooms == 1 else CYCLES // rooms, quick=3)
    people = run.chance.sample(subject.people, 2 * rooms * cycle_count)
    pairs = list(zip(people[::2], people[1::2], strict=True))
    events = subject.new_events(rooms)
    return run.load.run(
        play_cycles,
        subject.door,
        [
            Room(event, pairs[at * cycle_count : (at + 1) * cycle_count])
            for at, event in enumerate(events)
        ],
    )


def _used(found: Found, title: str, rooms: int) -> list[float]:
    return [each.cpu_ms for each in found[title, rooms]]


def _cpu(engine: str, found: Found, run: Run) -> list[Figure]:
    """Makes a figure for each number of rooms."""
    return [
        Figure(
            f"marking, {engine}",
            UNIT,
            _used(found, engine, rooms),
            {title: _used(found, title, rooms) for title in (BY_HAND, GROUPED, IN_MEMORY)},
            rooms,
            AXIS,
        )
        for rooms in _sizes(run)
    ]


def _beside(name: str, title: str, other_title: str, floor_name: str, found: Found) -> list[Figure]:
    """Makes figures of one subject beside another, for each number of rooms that it has met."""
    return [
        Figure(
            f"marking, PostgreSQL, {name}",
            UNIT,
            _used(found, title, rooms),
            {floor_name: _used(found, other_title, rooms)},
            rooms,
            AXIS,
        )
        for measured_title, rooms in found
        if measured_title == other_title
    ]


def _waits(engine: str, found: Found) -> list[Figure]:
    """Makes figures of how long those of one room wait for a hold, and for a confirm."""
    return [
        Figure(
            f"{what} in one room, {engine}, p{percent}",
            "ms",
            _percentiles(found[engine, 1], what, percent),
            {BY_HAND: _percentiles(found[BY_HAND, 1], what, percent)},
        )
        for what in ("hold", "confirm")
        for percent in (50, 99)
    ]


def _percentiles(rounds: Sequence[Cycles], what: str, percent: int) -> list[float]:
    times = [each.holds if what == "hold" else each.confirms for each in rounds]
    return [statistics.quantiles(each, n=100, method="inclusive")[percent - 1] for each in times]
