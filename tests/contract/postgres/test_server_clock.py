"""Over PostgreSQL it is the time of its server's clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import URL

from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.sql.pg_transaction import SELECT_TIME
from attendance_adapters.sql.postgres import PostgresStore
from attendance_adapters.system import SystemClock
from attendance_core.testing.lectures import Lecture
from attendance_core.vocabulary import UserId
from tests.support.postgres_rivals import Rival

pytestmark = pytest.mark.long


@pytest.fixture
async def store(postgres_url: URL) -> AsyncIterator[PostgresStore]:
    made = PostgresStore(postgres_url, LocalNotifier())
    await made.start()
    yield made
    await made.close()


class TestServerClock:
    async def test_our_own_may_be_ten_minutes_off(
        self, store: PostgresStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = await store.transact(lambda unit: unit.now())
        monkeypatch.setattr("attendance_adapters.system.time.time", lambda: before - 600)
        assert SystemClock().now() == before - 600
        after = await store.transact(lambda unit: unit.now())
        seen = await store.observe(lambda unit: unit.now())
        assert before <= after <= seen < before + 60

    async def test_it_is_read_after_the_locks(self, store: PostgresStore) -> None:
        lecture = await Lecture.begun(store, waiting=1)
        event_id, anna = lecture.waiting[0].event_id, UserId(3)
        async with Rival(store) as other:
            await other.run("SELECT FROM places WHERE user_id = 3 FOR UPDATE")

            def work(unit: Any) -> tuple[float, float]:
                early = unit.now()
                unit.places.lock(event_id, [anna])
                return early, unit.now()

            waits = asyncio.create_task(store.transact(work))
            await other.until_somebody_waits()
            let_go_at = (await other.connection.execute(SELECT_TIME)).scalar_one()
            await other.connection.rollback()
        early, late = await waits
        assert early < let_go_at < late
