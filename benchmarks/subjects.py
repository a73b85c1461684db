"""What is measured, each in a process of its own: the service over an engine, and floors."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

from sqlalchemy import URL

from benchmarks.crowd import Crowd, Gathered, gather
from benchmarks.floors.steps import event_of, token_of
from benchmarks.load.wire import Door, Person
from benchmarks.processes import with_children
from tests.support.killable_servers import a_postgres, a_valkey
from tests.support.postgres_databases import a_database, make_template
from tests.support.service_process import Service, running
from tests.support.sqlite_file import an_empty_database

ROOT: Final = Path(__file__).parents[1]
NOBODY: Final = Crowd(0, 0)
Fill = Callable[[str, Gathered], None]  # what else goes into a database before it is served


@dataclass
class Subject:
    """A server, the people who may use it, and events that nobody has been to."""

    door: Door
    people: Sequence[Person] = ()
    events: Iterator[str] = field(default_factory=lambda: iter(()))

    def new_events(self, count: int) -> list[str]:
        """Takes so many that nobody has been to."""
        found = list(islice(self.events, count))
        assert len(found) == count, "there are too few events"
        return found


@dataclass(frozen=True)
class Servers:
    """Names those that services keep their databases at, and carry announcements by."""

    postgres: str
    valkey: str

    @contextmanager
    def database(self) -> Iterator[str]:
        """Makes an empty one at the newest revision."""
        with a_database(self.postgres) as url:
            yield _address(url)

    @contextmanager
    def empty_database(self) -> Iterator[str]:
        """Makes one without any table."""
        with a_database(self.postgres, "template0") as url:
            yield _address(url)


def _address(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


@contextmanager
def servers() -> Iterator[Servers]:
    """Starts a PostgreSQL that keeps what it has committed, and a Valkey."""
    with a_postgres() as postgres, a_valkey() as valkey:
        make_template(postgres.url)
        yield Servers(postgres.url, valkey.url)


def door_of(service: Service) -> Door:
    """Finds where it is, and the processes that it is by now."""
    return Door(service.port, with_children(service.process.pid))


@contextmanager
def service(folder: Path, gathered: Gathered, settings: Mapping[str, str]) -> Iterator[Subject]:
    """Runs `attendance serve` over a database that is up to date, as it starts everywhere else.

    Tests have forks of a process that has imported it, which would be ready sooner, and larger.
    """
    with running(folder, {**settings, "PYTHONPATH": _python_path()}, migrate=False) as started:
        yield Subject(door_of(started), gathered.people, iter(gathered.events))


def _python_path() -> str:
    """Has it find the floors, and be a process of its own: what it is told is not what we were."""
    return os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])


def add_nothing(url: str, gathered: Gathered) -> None:
    """Is a `Fill` that puts no more into a database than people and events."""


@contextmanager
def over_sqlite(folder: Path, crowd: Crowd, fill: Fill = add_nothing) -> Iterator[Subject]:
    """Runs one over a file of its own."""
    url = f"sqlite:///{an_empty_database(folder)}"
    gathered = gather(url, crowd)
    fill(url, gathered)
    with service(folder, gathered, {"ATTENDANCE_DATABASE_URL": url}) as subject:
        yield subject


@contextmanager
def over_postgres(
    folder: Path, crowd: Crowd, on: Servers, workers: int = 1, fill: Fill = add_nothing
) -> Iterator[Subject]:
    """Runs one over a database of its own, with so many workers."""
    with on.database() as url:
        settings = {
            "ATTENDANCE_DATABASE_URL": url,
            "ATTENDANCE_NOTIFIER_URL": on.valkey,
            "ATTENDANCE_WORKERS": str(workers),
        }
        gathered = gather(url, crowd)
        fill(url, gathered)
        with service(folder, gathered, settings) as subject:
            yield subject


@contextmanager
def a_floor(
    name: str,
    folder: Path,
    crowd: Crowd = NOBODY,
    database: str = "",
    *,
    python: str = sys.executable,
    arguments: Sequence[str] = (),
) -> Iterator[Subject]:
    """Runs one of `benchmarks.floors`, over a file in the folder unless told otherwise."""
    counts = (str(crowd.person_count), str(crowd.event_count))
    database_or_file = database or str(folder / "floor.db")
    command = [python, "-m", "benchmarks.floors", name, database_or_file, *counts, *arguments]
    own = {"PYTHONPATH": _python_path()}
    with running(folder, own, migrate=False, command=command) as started:
        people = [Person(each, token_of(each)) for each in range(1, crowd.person_count + 1)]
        events = iter([event_of(each) for each in range(crowd.event_count)])
        yield Subject(door_of(started), people, events)


@contextmanager
def the_idiom(
    python: Path, folder: Path, crowd: Crowd, database: str, on: Servers
) -> Iterator[Subject]:
    """Runs `benchmarks.floors.idiom` by the interpreter of its own environment."""
    arguments = ["--redis", on.valkey.replace("valkey://", "redis://", 1)]
    with a_floor(
        "idiom", folder, crowd, database, python=str(python), arguments=arguments
    ) as subject:
        yield subject
