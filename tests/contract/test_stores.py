"""Our own stores keep the contract that we publish for everybody's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest

from attendance_adapters.in_memory import MemoryStore
from attendance_adapters.sql.postgres import PostgresStore
from attendance_adapters.sql.sqlite import SqliteStore
from attendance_core.testing import StoreContract
from attendance_core.testing.stores import review_races
from tests.support.sqlite_writer import driver_of


async def never_breaks_down(store: MemoryStore) -> None:
    pytest.skip("what memory is kept in does not fail")


async def leave_no_room(store: SqliteStore) -> None:
    await store.transact(lambda unit: driver_of(unit).execute("PRAGMA max_page_count = 1"))


async def leave_no_server(store: PostgresStore) -> None:
    async def refused() -> Any:
        raise ConnectionRefusedError

    store._pool._close_all_idle()
    store._pool._connect = refused


BREAKDOWNS: dict[type, Callable[[Any], Awaitable[None]]] = {
    MemoryStore: never_breaks_down,
    SqliteStore: leave_no_room,
    PostgresStore: leave_no_server,
}


class TestStores(StoreContract):
    """With the fixture ``store`` of this folder: each engine in turn."""

    @pytest.fixture
    def break_down(self, store: Any) -> Callable[[], Awaitable[None]]:
        return partial(BREAKDOWNS[type(store)], store)


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_moderators_race_for_a_scan_a_thousand_times(store: Any) -> None:
    """Contract: 9.10."""
    await review_races.race_for_scans(store, 1_000)
