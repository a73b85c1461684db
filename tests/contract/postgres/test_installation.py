"""Two processes that start over one database, which has no id yet, agree on one."""

from __future__ import annotations

import asyncio

from attendance_adapters.sql.postgres import PostgresStore
from tests.support.postgres_rivals import Rival


async def test_who_comes_second_takes_the_id_of_the_first(store: PostgresStore) -> None:
    async with Rival(store) as other:
        await other.run("INSERT INTO installation (number, database_id) VALUES (1, 'the first')")
        ours = asyncio.create_task(store.transact(lambda u: u.installation.database_id("ours")))
        await other.until_somebody_waits()
        await other.connection.commit()
    assert await ours == "the first"
