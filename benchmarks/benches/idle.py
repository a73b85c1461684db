"""Thousands who only wait: what a socket keeps in memory, and what all of them cost a second."""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import Final

from benchmarks.crowd import Crowd, Gathered, gather
from benchmarks.figure import Figure
from benchmarks.load.idle import Idle, stay_idle
from benchmarks.run import Run
from benchmarks.subjects import Subject, a_floor, service
from tests.support.sqlite_file import an_empty_database

SIZES: Final = (5000, 10_000)
ROOMS: Final = 100
ROUNDS: Final = 3  # each with servers that have just started
IDLE_SECONDS, QUICK_IDLE_SECONDS = 10.0, 0.2  # until they are quiet, and measured
AXIS: Final = "sockets"
SERVICE, BARE = "service", "the bare server"


def measure(run: Run) -> list[Figure]:
    """Measures over SQLite, in a hundred rooms."""
    sizes = [run.sized(each, quick=each // 100) for each in SIZES]
    rooms = run.sized(ROOMS, quick=4)
    crowd = Crowd(sizes[-1], rooms * ROUNDS)
    url = f"sqlite:///{an_empty_database(run.new_folder('database'))}"
    gathered = gather(url, crowd)
    events = iter(gathered.events)
    seconds = QUICK_IDLE_SECONDS if run.quick else IDLE_SECONDS

    def idle(subject: Subject) -> list[Idle]:
        in_these = subject.new_events(rooms)
        return run.load.run(
            stay_idle,
            subject.door,
            in_these,
            subject.people,
            sizes,
            settle=seconds,
            seconds=seconds,
        )

    def started() -> list[Idle]:
        of_round = Gathered(gathered.people, list(islice(events, rooms)))
        settings = {"ATTENDANCE_DATABASE_URL": url}
        with service(run.new_folder("service"), of_round, settings) as subject:
            return idle(subject)

    def bare() -> list[Idle]:
        with a_floor("bare", run.new_folder("bare"), crowd) as subject:
            return idle(subject)

    found = run.interleaved("idle", {SERVICE: started, BARE: bare}, ROUNDS)
    return [
        *map(partial(_figure, "an idle socket", "KiB", "kib", found), range(len(sizes))),
        *map(partial(_figure, "idle CPU", "cores", "cores", found), range(len(sizes))),
    ]


def _figure(name: str, unit: str, what: str, found: dict[str, list[list[Idle]]], at: int) -> Figure:
    values = {
        title: [getattr(sizes[at], what) for sizes in rounds] for title, rounds in found.items()
    }
    size = found[SERVICE][0][at].sockets
    return Figure(name, unit, values[SERVICE], {BARE: values[BARE]}, size, AXIS)
