"""What nobody waits for any more counts as a call of the store until it has ended."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import URL

from attendance_adapters import Attendance, connect, embedded
from attendance_core.vocabulary import TallyKey
from tests.support.eventually import eventually


async def give_up(service: Attendance) -> None:
    """A transaction that cannot go on, and whose caller goes away."""
    waits = asyncio.ensure_future(
        service.use_cases.forget_tallies.transact(lambda unit: unit.tallies.lock(TallyKey("k")))
    )
    await eventually(lambda: service.store_call_count >= 1)
    waits.cancel()
    await asyncio.wait([waits])


async def test_a_transaction_given_up_over_sqlite_counts_until_it_ends(tmp_path: Path) -> None:
    async with embedded(tmp_path) as service:
        with closing(
            sqlite3.connect(tmp_path / "attendance.db", isolation_level=None)
        ) as connection:
            connection.execute("BEGIN IMMEDIATE")
            await give_up(service)
            await asyncio.sleep(0)
            assert service.store_call_count >= 1
            connection.rollback()
        await eventually(lambda: service.store_call_count == 0)


async def test_a_look_given_up_over_sqlite_counts_until_its_thread_ends(tmp_path: Path) -> None:
    go_on = threading.Event()

    def look(unit: Any) -> None:
        if threading.current_thread() is threading.main_thread():
            raise sqlite3.OperationalError("interrupted")  # as a long one is
        go_on.wait(30)

    async with embedded(tmp_path) as service:
        looking = asyncio.ensure_future(service.use_cases.get_events.browse(look))
        await eventually(lambda: service.store_call_count >= 1)
        await asyncio.sleep(0.1)  # a thread takes it
        looking.cancel()
        await asyncio.wait([looking])
        assert service.store_call_count >= 1
        go_on.set()
        await eventually(lambda: service.store_call_count == 0)


async def test_a_transaction_given_up_over_postgresql_counts_until_it_ends(
    tmp_path: Path, postgres_url: URL
) -> None:
    address = postgres_url.set(drivername="postgresql").render_as_string(hide_password=False)
    files = (tmp_path / "files").as_uri()
    async with connect(address, files_url=files) as service:
        holds = await asyncpg.connect(address)
        try:
            async with holds.transaction():
                await holds.execute("LOCK TABLE tallies IN ACCESS EXCLUSIVE MODE")
                await give_up(service)
                assert service.store_call_count >= 1
        finally:
            await holds.close()
        await eventually(lambda: service.store_call_count == 0)
