"""Calls: what each costs a service, beside a route of the framework that reads nothing."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import Final, NamedTuple
from urllib.parse import quote

from benchmarks.crowd import Crowd, Gathered, MarkedClass, add_marks, add_names
from benchmarks.figure import Figure
from benchmarks.load.calls import make_calls
from benchmarks.run import Run
from benchmarks.subjects import Subject, a_floor, over_postgres, over_sqlite

CALLERS: Final = 8  # people, each with a connection
ENGINES: Final = ("SQLite", "PostgreSQL")
ROUTE, BARE = "one route of the framework", "the bare server"
PEOPLE: Final = 200  # with a log-in
OFTEN, SELDOM = 80, 10  # calls of each who asks, in a round
IN_A_CLASS: Final = 50
CLASSES: Final = 100  # in a year
NAMES: Final = 100_000
BY_NAME: Final = "/api/profile/FindByName?display_name_part="
NAME_OF_A_TENTH: Final = quote("ивано")  # what a tenth of those have in their names
EVENTS: Final = "/api/events/GetEvents"


class _Asked(NamedTuple):
    """A call, and how often each person makes it."""

    name: str
    path: str
    call_count: int


def measure(run: Run) -> list[Figure]:
    """Measures over both engines, which hold a year of a faculty."""
    crowd = Crowd(run.sized(PEOPLE, quick=60), run.sized(CLASSES, quick=2) + 1)
    names = run.sized(NAMES, quick=300)

    def fill(url: str, gathered: Gathered) -> None:
        beginner, veteran, *students = (each.user_id for each in gathered.people)
        first, *classes = gathered.events
        marked = students[:IN_A_CLASS]
        add_marks(url, [MarkedClass(first, beginner, marked)])
        add_marks(url, [MarkedClass(event, veteran, marked) for event in classes])
        add_names(url, names)

    with ExitStack() as stack:
        on = run.servers()
        services = {
            "SQLite": stack.enter_context(over_sqlite(run.new_folder("sqlite"), crowd, fill)),
            "PostgreSQL": stack.enter_context(
                over_postgres(run.new_folder("postgres"), crowd, on, fill=fill)
            ),
        }
        floors = {
            ROUTE: stack.enter_context(a_floor("route", run.new_folder("route"), crowd)),
            BARE: stack.enter_context(a_floor("bare", run.new_folder("bare"), crowd)),
        }

        def ask(asked: _Asked, subject: Subject) -> float:
            people = run.chance.sample(subject.people, CALLERS)
            beginner, veteran, *_ = subject.people
            path = asked.path.format(beginner=beginner.user_id, veteran=veteran.user_id)
            return run.load.run(make_calls, subject.door, path, people, asked.call_count)

        found = {
            asked.name: run.interleaved(
                asked.name,
                {
                    title: partial(ask, asked, subject)
                    for title, subject in {**services, **floors}.items()
                },
            )
            for asked in _calls(run)
        }
    return [
        Figure(
            f"{name}, {engine}",
            "µs of CPU",
            rounds[engine],
            {floor: rounds[floor] for floor in (ROUTE, BARE)},
        )
        for name, rounds in found.items()
        for engine in ENGINES
    ]


def _calls(run: Run) -> list[_Asked]:
    """Lists those that are made most, and those that might have much to read."""
    often, seldom = run.sized(OFTEN, quick=3), run.sized(SELDOM, quick=2)
    return [
        _Asked("GetCurrentUserId", "/api/auth/GetCurrentUserId", often),
        _Asked("GetProfile, 50 marks", "/api/profile/GetProfile?user_id={beginner}", often),
        _Asked("GetProfile, 5 000 marks", "/api/profile/GetProfile?user_id={veteran}", often),
        _Asked("GetEvents, a page of 50", f"{EVENTS}?limit=50", seldom),
        _Asked("GetEvents, 50 of a tenth", f"{EVENTS}?name={NAME_OF_A_TENTH}&limit=50", seldom),
        _Asked("FindByName, a tenth of 100 000", f"{BY_NAME}{NAME_OF_A_TENTH}", seldom),
        _Asked("FindByName, nobody of 100 000", f"{BY_NAME}nobody", seldom),
    ]
