"""What the tests of PostgreSQL meet: rivals' transactions, and the outcomes of many at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import URL, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from attendance_adapters.sql.postgres import PostgresStore
from attendance_core.vocabulary import UserId

ANNA, BORIS = UserId(3), UserId(4)


async def outcomes(*doing: Any) -> list[Any]:
    return await asyncio.gather(*doing, return_exceptions=True)


class Reruns(list[Exception]):
    """What transactions were run again for."""


@asynccontextmanager
async def beside(store: PostgresStore | URL, **options: Any) -> AsyncIterator[AsyncConnection]:
    """Connects to the database of a store, beside it; what is written commits by itself."""
    url = store if isinstance(store, URL) else store._url
    made = create_async_engine(url, **{"isolation_level": "AUTOCOMMIT", **options})
    try:
        async with made.connect() as connection:
            yield connection
    finally:
        await made.dispose()


class Rival:
    """Another process's transaction, which a test commits when it likes."""

    def __init__(self, store: PostgresStore) -> None:
        self._store = store
        self._begun = beside(store, isolation_level="READ COMMITTED")

    async def __aenter__(self) -> Rival:
        self.connection = await self._begun.__aenter__()
        self.pid = (await self.connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()
        return self

    async def __aexit__(self, *raised: Any) -> None:
        await self._begun.__aexit__(*raised)

    async def run(self, sql: str, **given: Any) -> None:
        await self.connection.execute(text(sql), given)

    async def until_somebody_waits(self) -> None:
        """Waits until somebody waits for a lock that it holds."""
        count_waiting = text("""SELECT count(*) FROM pg_stat_activity
            WHERE :mine = ANY(pg_blocking_pids(pid))""")
        async with beside(self._store) as looking:
            while not (await looking.execute(count_waiting, {"mine": self.pid})).scalar_one():
                await asyncio.sleep(0)  # a transaction would see the same for ever
