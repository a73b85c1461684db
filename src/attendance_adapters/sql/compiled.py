"""Statements of SQLAlchemy Core, compiled once to the text that a driver understands.

Decisions 0002 and 0022: SQLAlchemy's connection costs four times what a statement itself does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Executable, Uuid
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.compiler import SQLCompiler

from attendance_adapters.sql.executor import pad_to_power_of_two

Convert = Callable[[Any], Any]
MAX_KEPT_IDS = 1024  # as they were made of their text; some 0.3 MB

# To make an id costs as much as a short row, and most rows of an answer have the event in common
_id_from_text = lru_cache(MAX_KEPT_IDS)(UUID)


class _Argument(NamedTuple):
    """Says where a value comes from that a statement has in one or several places."""

    parameter: str | None  # without one it is a constant of the statement
    constant: Any
    convert: Convert | None
    position: int | None = None  # in the list of an IN


@dataclass(frozen=True, slots=True, eq=False)
class CompiledStatement:
    """Holds one statement as a driver's text; converts the values that go into it and come out."""

    text: str
    arguments: Sequence[_Argument]
    placeholders: Sequence[int]  # which argument each placeholder of the text stands for
    conversions: Sequence[tuple[int, Convert]]  # which columns of a row, and how
    is_read_only: bool  # it locks nothing, either

    def values_of(self, parameters: Mapping[str, Any]) -> list[Any]:
        """Lists the driver's values, one for each placeholder of the text."""
        values = []
        for parameter, constant, convert, position in self.arguments:
            value = constant if parameter is None else parameters[parameter]
            if position is not None:
                value = value[position]
            values.append(value if convert is None else convert(value))
        return [values[number] for number in self.placeholders]

    def converted(self, rows: Sequence[Sequence[Any]]) -> Sequence[Sequence[Any]]:
        """Makes Python's values of the driver's."""
        if not self.conversions:
            return rows
        return [self._converted_row(row) for row in rows]

    def _converted_row(self, raw_row: Sequence[Any]) -> Sequence[Any]:
        row = list(raw_row)
        for index, convert in self.conversions:
            if (value := row[index]) is not None:  # of which each type makes None
                row[index] = convert(value)
        return row


class _StatementWithValues(NamedTuple):
    """Holds a statement, and a value for each of its placeholders."""

    statement: CompiledStatement
    values: list[Any]


class Compiler:
    """Compiles statements for one driver, each once, and keeps them."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        # By the statement and the length of the list of its IN, if it has one
        self._compiled: dict[tuple[Executable, int], CompiledStatement] = {}

    def prepare(self, statement: Executable, parameters: Mapping[str, Any]) -> _StatementWithValues:
        """Finds the text of a statement and the values it is to be run with."""
        length = 0
        for name, value in parameters.items():
            if type(value) is list:
                padded = pad_to_power_of_two(value)
                parameters, length = {**parameters, name: padded}, len(padded)
        compiled = self._compiled.get((statement, length))
        if compiled is None:
            compiled = self._compiled[statement, length] = self._compile(statement, parameters)
        return _StatementWithValues(compiled, compiled.values_of(parameters))

    def _compile(self, statement: Any, parameters: Mapping[str, Any]) -> CompiledStatement:
        dialect = self._dialect
        compiled = statement.compile(dialect=dialect, column_keys=list(parameters))
        assert isinstance(compiled, SQLCompiler)
        expanded = compiled.construct_expanded_state({**compiled.params, **parameters})
        arguments = {}
        for name, bind in compiled.binds.items():
            convert = bind.type.dialect_impl(dialect).bind_processor(dialect)
            argument = _Argument(name if name in parameters else None, bind.value, convert)
            arguments[name] = argument
            for position, expanded_name in enumerate(expanded.parameter_expansion.get(name, ())):
                arguments[expanded_name] = argument._replace(position=position)
        conversions = []
        for index, column in enumerate(getattr(statement, "exported_columns", ())):
            convert = column.type.dialect_impl(dialect).result_processor(dialect, None)
            if convert is not None:
                is_id = isinstance(column.type, Uuid)
                conversions.append((index, _id_from_text if is_id else convert))
        names = list(dict.fromkeys(expanded.positiontup or ()))
        return CompiledStatement(
            expanded.statement,
            [arguments[name] for name in names],
            [names.index(name) for name in expanded.positiontup or ()],
            conversions,
            statement.is_select and " FOR " not in expanded.statement,
        )
