"""Which refusal a broken constraint stands for: the only place that knows."""

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
    LeaseLost,
    PersonNotFound,
    Refusal,
    SomebodyWasMarked,
    Taken,
    UsernameTaken,
)

# By the name of the unique constraint
UNIQUE_REFUSALS: dict[str, type[Refusal]] = {
    "uq_accounts_username_key": UsernameTaken,
    "uq_events_name_key": EventNameTaken,
    "uq_places_one_hold_a_marker": Taken,
    "pk_ledger": AlreadyMarked,
}
# By the first words of the statement: SQLite does not say which foreign key was broken
SQLITE_FOREIGN_KEY_REFUSALS: dict[str, type[Refusal]] = {
    "DELETE FROM events": SomebodyWasMarked,
    "INSERT INTO places": EventNotFound,
    "INSERT INTO friendships": PersonNotFound,
    "INSERT INTO helpers": PersonNotFound,
}
# By what a trigger of ours says
SQLITE_TRIGGER_REFUSALS: dict[str, type[Refusal]] = {
    "an entry of the ledger is never replaced": AlreadyMarked
}
# By the name of the foreign key, where a row is added that refers to a row that is not there
INSERT_REFUSALS: dict[str, type[Exception]] = {
    "fk_places_event_id": EventNotFound,
    "fk_connections_event_id": EventNotFound,
    "fk_ledger_event_id": EventNotFound,
    "fk_connections_process_id": LeaseLost,
    "fk_helpers_user_id": PersonNotFound,
    "fk_friendships_low_id": PersonNotFound,
    "fk_friendships_high_id": PersonNotFound,
}
# By the name of the foreign key, where a row is removed that other rows refer to
DELETE_REFUSALS: dict[str, type[Exception]] = {
    "fk_ledger_event_id": SomebodyWasMarked,
    "fk_marks_event_id": SomebodyWasMarked,
}
UNIQUE_VIOLATION, FOREIGN_KEY_VIOLATION = "23505", "23503"


def _qualified_names(table: Table, columns: Iterable[Any]) -> frozenset[str]:
    return frozenset(f"{table.name}.{column.name}" for column in columns)


def _unique_constraints() -> dict[frozenset[str], str]:
    """Finds constraint names by their columns, as SQLite writes those: table.column."""
    names: dict[frozenset[str], str] = {}
    table: Table
    for table in metadata.tables.values():
        uniques = [one for one in table.constraints if isinstance(one, UniqueConstraint)]
        for constraint in (table.primary_key, *uniques):
            names[_qualified_names(table, constraint.columns)] = str(constraint.name)
        for index in table.indexes:
            if index.unique:
                names[_qualified_names(table, index.columns)] = str(index.name)
    return names


_UNIQUE_CONSTRAINTS = _unique_constraints()


def refusal_of_sqlite(error: sqlite3.IntegrityError, statement: str) -> Refusal | None:
    """Makes the refusal a constraint of SQLite stands for; None where none does: a bug."""
    refusal: type[Refusal] | None = None
    if error.sqlite_errorname in {"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}:
        _, _, columns = str(error).partition(": ")
        constraint = _UNIQUE_CONSTRAINTS.get(frozenset(columns.split(", ")), "")
        refusal = UNIQUE_REFUSALS.get(constraint)
    elif error.sqlite_errorname in {"SQLITE_CONSTRAINT_FOREIGNKEY", "SQLITE_CONSTRAINT_TRIGGER"}:
        refusal = SQLITE_TRIGGER_REFUSALS.get(str(error))
        for first_words, possible_refusal in SQLITE_FOREIGN_KEY_REFUSALS.items():
            if statement.startswith(first_words):
                refusal = possible_refusal
    return None if refusal is None else refusal()


def refusal_of_postgres(error: Any, statement: str) -> Exception | None:
    """Makes the refusal a constraint of PostgreSQL stands for; None where none does."""
    refusal: type[Exception] | None = None
    if error.sqlstate == UNIQUE_VIOLATION:
        refusal = UNIQUE_REFUSALS.get(error.constraint_name)
    elif error.sqlstate == FOREIGN_KEY_VIOLATION:
        is_removal = statement.startswith("DELETE")
        refusals = DELETE_REFUSALS if is_removal else INSERT_REFUSALS
        refusal = refusals.get(error.constraint_name)
    return None if refusal is None else refusal()


def is_lost_race(error: Any) -> bool:
    """Tells whether somebody added the same row after we looked and before we added ours."""
    return bool(error.sqlstate == UNIQUE_VIOLATION)
