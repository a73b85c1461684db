"""A hall that comes at once, or in ten seconds, and what one opening costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from typing import Final, TypeVar

from benchmarks.crowd import Crowd
from benchmarks.figure import Figure
from benchmarks.load.arrivals import Arrival, arrive, open_some
from benchmarks.run import MAX_ROUNDS, Run
from benchmarks.subjects import Subject, a_floor, over_postgres, over_sqlite

T = TypeVar("T")
HALL, OPENED = 1000, 300
SPREAD_SECONDS: Final = 10
SPREAD_ROUNDS: Final = 3  # each takes as long
ENGINES: Final = ("SQLite", "PostgreSQL")
FLOORS: Final = {each: f"the same steps by hand, {each}" for each in ENGINES}
OPENINGS_AT_ONCE: Final = 16


def measure(run: Run) -> list[Figure]:
    """Measures over both engines, beside each other."""
    hall_size, opening_count = run.sized(HALL, quick=20), run.sized(OPENED, quick=10)
    crowd = Crowd(hall_size, 3 * run.rounds)
    with ExitStack() as stack:
        on = run.servers()
        subjects = {
            "SQLite": stack.enter_context(over_sqlite(run.new_folder("sqlite"), crowd)),
            "PostgreSQL": stack.enter_context(over_postgres(run.new_folder("postgres"), crowd, on)),
            FLOORS["SQLite"]: stack.enter_context(
                a_floor("sqlite", run.new_folder("steps"), crowd)
            ),
            FLOORS["PostgreSQL"]: stack.enter_context(
                a_floor(
                    "postgres",
                    run.new_folder("steps"),
                    crowd,
                    stack.enter_context(on.empty_database()),
                )
            ),
        }

        def opening(subject: Subject) -> float:
            (event_id,) = subject.new_events(1)
            people = run.chance.sample(subject.people, opening_count)
            return run.load.run(open_some, subject.door, event_id, people, OPENINGS_AT_ONCE)

        def hall_of(seconds: float, subject: Subject) -> Arrival:
            (event_id,) = subject.new_events(1)
            people = run.chance.sample(subject.people, hall_size)
            return run.load.run(arrive, subject.door, event_id, people, seconds)

        def among(
            name: str, load: Callable[[Subject], T], most: int = MAX_ROUNDS
        ) -> dict[str, list[T]]:
            variants = {each: partial(load, subject) for each, subject in subjects.items()}
            return run.interleaved(name, variants, most)

        openings = among("openings", opening)
        at_once = among("at once", partial(hall_of, 0.0))
        seconds = run.sized(SPREAD_SECONDS, quick=0)
        spread = among("in ten seconds", partial(hall_of, seconds), SPREAD_ROUNDS)
    return [
        figure
        for engine in ENGINES
        for figure in (
            Figure(
                f"opening a socket, {engine}",
                "ms of CPU",
                openings[engine],
                {FLOORS[engine]: openings[FLOORS[engine]]},
            ),
            *_hall("1 000 at once", engine, at_once),
            *_hall("1 000 in 10 s", engine, spread),
        )
    ]


def _hall(name: str, engine: str, found: Mapping[str, list[Arrival]]) -> list[Figure]:
    """Makes figures of the last to be in, the worst hundredth, and those who were turned away."""
    ours, floors = found[engine], found[FLOORS[engine]]

    def figure(what: str, unit: str, value: Callable[[Arrival], float]) -> Figure:
        floor = {FLOORS[engine]: [value(each) for each in floors]}
        return Figure(f"{name}, {what}, {engine}", unit, [value(each) for each in ours], floor)

    return [
        figure("the last is in", "s", lambda each: each.last),
        figure("the worst hundredth waits", "s", lambda each: each.p99),
        figure("refused", "people", lambda each: each.refused),
        figure("each", "ms of CPU", lambda each: each.cpu_ms),
    ]
