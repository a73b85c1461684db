"""Statements of SQLAlchemy Core, compiled once and then run on SQLite's own driver.

Decision 0002: SQLAlchemy's connection costs four times what the statement itself does.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Executable
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.sql.compiler import SQLCompiler

from attendance_adapters.sql.executor import NO_PARAMETERS, Rows, pad_to_power_of_two
from attendance_adapters.sql.refusals import refusal_of_sqlite

Convert = Callable[[Any], Any]
DIALECT = SQLiteDialect_pysqlite()


@dataclass(frozen=True, slots=True)
class _Argument:
    """Finds a value that a statement has in one or several places."""

    name: str
    is_parameter: bool  # else it is a constant of the statement
    constant: Any
    convert: Convert | None
    index: int | None = None  # in the list of an IN

    def value_in(self, parameters: Mapping[str, Any]) -> Any:
        value = parameters[self.name] if self.is_parameter else self.constant
        if self.index is not None:
            value = value[self.index]
        return value if self.convert is None else self.convert(value)


@dataclass(frozen=True, slots=True)
class _CompiledStatement:
    """Runs one statement, compiled to SQLite's text."""

    text: str
    arguments: Sequence[_Argument]
    marks: Sequence[int]  # which argument each question mark stands for
    conversions: Sequence[tuple[int, Convert]]  # which columns of a row, and how

    def run(self, connection: sqlite3.Connection, parameters: Mapping[str, Any]) -> Rows:
        values = [argument.value_in(parameters) for argument in self.arguments]
        cursor = connection.execute(self.text, [values[number] for number in self.marks])
        rows = cursor.fetchall()
        if self.conversions and rows:
            rows = [self._convert_row(row) for row in rows]
        return Rows(rows, cursor.rowcount)

    def _convert_row(self, raw_row: Sequence[Any]) -> Sequence[Any]:
        row = list(raw_row)
        for index, convert in self.conversions:
            row[index] = convert(row[index])
        return row


def _compile(statement: Any, parameters: Mapping[str, Any]) -> _CompiledStatement:
    compiled = statement.compile(dialect=DIALECT, column_keys=list(parameters))
    assert isinstance(compiled, SQLCompiler)
    expanded = compiled.construct_expanded_state({**compiled.params, **parameters})
    arguments = {}
    for name, bind in compiled.binds.items():
        convert = bind.type.dialect_impl(DIALECT).bind_processor(DIALECT)
        argument = _Argument(name, name in parameters, bind.value, convert)
        arguments[name] = argument
        for index, expanded_name in enumerate(expanded.parameter_expansion.get(name, ())):
            arguments[expanded_name] = replace(argument, index=index)
    conversions = []
    for index, column in enumerate(getattr(statement, "exported_columns", ())):
        convert = column.type.dialect_impl(DIALECT).result_processor(DIALECT, None)
        if convert is not None:
            conversions.append((index, convert))
    names = list(dict.fromkeys(expanded.positiontup or ()))
    return _CompiledStatement(
        expanded.statement,
        [arguments[name] for name in names],
        [names.index(name) for name in expanded.positiontup or ()],
        conversions,
    )


# By the statement and the length of the list of its IN, if it has one
_compiled_statements: dict[tuple[Executable, int], _CompiledStatement] = {}


class SqliteExecutor:
    """Runs statements on one connection of SQLite's driver; an `Executor`."""

    __slots__ = ("_connection",)

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def execute(self, statement: Executable, parameters: Mapping[str, Any] = NO_PARAMETERS) -> Rows:
        """Runs a statement, see `Executor`."""
        length = 0
        for name, value in parameters.items():
            if type(value) is list:
                padded = pad_to_power_of_two(value)
                parameters, length = {**parameters, name: padded}, len(padded)
        compiled = _compiled_statements.get((statement, length))
        if compiled is None:
            compiled = _compile(statement, parameters)
            _compiled_statements[statement, length] = compiled
        try:
            return compiled.run(self._connection, parameters)
        except sqlite3.IntegrityError as error:
            raise refusal_of_sqlite(error, compiled.text) or error from error
