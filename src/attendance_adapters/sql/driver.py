"""Statements of SQLAlchemy Core, compiled once and then run on SQLite's own driver.

Decision 0002: SQLAlchemy's connection costs four times what the statement itself does.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from sqlalchemy import Executable
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.sql.compiler import SQLCompiler

from attendance_adapters.sql.refusals import refusal_of_sqlite

Process = Callable[[Any], Any]
DIALECT = SQLiteDialect_pysqlite()
NOTHING: Mapping[str, Any] = {}
# The options of a statement that locks what it finds: an engine on which it may have waited for
# somebody has to find it again afterwards
LOCKS: Mapping[str, Any] = {"locks": True}
# Of one whose row is judged by the time: where time is another question, both are asked together
TIMED: Mapping[str, Any] = {"timed": True}


class Executes(Protocol):
    """What stores run their statements on: this driver, or a connection of SQLAlchemy's."""

    def execute(self, statement: Any, parameters: Any = ..., /) -> Any:
        """Rows with the methods of `Rows`. Raises the refusal a broken constraint stands for."""
        ...


class Rows:
    """What a statement answered: tuples of Python's values."""

    __slots__ = ("_rows", "rowcount")

    def __init__(self, rows: Sequence[Sequence[Any]], rowcount: int) -> None:
        self._rows = rows
        self.rowcount = rowcount

    def __iter__(self) -> Iterator[Sequence[Any]]:
        return iter(self._rows)

    def one_or_none(self) -> Sequence[Any] | None:
        """The row of a statement that finds at most one."""
        return self._rows[0] if self._rows else None

    def scalar_one(self) -> Any:
        """The one value of the one row."""
        ((value,),) = self._rows
        return value


@dataclass(frozen=True, slots=True)
class _Slot:
    """Where the value of one question mark comes from."""

    name: str
    given: bool  # or a constant of the statement
    constant: Any
    process: Process | None
    index: int | None = None  # in the list of an IN

    def of(self, parameters: Mapping[str, Any]) -> Any:
        value = parameters[self.name] if self.given else self.constant
        if self.index is not None:
            value = value[self.index]
        return value if self.process is None else self.process(value)


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A statement in SQLite's words."""

    sql: str
    slots: Sequence[_Slot]
    columns: Sequence[tuple[int, Process]]  # those whose values are not Python's yet

    def run(self, driver: sqlite3.Connection, parameters: Mapping[str, Any]) -> Rows:
        cursor = driver.execute(self.sql, [slot.of(parameters) for slot in self.slots])
        rows = cursor.fetchall()
        if self.columns and rows:
            rows = [self._row(row) for row in rows]
        return Rows(rows, cursor.rowcount)

    def _row(self, raw: Sequence[Any]) -> Sequence[Any]:
        row = list(raw)
        for index, process in self.columns:
            row[index] = process(row[index])
        return row


def _prepare(statement: Any, parameters: Mapping[str, Any]) -> _Prepared:
    compiled = statement.compile(dialect=DIALECT, column_keys=list(parameters))
    assert isinstance(compiled, SQLCompiler)
    expanded = compiled.construct_expanded_state({**compiled.params, **parameters})
    slots = {}
    for name, bind in compiled.binds.items():
        process = bind.type.dialect_impl(DIALECT).bind_processor(DIALECT)
        slot = _Slot(name, name in parameters, bind.value, process)
        slots[name] = slot
        for index, each in enumerate(expanded.parameter_expansion.get(name, ())):
            slots[each] = replace(slot, index=index)
    columns = []
    for index, column in enumerate(getattr(statement, "exported_columns", ())):
        process = column.type.dialect_impl(DIALECT).result_processor(DIALECT, None)
        if process is not None:
            columns.append((index, process))
    return _Prepared(
        expanded.statement, [slots[name] for name in expanded.positiontup or ()], columns
    )


# By the statement and how long the list of its IN is, if it has one
_prepared: dict[tuple[Executable, int], _Prepared] = {}


def padded(values: list[Any]) -> list[Any]:
    """The same set in a list of 0, 1, 2, 4, 8... values, so that few lengths are prepared."""
    length = 1 << (len(values) - 1).bit_length() if values else 0
    return values + values[-1:] * (length - len(values))


class Driver:
    """Runs statements on one connection of the driver's."""

    __slots__ = ("_driver",)

    def __init__(self, driver: sqlite3.Connection) -> None:
        self._driver = driver

    def execute(self, statement: Executable, parameters: Mapping[str, Any] = NOTHING) -> Rows:
        """See `Executes`."""
        length = 0
        for name, value in parameters.items():
            if type(value) is list:
                listed = padded(value)
                parameters, length = {**parameters, name: listed}, len(listed)
        prepared = _prepared.get((statement, length))
        if prepared is None:
            prepared = _prepared[statement, length] = _prepare(statement, parameters)
        try:
            return prepared.run(self._driver, parameters)
        except sqlite3.IntegrityError as error:
            raise refusal_of_sqlite(error, prepared.sql) or error from error
