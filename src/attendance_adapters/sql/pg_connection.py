"""One connection of asyncpg's, as a transaction function uses it: from within a greenlet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from asyncpg import Connection
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.engine import Dialect
from sqlalchemy.util import await_only

from attendance_adapters.sql.compiled import CompiledStatement, Compiler
from attendance_adapters.sql.executor import Rows
from attendance_adapters.sql.pg_literals import literal

DIALECT: Dialect = PGDialect_asyncpg()  # type: ignore[no-untyped-call]
COMPILER = Compiler(DIALECT)
# Texts that a connection has prepared at the server; all of a busy service are fewer
MAX_PREPARED = 250


class WrittenStatement(NamedTuple):
    """Holds a statement that can be run by its name, and its values as words of SQL."""

    statement: CompiledStatement
    words: Sequence[str]


def written(statement: CompiledStatement, values: Sequence[Any]) -> WrittenStatement | None:
    """Writes the values of a statement as words of SQL; None where one has no plain word."""
    words = [word for value in values if (word := literal(value)) is not None]
    return WrittenStatement(statement, words) if len(words) == len(values) else None


class PgConnection:
    """Runs compiled statements, each prepared at the server when it is first met."""

    __slots__ = ("_name_count", "_prepared", "driver")

    def __init__(self, driver: Connection) -> None:
        self.driver = driver
        self._prepared: dict[CompiledStatement, Any] = {}
        self._name_count = 0  # how many names were given out

    def is_closed(self) -> bool:
        """Tells whether it is known to be closed; the server may have gone without a word."""
        return bool(self.driver.is_closed())

    def fetch(self, statement: CompiledStatement, values: Sequence[Any]) -> Rows:
        """Runs one statement, in one round trip."""
        prepared = self._prepared_for(statement)
        raw_rows: Sequence[Any] = await_only(prepared.fetch(*values))
        rows = statement.converted(raw_rows)
        if statement.is_read_only:
            return Rows(rows, len(rows))
        return Rows(rows, _count_in(prepared.get_statusmsg()))

    def run(self, before: str, statements: Sequence[WrittenStatement], after: str = "") -> str:
        """Runs statements between two texts of SQL, in one round trip.

        Either text may be empty. Returns what the server says of the last of all.
        """
        pairs = [(self._prepared_for(each.statement), each.words) for each in statements]
        execute_texts = [_execute_text(prepared.get_name(), words) for prepared, words in pairs]
        texts = [text for text in (before, *execute_texts, after) if text]
        return str(await_only(self.driver.execute("; ".join(texts))))

    async def roll_back(self) -> None:
        """Undoes what was begun and is not ended; does nothing where there is nothing."""
        if not self.driver.is_closed() and self.driver.is_in_transaction():
            await self.driver.execute("ROLLBACK")

    def _prepared_for(self, statement: CompiledStatement) -> Any:
        prepared = self._prepared.get(statement)
        if prepared is None:
            self._name_count += 1
            prepared = await_only(self.driver.prepare(statement.text, name=f"s{self._name_count}"))
            if len(self._prepared) >= MAX_PREPARED:
                del self._prepared[next(iter(self._prepared))]  # the driver tells the server
            self._prepared[statement] = prepared
        return prepared


def _execute_text(name: str, words: Sequence[str]) -> str:
    return f"EXECUTE {name}({', '.join(words)})" if words else f"EXECUTE {name}"


def _count_in(status: str) -> int:
    """Reads how many rows a statement was about: what the server says of it ends with that."""
    last_word = status.rpartition(" ")[2]
    return int(last_word) if last_word.isdigit() else 0
