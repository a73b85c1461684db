"""Lists of events as statements: which of them, in which order, and where a list goes on."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, tuple_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from attendance_adapters.sql.column_types import InstantType
from attendance_adapters.sql.pieces import LIMIT, OFFSET, key_after
from attendance_adapters.sql.tables import events


class rarely(FunctionElement[Any]):
    """Tells SQLite that a condition holds for few rows, so that it begins with the index of it.

    Of all events those that have not ended are few: SQLite does not count them, PostgreSQL does.
    This has no type: of a Boolean SQLite is asked whether it equals 1, for which it has no index.
    """

    inherit_cache = True


@compiles(rarely)
def _compile_rarely(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(rarely, "sqlite")
def _compile_rarely_for_sqlite(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    return f"unlikely({compiler.process(element.clauses, **options)})"


class Section(Enum):
    """What of a list is read behind an event; the whole of it has no section.

    With the newest first names of one start still go up, while the starts go down: so there are two
    sections behind an event, which are read one after the other.
    """

    AFTER = "after"  # later starts, or later names of its start; with the oldest first
    SAME_START = "same start"  # later names of its start; with the newest first
    EARLIER_START = "earlier start"  # with the newest first


_after_start = bindparam("after_start", type_=InstantType)
_after_name_key = key_after(events, "event_id", "name")
_IS_IN_SECTION: Mapping[Section, ColumnElement[bool]] = {
    Section.AFTER: tuple_(events.c.starts_at, events.c.name_key)
    > tuple_(_after_start, _after_name_key),
    Section.SAME_START: (events.c.starts_at == _after_start)
    & (events.c.name_key > _after_name_key),
    Section.EARLIER_START: events.c.starts_at < _after_start,
}


@cache
def list_statement(
    statement: Select[Any],
    *,
    has_ends_after: bool,
    has_starts_before: bool,
    newest_first: bool,
    section: Section | None,
) -> Select[Any]:
    """Makes the statement of a list of what a statement finds, in order and within bounds.

    Alike arguments make one object, which is compiled once.
    """
    if has_ends_after:
        ends_later = events.c.ends_at > bindparam("ends_after")
        # What goes on behind an event is read in order: so many have been found already
        statement = statement.where(rarely(ends_later) if section is None else ends_later)
    if has_starts_before:
        statement = statement.where(events.c.starts_at < bindparam("starts_before"))
    if section is not None:
        statement = statement.where(_IS_IN_SECTION[section])
    start = events.c.starts_at.desc() if newest_first else events.c.starts_at
    ordered = statement.order_by(start, events.c.name_key, events.c.event_id)
    return ordered.limit(LIMIT).offset(OFFSET)
