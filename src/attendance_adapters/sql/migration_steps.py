"""What migrations do in several transactions, beside services that read and write.

PostgreSQL queues everybody behind a statement that waits for a lock of a whole table, so such a
statement soon gives up, and is tried again. One of two migrations waits without a transaction:
an index that is built beside writers waits for every statement that has begun before.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import sleep
from typing import Any, Final

from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import DBAPIError

from attendance_core.vocabulary import Seconds

BATCH_SIZE: Final = 2_000  # rows of one transaction; some 50 ms
# Number of PostgreSQL's advisory lock that one migration at a time holds; any that nobody else uses
ADVISORY_LOCK: Final = 7_216_355_201
WAIT_SECONDS: Seconds = 0.2  # between two looks whether the other migration is done
LOCK_MILLISECONDS: Final = 1_000  # a service gives up after twice as long
MET_A_LOCK: Final = frozenset({"55P03", "40P01"})  # a lock not got in time, a deadlock


def keep_others_out(connection: Connection) -> None:
    """Waits until no other process migrates, and lets none until this connection is closed.

    On SQLite each transaction locks the file, and begins by looking how far the other is.
    """
    if connection.dialect.name != "postgresql":
        return
    while not connection.execute(select(func.pg_try_advisory_lock(ADVISORY_LOCK))).scalar_one():
        connection.rollback()
        sleep(WAIT_SECONDS)
    connection.exec_driver_sql(f"SET lock_timeout = {LOCK_MILLISECONDS}")
    connection.commit()


def met_a_lock(error: DBAPIError) -> bool:
    """Tells whether a statement of PostgreSQL gave up because others lock what it needs."""
    driver_error: Any = error.driver_exception
    return getattr(driver_error, "sqlstate", None) in MET_A_LOCK


def build_index(
    connection: Connection, name: str, definition: str, *, unique: bool = False
) -> None:
    """Builds an index of PostgreSQL unless it is there, while others write.

    Commits first. One that a process left half built is built anew.
    """
    half_built = text(
        "SELECT 1 FROM pg_index WHERE indexrelid = to_regclass(:name) AND NOT indisvalid"
    )
    with _outside_of_transactions(connection):
        if connection.execute(half_built, {"name": name}).first() is not None:
            connection.exec_driver_sql(f"DROP INDEX CONCURRENTLY {name}")
        kind = "UNIQUE INDEX" if unique else "INDEX"
        connection.exec_driver_sql(f"CREATE {kind} CONCURRENTLY IF NOT EXISTS {name} {definition}")


def drop_index(connection: Connection, name: str) -> None:
    """Drops an index of PostgreSQL if it is there, while others use it. Commits first."""
    with _outside_of_transactions(connection):
        connection.exec_driver_sql(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")


@contextmanager
def _outside_of_transactions(connection: Connection) -> Iterator[None]:
    """Lets each statement be a transaction of its own, and wait as long as it must.

    Nobody queues behind it meanwhile.
    """
    connection.commit()
    usual = connection.default_isolation_level
    connection.execution_options(isolation_level="AUTOCOMMIT")
    try:
        connection.exec_driver_sql("SET lock_timeout = 0")
        yield
    finally:
        connection.exec_driver_sql(f"SET lock_timeout = {LOCK_MILLISECONDS}")
        connection.commit()
        connection.execution_options(isolation_level=usual)
