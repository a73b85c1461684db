"""Months of karma as a store keeps them, and the entries they come from."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import URL

from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.sql.migrate import upgrade
from attendance_adapters.sql.postgres import PostgresStore
from attendance_adapters.sql.recount import apply_rule
from attendance_adapters.sql.sqlite import SqliteStore
from attendance_core.marking.ledger import Entry
from attendance_core.pieces import ListQuery
from attendance_core.testing.clock import TestClock
from attendance_core.testing.written_ledgers import FEW_PAY
from attendance_core.vocabulary import EventId
from tests.support.migrating import run_sql

READ_MONTHS = "SELECT user_id, month, paying FROM karma_months"


def stored_counts_by_month(url: URL) -> dict[tuple[int, int], int]:
    return {(user_id, month): paying for user_id, month, paying in run_sql(url, READ_MONTHS)}


async def a_store(url: URL) -> SqliteStore | PostgresStore:
    made: SqliteStore | PostgresStore
    if url.get_backend_name() == "sqlite":
        made = SqliteStore(Path(str(url.database)), TestClock(), LocalNotifier())
    else:
        made = PostgresStore(url, LocalNotifier(), clock=TestClock())
    await made.start()
    return made


async def all_entries(store: Any, event_ids: Sequence[EventId]) -> list[Entry]:
    def look(unit: Any) -> list[Entry]:
        return [
            line.entry for each in event_ids for line in unit.ledger.of(each, None, ListQuery())
        ]

    return await store.observe(look)  # type: ignore[no-any-return]


def numbered_event_ids(count: int) -> list[EventId]:
    return [EventId(UUID(int=number)) for number in range(1, count + 1)]


@pytest.fixture
async def store(url: URL) -> AsyncIterator[Any]:
    """A store whose months are counted by the rule `FEW_PAY`."""
    upgrade(url)
    apply_rule(url, FEW_PAY)
    made = await a_store(url)
    yield made
    await made.close()
