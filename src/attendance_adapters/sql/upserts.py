"""INSERTs that say what becomes of a row that is there already, in words of both engines.

SQLAlchemy makes those clauses for a dialect, which is imported with them. SQLite's is taken, since
PostgreSQL's is four times as large and a process over SQLite needs nothing else of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Column, Table
from sqlalchemy.dialects.sqlite import Insert, insert
from sqlalchemy.dialects.sqlite.dml import OnConflictDoNothing, OnConflictDoUpdate


class _LeaveIt(OnConflictDoNothing):
    inherit_cache = True
    constraint_target = None  # PostgreSQL's compiler asks whether there is one


class _ChangeIt(OnConflictDoUpdate):
    inherit_cache = True
    constraint_target = None


def add_or_leave(table: Table, key: Sequence[Column[object]]) -> Insert:
    """Adds a row; leaves the one that has this key already as it is."""
    return insert(table).ext(_LeaveIt(key))


def add_or_change(table: Table, key: Sequence[Column[object]], changed: Iterable[str]) -> Insert:
    """Adds a row, or gives the one that has this key already these columns of it."""
    added = insert(table)
    return added.ext(_ChangeIt(key, set_={name: added.excluded[name] for name in changed}))
