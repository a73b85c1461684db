"""PostgreSQL's connection as the stores use it, for one transaction or for one read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Select,
    bindparam,
    cast,
    extract,
    func,
    select,
    type_coerce,
)
from sqlalchemy.exc import IntegrityError

from attendance_adapters.sql.column_types import InstantType
from attendance_adapters.sql.executor import (
    BROWSE_SECONDS,
    LOCKS_ROWS,
    NO_PARAMETERS,
    WITH_TIME,
    Rows,
    pad_to_power_of_two,
)
from attendance_adapters.sql.refusals import is_lost_race, refusal_of_postgres
from attendance_core.vocabulary import Instant

# Not now(), which is when the transaction began: it may have waited since
_TIME = type_coerce(
    cast(extract("epoch", func.clock_timestamp()) * 1_000_000, BigInteger), InstantType
)
SELECT_TIME = select(_TIME)
# Until the end of the transaction
LIMIT_STATEMENTS = select(func.set_config("statement_timeout", bindparam("milliseconds"), True))


class LostRace(Exception):
    """Raised when somebody else was faster; the same work, run again, sees what they did."""


class NeedsTransaction(Exception):
    """Raised when a look that was tried as a single read is more than that."""


_statements_with_time: dict[Any, Select[Any]] = {}


def _add_time(statement: Select[Any]) -> Select[Any]:
    """Adds a last column to the rows: the instant of the database's clock."""
    with_time = _statements_with_time.get(statement)
    if with_time is None:
        with_time = _statements_with_time[statement] = statement.add_columns(_TIME)
    return with_time


def _drop_time(rows: Sequence[Any]) -> Rows:
    """Drops the last column of the rows, which `_add_time` has added."""
    return Rows([row[:-1] for row in rows], len(rows))


class PgConnection:
    """Runs statements within one transaction, and tells the time by the database's clock."""

    __slots__ = ("_connection", "_now")

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._now: Instant | None = None

    def now(self) -> Instant:
        """Returns the same instant from one lock to the next, and none from before a lock."""
        if self._now is None:
            self._now = self._connection.execute(SELECT_TIME).scalar_one()
        return self._now

    def execute(self, statement: Any, parameters: Mapping[str, Any] = NO_PARAMETERS) -> Any:
        """Runs a statement, see `Executor`. Raises LostRace, too."""
        padded = {
            name: pad_to_power_of_two(value) if type(value) is list else value
            for name, value in parameters.items()
        }
        try:
            if LOCKS_ROWS in statement.get_execution_options():
                return self._lock(statement, padded)
            return self._connection.execute(statement, padded)
        except IntegrityError as error:
            refusal = refusal_of_postgres(error)
            if refusal is not None:
                raise refusal from error
            if is_lost_race(error):
                raise LostRace from error
            raise

    def _lock(self, statement: Select[Any], parameters: Mapping[str, Any]) -> Rows:
        """Locks rows and returns them as they are once they are locked.

        A statement that waited for a lock returns the row as it is now, but what it joins, and
        whether there are other rows, as they were before it waited. So it is run again until it
        finds no more rows than are locked: those can neither go nor change any more.
        """
        locked = self._connection.execute(statement, parameters).all()
        while True:
            with_time = self._connection.execute(_add_time(statement), parameters).all()
            self._now = with_time[0][-1] if with_time else None
            if len(with_time) == len(locked):
                return _drop_time(with_time)
            locked = with_time


class SingleRead(PgConnection):
    """Runs one statement that reads, without a transaction, and refuses everything else."""

    __slots__ = ("_is_used",)

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._is_used = False

    def execute(self, statement: Any, parameters: Mapping[str, Any] = NO_PARAMETERS) -> Any:
        """Runs the one statement, see `Executor`. Raises NeedsTransaction."""
        if self._is_used or not statement.is_select:
            raise NeedsTransaction
        self._is_used = True
        if WITH_TIME not in statement.get_execution_options():
            return super().execute(statement, parameters)
        with_time = super().execute(_add_time(statement), parameters).all()
        self._now = with_time[0][-1] if with_time else None
        return _drop_time(with_time)


class BriefReads(PgConnection):
    """Runs statements within one transaction, each of which ends in a moment or fails."""

    __slots__ = ()

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        connection.execute(LIMIT_STATEMENTS, {"milliseconds": f"{BROWSE_SECONDS * 1000:.0f}"})
