"""Statements of the stores on SQLite's own driver."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Executable
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from attendance_adapters.sql.compiled import Compiler
from attendance_adapters.sql.executor import NO_PARAMETERS, Rows
from attendance_adapters.sql.refusals import refusal_of_sqlite

COMPILER = Compiler(SQLiteDialect_pysqlite())


class SqliteExecutor:
    """Runs statements on one connection of SQLite's driver; an `Executor`."""

    __slots__ = ("_connection",)

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def execute(self, statement: Executable, parameters: Mapping[str, Any] = NO_PARAMETERS) -> Rows:
        """Runs a statement, see `Executor`."""
        compiled, values = COMPILER.prepare(statement, parameters)
        try:
            cursor = self._connection.execute(compiled.text, values)
            rows = compiled.converted(cursor.fetchall())
        except sqlite3.IntegrityError as error:
            raise refusal_of_sqlite(error, compiled.text) or error from error
        return Rows(rows, cursor.rowcount)

    def count(self, statement: Executable, parameters: Mapping[str, Any] = NO_PARAMETERS) -> int:
        """Counts rows, see `Executor`."""
        return len(list(self.execute(statement, parameters)))

    def send(self, statement: Executable, parameters: Mapping[str, Any] = NO_PARAMETERS) -> None:
        """Runs a statement, see `Executor`: at once, since it has no way to go."""
        self.execute(statement, parameters)
