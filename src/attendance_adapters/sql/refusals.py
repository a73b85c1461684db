"""What a broken constraint says to a person: the only place that knows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Table, UniqueConstraint

from attendance_adapters.sql.tables import metadata
from attendance_core.errors import (
    AlreadyMarked,
    EventNameTaken,
    EventNotFound,
    PersonNotFound,
    Refusal,
    SomebodyWasMarked,
    Taken,
    UsernameTaken,
)

# By the constraint's name
UNIQUE: dict[str, type[Refusal]] = {
    "uq_accounts_username_key": UsernameTaken,
    "uq_events_name_key": EventNameTaken,
    "uq_places_one_hold_a_marker": Taken,
    "pk_marks": AlreadyMarked,
}
# By the first words of the statement: engines do not say which foreign key was broken
FOREIGN: dict[str, type[Refusal]] = {
    "DELETE FROM events": SomebodyWasMarked,
    "INSERT INTO places": EventNotFound,
    "INSERT INTO friendships": PersonNotFound,
}


def _spelt(table: Table, columns: Iterable[Any]) -> frozenset[str]:
    return frozenset(f"{table.name}.{column.name}" for column in columns)


def _columns_of_constraints() -> dict[frozenset[str], str]:
    """Constraint names by their columns, as SQLite spells those: table.column."""
    named: dict[frozenset[str], str] = {}
    table: Table
    for table in metadata.tables.values():
        uniques = [each for each in table.constraints if isinstance(each, UniqueConstraint)]
        for constraint in (table.primary_key, *uniques):
            named[_spelt(table, constraint.columns)] = str(constraint.name)
        for index in table.indexes:
            if index.unique:
                named[_spelt(table, index.columns)] = str(index.name)
    return named


_NAMES = _columns_of_constraints()


def refusal_of(error: sqlite3.IntegrityError, statement: str) -> Refusal | None:
    """The refusal a constraint of SQLite stands for; None where none does, which is a bug."""
    made: type[Refusal] | None = None
    if error.sqlite_errorname in {"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}:
        _, _, columns = str(error).partition(": ")
        made = UNIQUE.get(_NAMES.get(frozenset(columns.split(", ")), ""))
    elif error.sqlite_errorname in {"SQLITE_CONSTRAINT_FOREIGNKEY", "SQLITE_CONSTRAINT_TRIGGER"}:
        made = next((each for start, each in FOREIGN.items() if statement.startswith(start)), None)
    return None if made is None else made()
