"""Searching names by a part of them, which each engine does by its own index of trigrams.

SQLite has a full-text table beside each table of names, kept by triggers; PostgreSQL has an index
where the server has `pg_trgm`. The answers are the same with and without.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Connection, event
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from attendance_adapters.sql.tables import events, metadata, profiles

TRIGRAM = 3  # characters; no index knows shorter parts
# Names that a part is in, from which on walking through them in order finds a page sooner
COMMON = 1_000
# How a row of the full-text table is found in the table of names
_SAME: dict[str, tuple[str, str]] = {
    profiles.name: ("profiles.user_id", "rowid"),
    events.name: ("events.name_key", "name_key"),
}
# A profile's id is its row's number for ever; an event's row has no number that VACUUM keeps, so
# events are found by their name, which is unique and never changes
_FULL_TEXT = (
    """CREATE VIRTUAL TABLE trigrams_of_profiles USING fts5(
    name_key, content='profiles', content_rowid='user_id', tokenize='trigram case_sensitive 1'
)""",
    """CREATE TRIGGER trigrams_of_profiles_add AFTER INSERT ON profiles BEGIN
    INSERT INTO trigrams_of_profiles (rowid, name_key) VALUES (new.user_id, new.name_key);
END""",
    """CREATE TRIGGER trigrams_of_profiles_put AFTER UPDATE OF name_key ON profiles
    WHEN new.name_key <> old.name_key BEGIN
    INSERT INTO trigrams_of_profiles (trigrams_of_profiles, rowid, name_key)
        VALUES ('delete', old.user_id, old.name_key);
    INSERT INTO trigrams_of_profiles (rowid, name_key) VALUES (new.user_id, new.name_key);
END""",
    """CREATE TRIGGER trigrams_of_profiles_remove AFTER DELETE ON profiles BEGIN
    INSERT INTO trigrams_of_profiles (trigrams_of_profiles, rowid, name_key)
        VALUES ('delete', old.user_id, old.name_key);
END""",
    """CREATE VIRTUAL TABLE trigrams_of_events USING fts5(
    name_key, tokenize='trigram case_sensitive 1'
)""",
    """CREATE TRIGGER trigrams_of_events_add AFTER INSERT ON events
    WHEN length(new.name_key) >= 3 BEGIN
    INSERT INTO trigrams_of_events (name_key) VALUES (new.name_key);
END""",
    """CREATE TRIGGER trigrams_of_events_remove AFTER DELETE ON events
    WHEN length(old.name_key) >= 3 BEGIN
    DELETE FROM trigrams_of_events
    WHERE trigrams_of_events MATCH '"' || replace(old.name_key, '"', '""') || '"'
        AND name_key = old.name_key;
END""",
)


@event.listens_for(metadata, "after_create")
def _add_full_text(_: object, connection: Connection, **__: object) -> None:
    if connection.dialect.name == "sqlite":
        for each in _FULL_TEXT:
            connection.exec_driver_sql(each)


def is_ours(name: str | None, kind: str, _: object) -> bool:
    """Whether a table or an index is one that the tables of this code declare.

    The indexes of trigrams are not: there is one only where the engine can have it.
    """
    return kind not in {"table", "index"} or not (name or "").startswith("trigrams_of_")


class has_part(FunctionElement[bool]):
    """Whether a column of names has the part in it, of whatever length."""

    type = Boolean()
    inherit_cache = True


class has_long_part(FunctionElement[bool]):
    """As `has_part`, by the index, of a part of at least `TRIGRAM` characters."""

    type = Boolean()
    inherit_cache = True


class is_rare(FunctionElement[bool]):
    """Whether `has_long_part` is the way to find a part in the names of this index.

    SQLite has to be told; PostgreSQL decides by what it has counted, whichever it is asked.
    """

    type = Boolean()
    inherit_cache = True


@compiles(has_part, "sqlite")
def _scanned(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    name, part = (compiler.process(each, **options) for each in element.clauses)
    return f"instr({name}, {part}) > 0"


@compiles(has_long_part, "sqlite")
def _found_in_full_text(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    column, part = element.clauses
    row, found = _SAME[column.table.name]
    index = f"trigrams_of_{column.table.name}"
    phrase = _phrase(part, compiler, **options)
    listed = f"{row} IN (SELECT {found} FROM {index} WHERE {index} MATCH {phrase})"
    return f"{listed} AND {_scanned(element, compiler, **options)}"


@compiles(is_rare, "sqlite")
def _counted_in_full_text(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    index, part = element.clauses
    phrase = _phrase(part, compiler, **options)
    some = f"SELECT 1 FROM {index.name} WHERE {index.name} MATCH {phrase} LIMIT {COMMON}"
    return f"(SELECT count(*) FROM ({some})) < {COMMON}"


def _phrase(part: Any, compiler: SQLCompiler, **options: Any) -> str:
    """The part as FTS5 wants it, whatever characters are in it."""
    return f"""'"' || replace({compiler.process(part, **options)}, '"', '""') || '"'"""


@compiles(is_rare, "postgresql")
def _left_to_the_planner(_: Any, __: SQLCompiler, **___: Any) -> str:
    return "true"


@compiles(has_part, "postgresql")
@compiles(has_long_part, "postgresql")
def _liked(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    name, part = (compiler.process(each, **options) for each in element.clauses)
    literal = rf"replace(replace(replace({part}, '\', '\\'), '%', '\%'), '_', '\_')"
    return f"{name} LIKE '%' || {literal} || '%'"
