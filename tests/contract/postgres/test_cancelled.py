"""Marking over PostgreSQL is whole when its callers are cancelled, wherever they wait."""

from __future__ import annotations

import asyncio
from typing import Any, NamedTuple

import pytest
from sqlalchemy import URL, select

from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.sql.postgres import PostgresStore
from attendance_adapters.sql.tables import metadata
from attendance_core.testing.clock import TestClock
from attendance_core.testing.lectures import Lecture
from tests.support.cancelled_steps import awaited, cancelled_at
from tests.support.marking_steps import STEPS
from tests.support.postgres_databases import emptied
from tests.support.postgres_rivals import beside

pytestmark = pytest.mark.long

NEVER_REACHED = 99  # suspensions: no step has as many


async def stored_rows(store: PostgresStore) -> list[list[Any]]:
    """Every row of every table."""
    async with beside(store) as connection:
        return [
            sorted(map(repr, await connection.execute(select(table))))
            for table in metadata.sorted_tables
        ]


class StepRows(NamedTuple):
    """Every row before a step and after it, and whether it was cancelled."""

    before: list[list[Any]]
    after: list[list[Any]]
    is_cancelled: bool


class TestCancelled:
    @pytest.mark.parametrize("name", STEPS)
    async def test_at_every_suspension_the_store_is_whole(
        self, name: str, postgres_database: URL
    ) -> None:
        first, step = STEPS[name]

        async def try_step(suspension: int) -> StepRows:
            store = PostgresStore(
                emptied(postgres_database), LocalNotifier(), clock=TestClock(), pool_size=2
            )
            await store.start()
            lecture = await Lecture.begun(store, waiting=2)
            await first(lecture)
            before = await stored_rows(store)
            task = asyncio.create_task(awaited(cancelled_at(suspension, step(lecture))))
            await asyncio.wait([task])
            await asyncio.gather(*store._tasks, return_exceptions=True)
            after = await stored_rows(store)
            assert store.pool_use().taken == 0
            await store.close()
            return StepRows(before, after, task.cancelled())

        before, after, cancelled = await try_step(NEVER_REACHED)
        assert not cancelled
        for suspension in range(NEVER_REACHED):
            _, found, cancelled = await try_step(suspension)
            if not cancelled:
                break
            # Every step that changes anything is one transaction, and was handed over
            assert found in (before, after)
        assert found == after
        assert suspension > 0
