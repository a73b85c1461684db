"""Lists of events as statements: which of them, in which order, and where a list goes on."""

from __future__ import annotations

from collections.abc import Mapping
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
    """Tells SQLite, which counts nothing, that this holds for few rows: it begins by the index.

    Of all events those that have not ended are few. PostgreSQL counts for itself. It has no type:
    SQLite is asked whether what is a Boolean equals 1, for which it has no index.
    """

    inherit_cache = True


@compiles(rarely)
def _compile_rarely(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(rarely, "sqlite")
def _compile_rarely_for_sqlite(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    return f"unlikely({compiler.process(element.clauses, **options)})"


# Where a list goes on behind an event; the last two are for the newest first, in which the names
# of one start go up while the starts go down
_start = bindparam("after_start", type_=InstantType)
_name = key_after(events, "event_id", "name")
_SECTIONS: Mapping[str, ColumnElement[bool]] = {
    "after": tuple_(events.c.starts_at, events.c.name_key) > tuple_(_start, _name),
    "same start": (events.c.starts_at == _start) & (events.c.name_key > _name),
    "earlier": events.c.starts_at < _start,
}


@cache
def list_statement(
    statement: Select[Any], by_end: bool, by_start: bool, newest_first: bool, section: str | None
) -> Select[Any]:
    """Makes a list of what the statement finds: one object each time, as it is compiled once."""
    if by_end:
        ends_later = events.c.ends_at > bindparam("ends_after")
        # What goes on behind an event is read in order: so many have been found already
        statement = statement.where(rarely(ends_later) if section is None else ends_later)
    if by_start:
        statement = statement.where(events.c.starts_at < bindparam("starts_before"))
    if section is not None:
        statement = statement.where(_SECTIONS[section])
    start = events.c.starts_at.desc() if newest_first else events.c.starts_at
    ordered = statement.order_by(start, events.c.name_key, events.c.event_id)
    return ordered.limit(LIMIT).offset(OFFSET)
