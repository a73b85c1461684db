"""Databases of PostgreSQL at the newest revision, one for each test that wants its own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import asyncpg
from sqlalchemy import URL

from attendance_adapters.sql.addresses import postgres_url
from attendance_adapters.sql.migrate import upgrade
from attendance_adapters.sql.tables import metadata

TEMPLATE = "attendance_template"


def in_a_loop(coroutine: Any) -> Any:
    """Runs a coroutine, also where a loop is running; answers what it does."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


async def _execute(address: str, *statements: str) -> None:
    connection = await asyncpg.connect(address)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def _named(address: str, name: str) -> URL:
    return postgres_url(address).set(database=name)


def make_template(address: str) -> None:
    """Makes the database at the newest revision that others are copies of."""
    drop = f"DROP DATABASE IF EXISTS {TEMPLATE}"
    in_a_loop(_execute(address, drop, f"CREATE DATABASE {TEMPLATE}"))
    upgrade(_named(address, TEMPLATE))


@contextmanager
def a_database(address: str, template: str = TEMPLATE) -> Iterator[URL]:
    """Makes a copy of the template, which is dropped at the end of the block."""
    name = f"test_{uuid4().hex}"
    in_a_loop(_execute(address, f"CREATE DATABASE {name} TEMPLATE {template}"))
    url = _named(address, name)
    try:
        yield url
    finally:
        if url in _cleaners:
            _cleaners.pop(url).close()
        in_a_loop(_execute(address, f"DROP DATABASE {name} WITH (FORCE)"))


class Cleaner:
    """Empties one database, over a connection that it keeps: a new one costs more than the work.

    It has a loop and a thread of its own, since a loop may be running in ours.
    """

    def __init__(self, url: URL) -> None:
        deletions = [f"DELETE FROM {table.name}" for table in reversed(metadata.sorted_tables)]
        restart = "ALTER SEQUENCE accounts_user_id_seq RESTART"
        self._work = "; ".join([*deletions, restart])  # in one trip and one transaction
        self._address = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._connection: Any = None
        self._thread = ThreadPoolExecutor(1)
        self._loop = asyncio.new_event_loop()

    def clean(self) -> None:
        """Leaves no row; no trigger keeps the ledger from it."""
        self._run(self._clean())

    def close(self) -> None:
        """Says goodbye to the server."""
        self._run(self._connection.close())
        self._loop.close()
        self._thread.shutdown()

    def _run(self, coroutine: Any) -> None:
        self._thread.submit(self._loop.run_until_complete, coroutine).result()

    async def _clean(self) -> None:
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(self._address)
            await self._connection.execute("SET session_replication_role = replica")
        await self._connection.execute(self._work)


_cleaners: dict[URL, Cleaner] = {}  # of the databases that are there


def emptied(url: URL) -> URL:
    """Empties a database, and answers it: that is far sooner than a new one."""
    if url not in _cleaners:
        _cleaners[url] = Cleaner(url)
    _cleaners[url].clean()
    return url
