"""One promise, every adapter: a new store is one more line in ADAPTERS."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from attendance_adapters.memory import MemoryStore
from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.sql.migrate import upgrade
from attendance_adapters.sql.sqlite import SqliteStore
from tests.unit.builders import SetClock

Store = MemoryStore | SqliteStore


def memory(clock: SetClock, notifier: LocalNotifier, folder: Path) -> MemoryStore:
    return MemoryStore(clock, notifier)


def sqlite(clock: SetClock, notifier: LocalNotifier, folder: Path) -> SqliteStore:
    path = folder / "attendance.db"
    upgrade(f"sqlite:///{path}")
    return SqliteStore(path, clock, notifier)


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
