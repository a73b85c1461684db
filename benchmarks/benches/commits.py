"""How many marks a second are confirmed durably, without sockets, by some tasks at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from benchmarks.figure import Figure
from benchmarks.load.commits import (
    confirm_by_hand,
    confirm_by_use_case,
    confirm_by_use_case_ungrouped,
)
from benchmarks.run import Run
from benchmarks.subjects import Servers
from tests.support.sqlite_file import an_empty_database

SQLITE_TASKS: Final = (1, 16, 64)
POSTGRES_TASKS: Final = 16
CONFIRMS, POSTGRES_CONFIRMS = 1280, 320  # in a round
OURS: Final = "the use case"
GROUPED, BY_HAND = "by hand, COMMIT shared", "by hand, a COMMIT each"
UNGROUPED: Final = "the use case, a COMMIT each"


def measure(run: Run) -> list[Figure]:
    """Measures over both engines."""
    found = {tasks: _sqlite(run, tasks) for tasks in SQLITE_TASKS}
    figures = [_figure("SQLite", tasks, each) for tasks, each in found.items()]
    return [*figures, _figure("PostgreSQL", POSTGRES_TASKS, _postgres(run, run.servers()))]


def _sqlite(run: Run, tasks: int) -> Mapping[str, list[float]]:
    confirms = run.sized(CONFIRMS, quick=20)

    def use_case() -> float:
        file = an_empty_database(run.new_folder("commits"))
        return run.load.run(confirm_by_use_case, f"sqlite:///{file}", tasks, confirms)

    def use_case_ungrouped() -> float:
        file = an_empty_database(run.new_folder("commits"))
        return run.load.run(confirm_by_use_case_ungrouped, file, tasks, confirms)

    def floor(name: str) -> float:
        file = run.new_folder("commits") / "floor.db"
        return run.load.run(confirm_by_hand, name, str(file), tasks, confirms)

    variants: dict[str, Callable[[], float]] = {
        OURS: use_case,
        GROUPED: partial(floor, "sqlite-grouped"),
        BY_HAND: partial(floor, "sqlite"),
        UNGROUPED: use_case_ungrouped,
    }
    return run.interleaved(f"commits, SQLite, {tasks} tasks", variants)


def _postgres(run: Run, on: Servers) -> Mapping[str, list[float]]:
    confirms = run.sized(POSTGRES_CONFIRMS, quick=20)

    def use_case() -> float:
        with on.database() as url:
            return run.load.run(confirm_by_use_case, url, POSTGRES_TASKS, confirms)

    def floor(name: str) -> float:
        with on.empty_database() as url:
            return run.load.run(confirm_by_hand, name, url, POSTGRES_TASKS, confirms)

    variants: dict[str, Callable[[], float]] = {
        OURS: use_case,
        BY_HAND: partial(floor, "postgres"),
        GROUPED: partial(floor, "postgres-grouped"),
    }
    return run.interleaved("commits, PostgreSQL", variants)


def _figure(engine: str, tasks: int, found: Mapping[str, list[float]]) -> Figure:
    floors = {name: rounds for name, rounds in found.items() if name != OURS}
    return Figure(f"durable confirms, {engine}", "a second", found[OURS], floors, tasks, "tasks")
