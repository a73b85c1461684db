"""From the command to the first answer, and what is in memory before anybody has come."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import Final, NamedTuple

from benchmarks.crowd import Gathered
from benchmarks.figure import Figure
from benchmarks.processes import memory_kib
from benchmarks.run import Run
from benchmarks.subjects import Subject, a_floor, service
from tests.support.sqlite_file import an_empty_database

NOBODY: Final = Gathered([], [])
SERVICE: Final = "service"
ROUTE, BARE = "one route of the framework", "the bare server"


class Started(NamedTuple):
    """Seconds until it answered, and MB that it has then."""

    seconds: float
    megabytes: float


def measure(run: Run) -> list[Figure]:
    """Measures a service whose SQLite file is up to date."""
    url = f"sqlite:///{an_empty_database(run.new_folder('database'))}"
    settings = {"ATTENDANCE_DATABASE_URL": url}

    def start(opened: Callable[[], AbstractContextManager[Subject]]) -> Started:
        begun = time.perf_counter()
        with opened() as subject:
            seconds = time.perf_counter() - begun
            return Started(seconds, memory_kib(subject.door.pids[0]) * 1024 / 1e6)

    found = run.interleaved(
        "start",
        {
            SERVICE: lambda: start(partial(service, run.new_folder("service"), NOBODY, settings)),
            ROUTE: lambda: start(partial(a_floor, "route", run.new_folder("route"))),
            BARE: lambda: start(partial(a_floor, "bare", run.new_folder("bare"))),
        },
    )

    def figure(name: str, unit: str, value: Callable[[Started], float]) -> Figure:
        values = {title: [value(each) for each in rounds] for title, rounds in found.items()}
        return Figure(name, unit, values.pop(SERVICE), values)

    return [
        figure("start to first answer", "s", lambda each: each.seconds),
        figure("memory of an empty service", "MB", lambda each: each.megabytes),
    ]
