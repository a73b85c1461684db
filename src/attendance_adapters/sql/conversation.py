"""One transaction's, or one look's, talk with PostgreSQL: statements in, rows or refusals out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, Connection, Select, cast, extract, func, select, type_coerce
from sqlalchemy.exc import IntegrityError

from attendance_adapters.sql.driver import LOCKS, NOTHING, TIMED, Rows, padded
from attendance_adapters.sql.refusals import is_lost_race, refusal_of_postgres
from attendance_adapters.sql.tables import Moment
from attendance_core.vocabulary import Instant

# Not now(), which is when the transaction began: it may have waited since
_NOW = type_coerce(cast(extract("epoch", func.clock_timestamp()) * 1_000_000, BigInteger), Moment)
NOW = select(_NOW)
(_LOCKS,) = LOCKS
(_TIMED,) = TIMED


class LostRace(Exception):
    """Somebody else was faster; the same function, run again, will see what they did."""


class Longer(Exception):
    """A look that was taken for one statement is more than that."""


_timed: dict[Any, Select[Any]] = {}


def _with_the_time(statement: Select[Any]) -> Select[Any]:
    """The same rows, each with the instant of the database's clock."""
    timed = _timed.get(statement)
    if timed is None:
        timed = _timed[statement] = statement.add_columns(_NOW)
    return timed


def _untimed(timed: Sequence[Any]) -> Rows:
    return Rows([row[:-1] for row in timed], len(timed))


class Conversation:
    """`Executes` within one transaction, and its clock: the database's."""

    __slots__ = ("_at", "_connection")

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._at: Instant | None = None

    def now(self) -> Instant:
        """The same instant from one lock to the next, and never from before a lock was held."""
        if self._at is None:
            self._at = self._connection.execute(NOW).scalar_one()
        return self._at

    def execute(self, statement: Any, parameters: Mapping[str, Any] = NOTHING) -> Any:
        """See `Executes`. Raises LostRace, too."""
        given = {
            name: padded(value) if type(value) is list else value
            for name, value in parameters.items()
        }
        try:
            if _LOCKS in statement.get_execution_options():
                return self._lock(statement, given)
            return self._connection.execute(statement, given)
        except IntegrityError as error:
            refusal = refusal_of_postgres(error)
            if refusal is not None:
                raise refusal from error
            if is_lost_race(error):
                raise LostRace from error
            raise

    def _lock(self, statement: Select[Any], parameters: Mapping[str, Any]) -> Rows:
        """The rows a statement locks, as they are once it holds them.

        A statement that waited for a lock tells what the row is now, but of the rows it joins,
        and of whether there are others, what was true before it waited. So it is asked again,
        until it finds no more than those it holds: those can neither go nor change any more.
        """
        found = self._connection.execute(statement, parameters).all()
        while True:
            timed = self._connection.execute(_with_the_time(statement), parameters).all()
            self._at = timed[0][-1] if timed else None
            if len(timed) == len(found):
                return _untimed(timed)
            found = timed


class Glance(Conversation):
    """A look without a transaction, as long as it is one statement and only reads."""

    __slots__ = ("_asked",)

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._asked = False

    def execute(self, statement: Any, parameters: Mapping[str, Any] = NOTHING) -> Any:
        """See `Executes`. Raises Longer."""
        if self._asked or not statement.is_select:
            raise Longer
        self._asked = True
        if _TIMED not in statement.get_execution_options():
            return super().execute(statement, parameters)
        timed = super().execute(_with_the_time(statement), parameters).all()
        self._at = timed[0][-1] if timed else None
        return _untimed(timed)
