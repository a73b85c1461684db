"""What the stores run their statements on at PostgreSQL: a transaction, or a read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from typing import cast as cast_to

import asyncpg
from sqlalchemy import (
    BigInteger,
    CompoundSelect,
    Select,
    cast,
    extract,
    func,
    null,
    select,
    type_coerce,
    union_all,
)

from attendance_adapters.sql.column_types import MICROSECONDS_A_SECOND, InstantType
from attendance_adapters.sql.compiled import CompiledStatement
from attendance_adapters.sql.executor import (
    BROWSE_SECONDS,
    LOCK_FIRST,
    LOCKS_ROWS,
    NO_PARAMETERS,
    WITH_TIME,
    Rows,
)
from attendance_adapters.sql.pg_connection import COMPILER, PgConnection, WrittenStatement, written
from attendance_adapters.sql.pg_errors import LostRace, NeedsTransaction, UnknownOutcome, is_loss
from attendance_adapters.sql.refusals import is_lost_race, refusal_of_postgres
from attendance_core.vocabulary import Instant


def _instant(time: Any) -> Any:
    return type_coerce(
        cast(extract("epoch", time) * MICROSECONDS_A_SECOND, BigInteger), InstantType
    )


# Not now(), which is when the transaction began: it may have waited since
_TIME_NOW = _instant(func.clock_timestamp())
# When the statement begins: before what it finds, or waits for
_TIME_OF_STATEMENT = _instant(func.statement_timestamp())
SELECT_TIME = select(_TIME_NOW)
BEGIN_READ_ONLY = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

_statements_with_time: dict[Any, Any] = {}


def _add_time(statement: Any) -> Any:
    """Adds a last column to the rows: the instant of the database's clock.

    Of a union only its first part tells it: each row would cost as much as it has to be asked.
    """
    with_time = _statements_with_time.get(statement)
    if with_time is None:
        time = _TIME_OF_STATEMENT if LOCK_FIRST in statement.get_execution_options() else _TIME_NOW
        if isinstance(statement, CompoundSelect):
            first, *others = cast_to(Sequence[Select[Any]], statement.selects)
            no_time = cast(null(), BigInteger)
            with_time = union_all(
                first.add_columns(time), *(each.add_columns(no_time) for each in others)
            )
        else:
            with_time = statement.add_columns(time)
        _statements_with_time[statement] = with_time
    return with_time


class PgExecutor:
    """Runs statements on a connection, and tells the time by the database's clock."""

    __slots__ = ("_connection", "_now")

    def __init__(self, connection: PgConnection) -> None:
        self._connection = connection
        self._now: Instant | None = None

    def now(self) -> Instant:
        """Returns the same instant from one lock to the next, and none from before a lock."""
        if self._now is None:
            self._now = self._fetch(SELECT_TIME, NO_PARAMETERS).scalar_one()
        return self._now

    def execute(self, statement: Any, parameters: Mapping[str, Any] = NO_PARAMETERS) -> Rows:
        """Runs a statement, see `Executor`."""
        if WITH_TIME in statement.get_execution_options() and self._now is None:
            return self._fetch_with_time(statement, parameters)
        return self._fetch(statement, parameters)

    def count(self, statement: Any, parameters: Mapping[str, Any] = NO_PARAMETERS) -> int:
        """Counts rows, see `Executor`."""
        return self.execute(statement, parameters).rowcount

    def send(self, statement: Any, parameters: Mapping[str, Any] = NO_PARAMETERS) -> None:
        """Runs a statement, see `Executor`."""
        self.execute(statement, parameters)

    def _fetch(self, statement: Any, parameters: Mapping[str, Any]) -> Rows:
        return self._ask(*COMPILER.prepare(statement, parameters))

    def _ask(self, statement: CompiledStatement, values: Sequence[Any]) -> Rows:
        with _refusals(statement.text):
            return self._connection.fetch(statement, values)

    def _fetch_with_time(self, statement: Any, parameters: Mapping[str, Any]) -> Rows:
        """Runs a statement that tells the time, too: that is when it found its last row.

        A union tells when it found the last of its first part, wherever that stands.
        """
        rows = list(self._fetch(_add_time(statement), parameters))
        instants = (row[-1] for row in reversed(rows))
        self._now = next((instant for instant in instants if instant is not None), None)
        return Rows([row[:-1] for row in rows], len(rows))


class Transaction(PgExecutor):
    """Runs the statements of one transaction, in as few round trips as there can be.

    It begins with the first statement that writes or locks. What is sent waits for the next that
    is asked for an answer, or for COMMIT, and goes with it.
    """

    __slots__ = ("_has_answered", "_is_begun", "_waiting")

    def __init__(self, connection: PgConnection) -> None:
        super().__init__(connection)
        self._is_begun = False
        self._has_answered = False  # the connection, since it was lent
        self._waiting: list[WrittenStatement] = []

    def execute(self, statement: Any, parameters: Mapping[str, Any] = NO_PARAMETERS) -> Rows:
        """Runs a statement, see `Executor`. Raises LostRace, too."""
        options = statement.get_execution_options()
        if LOCK_FIRST in options:
            return self._lock_and_read(options[LOCK_FIRST], statement, parameters)
        if LOCKS_ROWS in options:
            return self._lock(statement, parameters)
        return super().execute(statement, parameters)

    def count(self, statement: Any, parameters: Mapping[str, Any] = NO_PARAMETERS) -> int:
        """Counts rows, see `Executor`: in one trip with all that waits, since it says no more."""
        in_words = written(*COMPILER.prepare(statement, parameters))
        assert in_words is not None, "rows are counted, and locked, by ids and numbers alone"
        self._waiting.append(in_words)
        return int(self._run_waiting().rpartition(" ")[2])

    def send(self, statement: Any, parameters: Mapping[str, Any] = NO_PARAMETERS) -> None:
        """Has a statement run with the next one, or at once where it has no plain words."""
        compiled, values = COMPILER.prepare(statement, parameters)
        if (in_words := written(compiled, values)) is not None:
            self._waiting.append(in_words)
        else:
            self._ask(compiled, values)

    def commit(self) -> None:
        """Ends the transaction. Raises UnknownOutcome, and what a statement does that waited."""
        if not self._is_begun and not self._waiting:
            return
        if not self._has_answered:  # if it did not answer COMMIT, nobody would know what was done
            self._run_waiting()
        with _unknown_outcome(self._connection):
            said = self._run_waiting("COMMIT")
        if said != "COMMIT":
            raise AssertionError(f"a transaction went on after an error: {said}")

    def _ask(self, statement: CompiledStatement, values: Sequence[Any]) -> Rows:
        if self._waiting or not (self._is_begun or statement.is_read_only):
            self._run_waiting()
        rows = super()._ask(statement, values)
        self._has_answered = True
        return rows

    def _run_waiting(self, after: str = "") -> str:
        begin = "" if self._is_begun else "BEGIN"
        waiting, self._waiting, self._is_begun = self._waiting, [], True
        with _refusals():
            return self._connection.run(begin, waiting, after)

    def _lock(self, statement: Select[Any], parameters: Mapping[str, Any]) -> Rows:
        """Locks rows and returns them as they are once they are locked.

        A statement that waited for a lock returns the row as it is now, but what it joins, and
        whether there are other rows, as they were before it waited. So it is run again until it
        finds no more rows than are locked: those can neither go nor change any more.
        """
        locked_count = self.count(statement, parameters)
        while True:
            rows = self._fetch_with_time(statement, parameters)
            if rows.rowcount == locked_count:
                return rows
            locked_count = rows.rowcount

    def _lock_and_read(
        self, lock: Select[Any], read: Select[Any], parameters: Mapping[str, Any]
    ) -> Rows:
        """Locks rows by one statement and reads them by another, as `_lock` does by one."""
        while True:
            locked_count = self.count(lock, parameters)
            rows = self._fetch_with_time(read, parameters)
            if len({row[0] for row in rows}) == locked_count:
                return rows


class SingleRead(PgExecutor):
    """Runs one statement that reads, without a transaction, and refuses everything else."""

    __slots__ = ("_is_used",)

    def __init__(self, connection: PgConnection) -> None:
        super().__init__(connection)
        self._is_used = False

    def execute(self, statement: Any, parameters: Mapping[str, Any] = NO_PARAMETERS) -> Rows:
        """Runs the one statement, see `Executor`. Raises NeedsTransaction."""
        if self._is_used or not statement.is_select:
            raise NeedsTransaction
        self._is_used = True
        return super().execute(statement, parameters)


class ReadOnly(PgExecutor):
    """Runs statements that read, all at one moment."""

    __slots__ = ()

    def __init__(self, connection: PgConnection) -> None:
        super().__init__(connection)
        connection.run(BEGIN_READ_ONLY, [])


class BriefReadOnly(PgExecutor):
    """Runs statements that read, all at one moment; one that takes `BROWSE_SECONDS` fails."""

    __slots__ = ()

    def __init__(self, connection: PgConnection) -> None:
        super().__init__(connection)
        milliseconds = round(BROWSE_SECONDS * 1000)
        connection.run(BEGIN_READ_ONLY, [], f"SET LOCAL statement_timeout = {milliseconds}")


@contextmanager
def _refusals(text: str = "") -> Iterator[None]:
    """Raises what a broken constraint stands for: a refusal, or LostRace."""
    try:
        yield
    except asyncpg.IntegrityConstraintViolationError as error:
        refusal = refusal_of_postgres(error, text)
        if refusal is not None:
            raise refusal from error
        if is_lost_race(error):
            raise LostRace from error
        raise


@contextmanager
def _unknown_outcome(connection: PgConnection) -> Iterator[None]:
    """Raises UnknownOutcome where there was no answer, or one that says no more than goodbye."""
    try:
        yield
    except Exception as error:
        if is_loss(error) or (isinstance(error, asyncpg.PostgresError) and connection.is_closed()):
            raise UnknownOutcome from error
        raise  # the server has undone it
