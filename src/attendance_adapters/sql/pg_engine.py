"""How the connections to PostgreSQL are made: how many, with what limits, and what is warned of."""

from __future__ import annotations

import logging
from typing import Any

from sqlalchemy import URL, event, func, select
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from attendance_core.vocabulary import Seconds

logger = logging.getLogger(__name__)

# A transaction holds a connection for some milliseconds: ten serve thousands a second, and ten
# processes keep within the 100 connections that a server has unless told otherwise
POOL_SIZE = 10
# Each is shorter than what a caller waits: see `postgres.ANSWER_SECONDS`
POOL_SECONDS: Seconds = 3.0  # until a connection is free
CONNECT_SECONDS: Seconds = 3.0
STATEMENT_SECONDS: Seconds = 3.0
LOCK_SECONDS: Seconds = 2.0  # for one row; a transaction holds its rows for milliseconds
IDLE_SECONDS: Seconds = 5.0  # a process that stalled inside a transaction loses its locks
SILENT_SECONDS: Seconds = 4.0  # by our own clock: a server that has vanished ends no statement
SETTINGS = {
    "application_name": "attendance",
    "statement_timeout": f"{STATEMENT_SECONDS:g}s",
    "lock_timeout": f"{LOCK_SECONDS:g}s",
    "idle_in_transaction_session_timeout": f"{IDLE_SECONDS:g}s",
    "jit": "off",  # no statement of ours runs for as long as it takes to compile it
    "synchronous_commit": "on",  # whatever the server, the database or the role would have
}
# Settings of the server alone that keep a mark when the machine loses power
SAFEGUARDS = ("fsync", "full_page_writes")


def make_engine(url: URL, pool_size: int) -> AsyncEngine:
    """Makes the pool of connections that transactions run on; it connects when first asked."""
    engine = create_async_engine(
        url,
        isolation_level="READ COMMITTED",
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=POOL_SECONDS,
        pool_use_lifo=True,
        hide_parameters=True,  # no log has people's names in it
        connect_args={
            "timeout": CONNECT_SECONDS,
            "command_timeout": SILENT_SECONDS,
            "server_settings": SETTINGS,
        },
    )
    event.listen(engine.sync_engine, "checkout", _reject_closed)
    return engine


async def warn_of_missing_safeguards(connection: AsyncConnection) -> None:
    """Warns in the log, if the server may lose marks when the machine loses power."""
    settings = select(*(func.current_setting(name) for name in SAFEGUARDS))
    values = (await connection.execute(settings)).one()
    off = [name for name, value in zip(SAFEGUARDS, values, strict=True) if value != "on"]
    if off:
        logger.warning("a power failure may lose marks: the server has %s off", " and ".join(off))


def _reject_closed(connection: Any, _: Any, __: Any) -> None:
    """Rejects a connection that is closed, without a ping: that costs three round trips.

    A connection that the server has closed says so by itself. One that turns out to be lost before
    COMMIT was sent is found by the transaction, which is then run again.
    """
    if connection.driver_connection.is_closed():
        raise DisconnectionError
