"""What each connection to PostgreSQL is set to, and that these settings do what they are for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, text
from sqlalchemy.util import await_only

from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.sql import pg_connect
from attendance_adapters.sql.addresses import postgres_url as url_of
from attendance_adapters.sql.pg_connect import SAFEGUARDS, SETTINGS
from attendance_adapters.sql.postgres import PostgresStore
from attendance_core.errors import Unavailable
from attendance_core.marking.places import Held
from attendance_core.testing.lectures import EVENT, Lecture
from tests.support.killable_servers import a_postgres
from tests.support.postgres_databases import a_database
from tests.support.postgres_rivals import ANNA, beside
from tests.support.service_process import running

WARNING = "a power failure may lose marks"
CONTRARY = {
    "application_name": "another",
    "default_transaction_isolation": "serializable",
    "statement_timeout": "1h",
    "lock_timeout": "1h",
    "idle_in_transaction_session_timeout": "1h",
    "jit": "on",
    "synchronous_commit": "off",
}


@pytest.fixture
async def contrary(postgres_server: str) -> AsyncIterator[PostgresStore]:
    """Of a database that would have everything otherwise."""
    with a_database(postgres_server) as url:
        async with beside(url) as connection:
            for name, value in CONTRARY.items():
                await connection.execute(
                    text(f"ALTER DATABASE {url.database} SET {name} = '{value}'")
                )
        made = PostgresStore(url, LocalNotifier())
        await made.start()
        yield made
        await made.close()


async def setting_of(connection: Any, name: str) -> str:
    return str((await connection.execute(text(f"SHOW {name}"))).scalar_one())


class TestSettings:
    async def test_each_is_what_we_ask_for_whatever_the_database_would_have(
        self, contrary: PostgresStore
    ) -> None:
        assert CONTRARY.keys() == SETTINGS.keys()

        def ask(unit: Any) -> dict[str, str]:
            asked = {name: unit.accounts._execute(text(f"SHOW {name}")) for name in SETTINGS}
            return {name: rows.scalar_one() for name, rows in asked.items()}

        assert await contrary.transact(ask) == SETTINGS

    async def test_a_transaction_is_to_wait_for_the_disk(self, contrary: PostgresStore) -> None:
        def ask(unit: Any) -> str:
            return str(unit.accounts._execute(text("SHOW synchronous_commit")).scalar_one())

        assert await contrary.transact(ask) == "on"


class TestSafeguards:
    @pytest.mark.long
    async def test_a_server_that_has_them_is_not_warned_of(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        with a_postgres() as server:
            store = PostgresStore(url_of(server.url), LocalNotifier())
            await store.start()
            await store.close()
        assert WARNING not in caplog.text

    async def test_one_that_has_not_is_warned_of_in_one_line(
        self, store: PostgresStore, postgres_url: URL, tmp_path: Path
    ) -> None:
        async with beside(store) as connection:
            off = [each for each in SAFEGUARDS if await setting_of(connection, each) == "off"]
        address = postgres_url.set(drivername="postgresql").render_as_string(hide_password=False)
        with running(tmp_path, {"ATTENDANCE_DATABASE_URL": address}) as service:
            pass
        warnings = [line for line in service.said().splitlines() if WARNING in line]
        assert len(warnings) == (1 if off else 0)
        assert all(each in warnings[0] for each in off)


class TestBounds:
    async def test_a_statement_that_takes_too_long_is_ended_by_the_server(
        self, store: PostgresStore, caplog: pytest.LogCaptureFixture
    ) -> None:
        def sleep(unit: Any) -> None:
            unit.accounts._execute(text("SELECT pg_sleep(60)"))

        began = time.monotonic()
        with pytest.raises(Unavailable):
            await store.transact(sleep)
        took = time.monotonic() - began
        assert pg_connect.STATEMENT_SECONDS <= took < pg_connect.SILENT_SECONDS
        assert "57014: canceling statement due to statement timeout" in caplog.text
        assert await store.transact(lambda u: u.accounts.find("anna")) is None

    async def test_one_who_stalls_while_they_hold_a_row_lets_go_of_it(
        self, store: PostgresStore
    ) -> None:
        lecture = await Lecture.begun(store, waiting=1)
        locked, goes_on = asyncio.Event(), asyncio.Event()

        def stalls(unit: Any) -> None:
            unit.places.lock(EVENT, [ANNA])
            locked.set()
            await_only(goes_on.wait())

        stalled = asyncio.create_task(store.transact(stalls))
        await locked.wait()
        began, told = time.monotonic(), []
        try:
            async with asyncio.timeout(2 * pg_connect.IDLE_SECONDS):
                while True:
                    try:
                        marker = lecture.markers[0]
                        await lecture.do.prepare_to_mark(connection=marker, target=ANNA)
                        break
                    except Unavailable as error:  # a lock is waited for only so long
                        told.append(error)
        finally:
            goes_on.set()
        took = time.monotonic() - began
        assert told
        assert pg_connect.LOCK_SECONDS < took < pg_connect.IDLE_SECONDS + 1
        with pytest.raises(Unavailable):
            await stalled
        assert isinstance((await lecture.place(ANNA)).state, Held)
