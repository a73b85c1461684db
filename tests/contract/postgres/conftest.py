"""A store that is PostgreSQL, for the tests of what only it does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import URL

from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.sql import pg_errors, postgres
from attendance_adapters.sql.postgres import PostgresStore
from attendance_core.testing.clock import TestClock
from tests.support.postgres_rivals import Reruns


@pytest.fixture
async def store(
    postgres_url: URL, notifier: LocalNotifier, clock: TestClock
) -> AsyncIterator[PostgresStore]:
    made = PostgresStore(postgres_url, notifier, clock=clock)
    await made.start()
    yield made
    await made.close()


@pytest.fixture
def reruns(monkeypatch: pytest.MonkeyPatch) -> Reruns:
    noted, may_be_run_again = Reruns(), pg_errors.may_be_run_again

    def notes(error: Any) -> bool:
        noted.append(error)
        return may_be_run_again(error)

    monkeypatch.setattr(postgres, "may_be_run_again", notes)
    return noted
