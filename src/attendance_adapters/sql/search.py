"""Searches names by a part of them, each engine by its own index of trigrams.

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

TRIGRAM_LENGTH = 3  # characters; no index finds shorter parts
# How many names have a part in them when going through all names in order finds a page sooner
MANY_MATCHES = 1_000
# The column of the table of names, and that of its full-text table, which have the same values
_JOIN_COLUMNS: dict[str, tuple[str, str]] = {
    profiles.name: ("profiles.user_id", "rowid"),
    events.name: ("events.name_key", "name_key"),
}
# A profile's id is its row's number for ever; an event's row has no number that VACUUM keeps, so
# events are found by their name, which is unique and never changes
_CREATE_FULL_TEXT = (
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
def _create_full_text(_: object, connection: Connection, **__: object) -> None:
    if connection.dialect.name == "sqlite":
        for statement in _CREATE_FULL_TEXT:
            connection.exec_driver_sql(statement)


def is_declared(name: str | None, kind: str, _: object) -> bool:
    """Tells whether `tables` declares this table or index.

    The indexes of trigrams are not: there is one only where the engine can have it.
    """
    return kind not in {"table", "index"} or not (name or "").startswith("trigrams_of_")


class has_part(FunctionElement[bool]):
    """Says in SQL that a name has a part in it, of whatever length."""

    type = Boolean()
    inherit_cache = True


class has_part_by_index(FunctionElement[bool]):
    """Says the same by the index, for a part of at least `TRIGRAM_LENGTH` characters."""

    type = Boolean()
    inherit_cache = True


class has_few_matches(FunctionElement[bool]):
    """Says in SQL that so few names have the part in them that the index finds a page sooner.

    That is for SQLite; PostgreSQL decides by its own counts, whichever way it is asked.
    """

    type = Boolean()
    inherit_cache = True


@compiles(has_part, "sqlite")
def _sqlite_has_part(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    name, part = (compiler.process(clause, **options) for clause in element.clauses)
    return f"instr({name}, {part}) > 0"


@compiles(has_part_by_index, "sqlite")
def _sqlite_has_part_by_index(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    column, part = element.clauses
    names_column, full_text_column = _JOIN_COLUMNS[column.table.name]
    index = f"trigrams_of_{column.table.name}"
    phrase = _fts5_phrase(part, compiler, **options)
    matches = f"SELECT {full_text_column} FROM {index} WHERE {index} MATCH {phrase}"
    return f"{names_column} IN ({matches}) AND {_sqlite_has_part(element, compiler, **options)}"


@compiles(has_few_matches, "sqlite")
def _sqlite_has_few_matches(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    index, part = element.clauses
    phrase = _fts5_phrase(part, compiler, **options)
    matches = f"SELECT 1 FROM {index.name} WHERE {index.name} MATCH {phrase} LIMIT {MANY_MATCHES}"
    return f"(SELECT count(*) FROM ({matches})) < {MANY_MATCHES}"


def _fts5_phrase(part: Any, compiler: SQLCompiler, **options: Any) -> str:
    """Writes the part as FTS5 wants it, whatever characters are in it."""
    return f"""'"' || replace({compiler.process(part, **options)}, '"', '""') || '"'"""


@compiles(has_few_matches, "postgresql")
def _postgres_has_few_matches(_: Any, __: SQLCompiler, **___: Any) -> str:
    return "true"


@compiles(has_part, "postgresql")
@compiles(has_part_by_index, "postgresql")
def _postgres_has_part(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    name, part = (compiler.process(clause, **options) for clause in element.clauses)
    literal = rf"replace(replace(replace({part}, '\', '\\'), '%', '\%'), '_', '\_')"
    return f"{name} LIKE '%' || {literal} || '%'"
