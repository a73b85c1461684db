"""INSERTs that say what becomes of a row that is there already, in words of both engines.

SQLAlchemy makes those clauses for a dialect, which is imported with them. SQLite's is taken, since
PostgreSQL's is four times as large and a process over SQLite needs nothing else of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Column, Table
from sqlalchemy.dialects.sqlite import Insert, insert
from sqlalchemy.dialects.sqlite.dml import OnConflictDoNothing, OnConflictDoUpdate


class _LeaveOldRow(OnConflictDoNothing):
    """The clause ON CONFLICT DO NOTHING, for either engine."""

    inherit_cache = True
    constraint_target = None  # PostgreSQL's compiler asks whether there is one


class _ChangeOldRow(OnConflictDoUpdate):
    """The clause ON CONFLICT DO UPDATE, for either engine."""

    inherit_cache = True
    constraint_target = None


def add_or_leave(table: Table, key: Sequence[Column[object]]) -> Insert:
    """Makes the statement that adds a row, and leaves one that has this key already as it is."""
    return insert(table).ext(_LeaveOldRow(key))


def add_or_change(
    table: Table, key: Sequence[Column[object]], changed_names: Iterable[str]
) -> Insert:
    """Makes the statement that adds a row, or changes in one with this key the columns named."""
    insertion = insert(table)
    changes = {name: insertion.excluded[name] for name in changed_names}
    return insertion.ext(_ChangeOldRow(key, set_=changes))
