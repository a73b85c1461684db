"""How connections to PostgreSQL are made: with what limits, and what is warned of."""

from __future__ import annotations

import logging
from typing import Any

import asyncpg
from sqlalchemy import URL

from attendance_adapters.sql.pg_connection import DIALECT, PgConnection
from attendance_core.vocabulary import Seconds

logger = logging.getLogger(__name__)

# Each is shorter than what a caller waits: see `postgres.ANSWER_SECONDS`
CONNECT_SECONDS: Seconds = 3.0
STATEMENT_SECONDS: Seconds = 3.0
LOCK_SECONDS: Seconds = 2.0  # for one row; a transaction holds its rows for milliseconds
IDLE_SECONDS: Seconds = 5.0  # a process that stalled inside a transaction loses its locks
SILENT_SECONDS: Seconds = 4.0  # by our own clock: a server that has vanished ends no statement
SETTINGS = {
    "application_name": "attendance",
    "default_transaction_isolation": "read committed",
    "statement_timeout": f"{STATEMENT_SECONDS:g}s",
    "lock_timeout": f"{LOCK_SECONDS:g}s",
    "idle_in_transaction_session_timeout": f"{IDLE_SECONDS:g}s",
    "jit": "off",  # no statement of ours runs for as long as it takes to compile it
    "synchronous_commit": "on",  # whatever the server, the database or the role would have
}
# Settings of the server alone that keep a mark when the machine loses power
SAFEGUARDS = ("fsync", "full_page_writes")


async def connect(url: URL) -> PgConnection:
    """Makes a connection. Raises OSError, TimeoutError, and what asyncpg says of a refusal."""
    _, options = DIALECT.create_connect_args(url)
    return PgConnection(
        await asyncpg.connect(
            **options,
            timeout=CONNECT_SECONDS,
            command_timeout=SILENT_SECONDS,
            server_settings=SETTINGS,
            statement_cache_size=0,  # `PgConnection` keeps its own, whose names it needs
        )
    )


async def warn_of_missing_safeguards(connection: PgConnection) -> None:
    """Warns in the log, if the server may lose marks when the machine loses power."""
    values: list[Any] = [await connection.driver.fetchval(f"SHOW {name}") for name in SAFEGUARDS]
    off = [name for name, value in zip(SAFEGUARDS, values, strict=True) if value != "on"]
    if off:
        logger.warning("a power failure may lose marks: the server has %s off", " and ".join(off))
