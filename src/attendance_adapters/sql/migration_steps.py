"""What migrations do in several transactions, beside services that read and write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection, text

from attendance_adapters.sql import maintenance

BATCH_SIZE: Final = 2_000  # rows of one transaction; some 50 ms


def build_index(
    connection: Connection, name: str, definition: str, *, unique: bool = False
) -> None:
    """Builds an index of PostgreSQL unless it is there, while others write.

    Commits first. One that a process left half built is built anew.
    """
    find_half_built = text(
        "SELECT 1 FROM pg_index WHERE indexrelid = to_regclass(:name) AND NOT indisvalid"
    )
    with _outside_of_transactions(connection):
        if connection.execute(find_half_built, {"name": name}).first() is not None:
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
        connection.exec_driver_sql(f"SET lock_timeout = {maintenance.LOCK_TIMEOUT_MILLISECONDS}")
        connection.commit()
        connection.execution_options(isolation_level=usual)
