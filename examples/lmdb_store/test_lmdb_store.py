"""The store over LMDB keeps the published contract."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, settings

from attendance_core.testing import StoreContract, marking_machine
from examples.lmdb_store.lmdb_store import LmdbStore


class TestLmdbStore(StoreContract):
    @pytest_asyncio.fixture
    async def store(self, clock: Any, notifier: Any, tmp_path: Path) -> AsyncIterator[LmdbStore]:
        store = LmdbStore(tmp_path, clock, notifier)
        await store.start()
        yield store
        await store.close()

    @pytest.fixture
    def break_down(self, store: LmdbStore) -> Callable[[], Awaitable[None]]:
        """There is room for what is there, and for nothing more."""

        async def fill_up() -> None:
            store._environment.set_mapsize(1)

        return fill_up


FOLDER = TemporaryDirectory()  # is removed with the process


def a_new_store(clock: Any, notifier: Any) -> LmdbStore:
    """Makes a store over a folder of its own, for each example of the machine."""
    return LmdbStore(Path(mkdtemp(dir=FOLDER.name)), clock, notifier)


# People, sockets, processes and the clock in any order; more examples find more
TestMarking = marking_machine(a_new_store).TestCase
TestMarking.settings = settings(
    max_examples=2,
    stateful_step_count=10,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
