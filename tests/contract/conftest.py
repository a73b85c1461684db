"""One promise, every adapter: a new store is one more line in ADAPTERS."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from attendance_adapters.memory import MemoryStore
from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.sql.sqlite import SqliteStore
from tests.contract.lecture import an_empty_database
from tests.contract.writers import WORD
from tests.unit.builders import NOON, SetClock

Store = MemoryStore | SqliteStore


def memory(clock: SetClock, notifier: LocalNotifier, folder: Path) -> MemoryStore:
    return MemoryStore(clock, notifier)


def sqlite(clock: SetClock, notifier: LocalNotifier, folder: Path) -> SqliteStore:
    return SqliteStore(an_empty_database(folder), clock, notifier)


ADAPTERS: dict[str, Callable[[SetClock, LocalNotifier, Path], Store]] = {
    "memory": memory,
    "sqlite": sqlite,
}


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def notifier() -> LocalNotifier:
    return LocalNotifier()


@pytest.fixture(params=ADAPTERS)
async def store(
    request: pytest.FixtureRequest, clock: SetClock, notifier: LocalNotifier, tmp_path: Path
) -> AsyncIterator[Any]:
    made = ADAPTERS[request.param](clock, notifier, tmp_path)
    await made.start()
    yield made
    await made.close()


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A SQLite file at the newest revision."""
    return an_empty_database(tmp_path)


@pytest.fixture
async def sqlite_store(
    database: Path, clock: SetClock, notifier: LocalNotifier
) -> AsyncIterator[SqliteStore]:
    """With the one person that events of `tests.contract.writers` want for a creator."""
    made = SqliteStore(database, clock, notifier, busy_seconds=0.2)
    await made.start()
    await made.transact(lambda unit: unit.accounts.add("creator", "hash", NOON))
    yield made
    await made.close()


@pytest.fixture
async def heard(notifier: LocalNotifier) -> list[Any]:
    """What is announced of the event of `tests.contract.writers`."""
    announcements: list[Any] = []
    await notifier.subscribe(WORD.event_id, announcements.append)
    return announcements
