"""What the tests of PostgreSQL meet: strangers' transactions, and the outcomes of many at once."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import text

from attendance_adapters.sql.postgres import PostgresStore
from attendance_core.vocabulary import UserId

ANNA, BORIS = UserId(3), UserId(4)


async def outcomes(*doing: Any) -> list[Any]:
    return await asyncio.gather(*doing, return_exceptions=True)


class Reruns(list[Exception]):
    """What transactions were run again for."""


class Stranger:
    """Another process's transaction, which a test commits when it likes."""

    def __init__(self, store: PostgresStore) -> None:
        self._store = store
        self._begun = store._engine.connect()

    async def __aenter__(self) -> Stranger:
        self.connection = await self._begun.__aenter__()
        self.pid = (await self.connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._begun.__aexit__(None, None, None)

    async def run(self, sql: str, **given: Any) -> None:
        await self.connection.execute(text(sql), given)

    async def is_waited_for(self) -> None:
        """Returns when somebody waits for a lock it holds."""
        asked = text("""SELECT count(*) FROM pg_stat_activity
            WHERE :mine = ANY(pg_blocking_pids(pid))""")
        async with self._store._single_read_engine.connect() as looking:
            while not (await looking.execute(asked, {"mine": self.pid})).scalar_one():
                await asyncio.sleep(0)  # a transaction would see the same for ever
