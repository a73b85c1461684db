"""What a broken constraint says to a person: the only place that knows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Table, UniqueConstraint
from sqlalchemy.exc import IntegrityError

from attendance_adapters.sql.tables import metadata
from attendance_core.errors import (
    AlreadyMarked,
    EventNameTaken,
    EventNotFound,
    LeaseLost,
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
# By the first words of the statement: SQLite does not say which foreign key was broken
FOREIGN: dict[str, type[Refusal]] = {
    "DELETE FROM events": SomebodyWasMarked,
    "INSERT INTO places": EventNotFound,
    "INSERT INTO friendships": PersonNotFound,
}
# By the constraint's name, where a row is added: what it is about has gone meanwhile
GONE: dict[str, type[Exception]] = {
    "fk_places_event_id": EventNotFound,
    "fk_connections_event_id": EventNotFound,
    "fk_marks_event_id": EventNotFound,
    "fk_connections_process_id": LeaseLost,
    "fk_friendships_low_id": PersonNotFound,
    "fk_friendships_high_id": PersonNotFound,
}
# And where one is removed: something holds on to it
HELD: dict[str, type[Exception]] = {"fk_marks_event_id": SomebodyWasMarked}
UNIQUE_VIOLATION, FOREIGN_KEY_VIOLATION = "23505", "23503"


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


def refusal_of_sqlite(error: sqlite3.IntegrityError, statement: str) -> Refusal | None:
    """The refusal a constraint of SQLite stands for; None where none does, which is a bug."""
    made: type[Refusal] | None = None
    if error.sqlite_errorname in {"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}:
        _, _, columns = str(error).partition(": ")
        made = UNIQUE.get(_NAMES.get(frozenset(columns.split(", ")), ""))
    elif error.sqlite_errorname in {"SQLITE_CONSTRAINT_FOREIGNKEY", "SQLITE_CONSTRAINT_TRIGGER"}:
        made = next((each for start, each in FOREIGN.items() if statement.startswith(start)), None)
    return None if made is None else made()


def refusal_of_postgres(error: IntegrityError) -> Exception | None:
    """The refusal a constraint of PostgreSQL stands for; None where none does."""
    driver: Any = error.driver_exception
    made: type[Exception] | None = None
    if driver.sqlstate == UNIQUE_VIOLATION:
        made = UNIQUE.get(driver.constraint_name)
    elif driver.sqlstate == FOREIGN_KEY_VIOLATION:
        removed = (error.statement or "").startswith("DELETE")
        made = (HELD if removed else GONE).get(driver.constraint_name)
    return None if made is None else made()


def is_lost_race(error: IntegrityError) -> bool:
    """Whether somebody added the same row between our look at it and our adding it."""
    driver: Any = error.driver_exception
    return bool(driver.sqlstate == UNIQUE_VIOLATION)
