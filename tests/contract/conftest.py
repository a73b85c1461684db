"""One promise, every adapter: a new store is one more line in ADAPTERS."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL

from attendance_adapters.files import ObjectFiles, files_at
from attendance_adapters.in_memory import MemoryFiles, MemoryStore
from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.sql.addresses import sqlite_url
from attendance_adapters.sql.postgres import PostgresStore
from attendance_adapters.sql.sqlite import SqliteStore
from attendance_core.testing.clock import NOON, TestClock
from tests.support.file_locations import FILE_LOCATIONS
from tests.support.killable_servers import Valkey, a_valkey
from tests.support.postgres import shared_server
from tests.support.postgres_databases import a_database, emptied
from tests.support.seaweedfs import SeaweedFS, a_seaweedfs
from tests.support.sqlite_file import an_empty_database
from tests.support.sqlite_writer import ANNOUNCEMENT

Store = MemoryStore | SqliteStore | PostgresStore
Request = pytest.FixtureRequest


@contextmanager
def memory(clock: TestClock, notifier: LocalNotifier, request: Request) -> Iterator[Store]:
    yield MemoryStore(clock, notifier)


@contextmanager
def sqlite(clock: TestClock, notifier: LocalNotifier, request: Request) -> Iterator[Store]:
    folder = request.getfixturevalue("tmp_path")
    yield SqliteStore(an_empty_database(folder), clock, notifier)


@contextmanager
def postgres(clock: TestClock, notifier: LocalNotifier, request: Request) -> Iterator[Store]:
    yield PostgresStore(request.getfixturevalue("postgres_url"), notifier, clock=clock)


ADAPTERS: dict[
    str, Callable[[TestClock, LocalNotifier, Request], AbstractContextManager[Store]]
] = {
    "memory": memory,
    "sqlite": sqlite,
    "postgres": postgres,
}


@pytest.fixture(scope="session")
def seaweedfs() -> Iterator[SeaweedFS]:
    with a_seaweedfs() as server:
        yield server


@pytest.fixture(params=FILE_LOCATIONS)
def files_url(request: pytest.FixtureRequest) -> str:
    """Where files may be kept: a place that nobody else has."""
    return FILE_LOCATIONS[request.param](request)


@pytest.fixture
def files(files_url: str) -> MemoryFiles | ObjectFiles:
    return files_at(files_url)


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def notifier() -> LocalNotifier:
    return LocalNotifier()


@pytest.fixture(params=ADAPTERS)
async def store(
    request: pytest.FixtureRequest, clock: TestClock, notifier: LocalNotifier
) -> AsyncIterator[Any]:
    with ADAPTERS[request.param](clock, notifier, request) as made:
        await made.start()
        yield made
        await made.close()


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL server that all workers of this run share."""
    worker_folder = tmp_path_factory.getbasetemp()
    folder = worker_folder.parent if "PYTEST_XDIST_WORKER" in os.environ else worker_folder
    with shared_server(folder) as address:
        yield address


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[URL]:
    """A database with nothing in it, on each engine that has migrations."""
    if request.param == "sqlite":
        yield sqlite_url(tmp_path / "a 100% new?.db")
        return
    with a_database(request.getfixturevalue("postgres_server"), "template0") as made:
        yield made


@pytest.fixture(scope="session")
def postgres_database(postgres_server: str) -> Iterator[URL]:
    """The database of this worker, at the newest revision, with whatever is in it."""
    with a_database(postgres_server) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def current_url(request: pytest.FixtureRequest, tmp_path: Path) -> URL:
    """An empty database at the newest revision, of each engine that has revisions."""
    if request.param == "sqlite":
        return sqlite_url(an_empty_database(tmp_path))
    url: URL = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def postgres_url(postgres_database: URL) -> URL:
    """An empty database of PostgreSQL at the newest revision."""
    return emptied(postgres_database)


@pytest.fixture(scope="module")
def valkey() -> Iterator[Valkey]:
    """A server that the tests of a module share."""
    with a_valkey() as server:
        yield server


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A SQLite file at the newest revision."""
    return an_empty_database(tmp_path)


@pytest.fixture
async def sqlite_store(
    database: Path, clock: TestClock, notifier: LocalNotifier
) -> AsyncIterator[SqliteStore]:
    """With the one person that events of `tests.support.sqlite_writer` want for a creator."""
    made = SqliteStore(database, clock, notifier, busy_seconds=0.2)
    await made.start()
    await made.transact(lambda unit: unit.accounts.add("creator", "hash", NOON))
    yield made
    await made.close()


@pytest.fixture
async def heard(notifier: LocalNotifier) -> list[Any]:
    """What is announced of the event of `tests.support.sqlite_writer`."""
    announcements: list[Any] = []
    await notifier.subscribe(ANNOUNCEMENT.event_id, announcements.append)
    return announcements
