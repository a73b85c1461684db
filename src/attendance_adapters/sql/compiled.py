"""Statements of SQLAlchemy Core, compiled once to the text that a driver understands.

Decisions 0002 and 0022: SQLAlchemy's connection costs four times what a statement itself does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy import Executable
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.compiler import SQLCompiler

from attendance_adapters.sql.executor import pad_to_power_of_two

Convert = Callable[[Any], Any]


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


@dataclass(frozen=True, slots=True, eq=False)
class CompiledStatement:
    """Holds one statement as a driver's text; converts the values that go into it and come out."""

    text: str
    arguments: Sequence[_Argument]
    placeholders: Sequence[int]  # which argument each placeholder of the text stands for
    conversions: Sequence[tuple[int, Convert]]  # which columns of a row, and how
    is_look: bool  # it reads, and locks nothing

    def values_of(self, parameters: Mapping[str, Any]) -> list[Any]:
        """Lists the driver's values, one for each placeholder of the text."""
        values = [argument.value_in(parameters) for argument in self.arguments]
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


class _Ready(NamedTuple):
    """Holds a statement that can be run, and the values for its placeholders."""

    statement: CompiledStatement
    values: list[Any]


class Compiler:
    """Compiles statements for one driver, each once, and keeps them."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        # By the statement and the length of the list of its IN, if it has one
        self._compiled: dict[tuple[Executable, int], CompiledStatement] = {}

    def prepare(self, statement: Executable, parameters: Mapping[str, Any]) -> _Ready:
        """Finds the text of a statement and the values it is to be run with."""
        length = 0
        for name, value in parameters.items():
            if type(value) is list:
                padded = pad_to_power_of_two(value)
                parameters, length = {**parameters, name: padded}, len(padded)
        compiled = self._compiled.get((statement, length))
        if compiled is None:
            compiled = self._compiled[statement, length] = self._compile(statement, parameters)
        return _Ready(compiled, compiled.values_of(parameters))

    def _compile(self, statement: Any, parameters: Mapping[str, Any]) -> CompiledStatement:
        dialect = self._dialect
        compiled = statement.compile(dialect=dialect, column_keys=list(parameters))
        assert isinstance(compiled, SQLCompiler)
        expanded = compiled.construct_expanded_state({**compiled.params, **parameters})
        arguments = {}
        for name, bind in compiled.binds.items():
            convert = bind.type.dialect_impl(dialect).bind_processor(dialect)
            argument = _Argument(name, name in parameters, bind.value, convert)
            arguments[name] = argument
            for index, expanded_name in enumerate(expanded.parameter_expansion.get(name, ())):
                arguments[expanded_name] = replace(argument, index=index)
        conversions = []
        for index, column in enumerate(getattr(statement, "exported_columns", ())):
            convert = column.type.dialect_impl(dialect).result_processor(dialect, None)
            if convert is not None:
                conversions.append((index, convert))
        names = list(dict.fromkeys(expanded.positiontup or ()))
        return CompiledStatement(
            expanded.statement,
            [arguments[name] for name in names],
            [names.index(name) for name in expanded.positiontup or ()],
            conversions,
            statement.is_select and " FOR " not in expanded.statement,
        )
