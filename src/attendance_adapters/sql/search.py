"""Searches names by words in them, each engine by its own index of trigrams.

The database itself makes `search_key`, which is searched, of `name_key` (`search_fold` in SQL), so
that it is right whichever version of this code writes. SQLite has a full-text table beside each
table of names, kept by triggers; PostgreSQL has an index where the server has `pg_trgm`. The
answers are the same with and without.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    String,
    bindparam,
    event,
    literal_column,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from attendance_adapters.sql.tables import metadata
from attendance_core.vocabulary import ACUTE_ACCENT, ALIKE_IN_SEARCHES, words_of

TRIGRAM_LENGTH = 3  # characters; no index finds shorter words
# How many names have the words in them when going through all names in order finds a page sooner
MANY_MATCHES = 1_000
MAX_PHRASES = 8  # of a search, that SQLite's index is asked for; the others are looked for in names
# The column of the table of names, and that of its full-text table, which have the same values
_JOIN_COLUMNS: Final = {
    "profiles": ("profiles.user_id", "rowid"),
    "events": ("events.name_key", "name_key"),
}
REPLACED_AT_ONCE = 12  # SQLite's parser does not nest very many calls


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _search_key_on_sqlite(name_key: str) -> str:
    """Writes `search_fold` in SQL, of what `fold` has folded."""
    pairs = [(_quoted(ACUTE_ACCENT), _quoted("'"))]
    pairs += [(_quoted(each), _quoted(alike)) for each, alike in ALIKE_IN_SEARCHES.items()]
    # One space of many: a mark goes behind each, and then what has a mark before it
    pairs += [("' '", "' ' || char(1)"), ("char(1) || ' '", "''"), ("char(1)", "''")]
    key, source = name_key, ""
    for start in range(0, len(pairs), REPLACED_AT_ONCE):
        for each, alike in pairs[start : start + REPLACED_AT_ONCE]:
            key = f"replace({key}, {each}, {alike})"
        key, source = "key", f" FROM (SELECT {key} AS key{source})"
    return f"(SELECT trim(key){source})"


def _search_key_on_postgres(name_key: str) -> str:
    """Writes `search_fold` in SQL, of what `fold` has folded."""
    ordered = sorted(ALIKE_IN_SEARCHES.items(), key=lambda pair: pair[1], reverse=True)
    each, alike = "".join(pair[0] for pair in ordered), "".join(pair[1] for pair in ordered)
    key = f"replace({name_key}, {_quoted(ACUTE_ACCENT)}, {_quoted(chr(39))})"
    key = f"translate({key}, {_quoted(each)}, {_quoted(alike)})"  # the last ones are left out
    return f"btrim(regexp_replace({key}, ' +', ' ', 'g'))"


# A profile's id is its row's number for ever; an event's row has no number that VACUUM keeps, so
# events are found by their name, which is unique and never changes
# What an older version searches, which may run beside this one while it is replaced
_FULL_TEXT_OF_OLD = (
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
_FULL_TEXT = (
    "ALTER TABLE profiles ADD COLUMN search_key VARCHAR",
    """CREATE VIRTUAL TABLE trigrams_of_profiles_folded USING fts5(
    search_key, content='profiles', content_rowid='user_id', tokenize='trigram case_sensitive 1'
)""",
    f"""CREATE TRIGGER trigrams_of_profiles_folded_add AFTER INSERT ON profiles BEGIN
    UPDATE profiles SET search_key = {_search_key_on_sqlite("new.name_key")}
        WHERE user_id = new.user_id;
    INSERT INTO trigrams_of_profiles_folded (rowid, search_key)
        SELECT user_id, search_key FROM profiles WHERE user_id = new.user_id;
END""",
    f"""CREATE TRIGGER trigrams_of_profiles_folded_put AFTER UPDATE OF name_key ON profiles
    WHEN new.name_key <> old.name_key BEGIN
    INSERT INTO trigrams_of_profiles_folded (trigrams_of_profiles_folded, rowid, search_key)
        SELECT 'delete', old.user_id, old.search_key WHERE old.search_key IS NOT NULL;
    UPDATE profiles SET search_key = {_search_key_on_sqlite("new.name_key")}
        WHERE user_id = new.user_id;
    INSERT INTO trigrams_of_profiles_folded (rowid, search_key)
        SELECT user_id, search_key FROM profiles WHERE user_id = new.user_id;
END""",
    """CREATE TRIGGER trigrams_of_profiles_folded_remove AFTER DELETE ON profiles BEGIN
    INSERT INTO trigrams_of_profiles_folded (trigrams_of_profiles_folded, rowid, search_key)
        SELECT 'delete', old.user_id, old.search_key WHERE old.search_key IS NOT NULL;
END""",
    "ALTER TABLE events ADD COLUMN search_key VARCHAR",
    """CREATE VIRTUAL TABLE trigrams_of_events_folded USING fts5(
    search_key, name_key UNINDEXED, tokenize='trigram case_sensitive 1'
)""",
    f"""CREATE TRIGGER trigrams_of_events_folded_add AFTER INSERT ON events BEGIN
    UPDATE events SET search_key = {_search_key_on_sqlite("new.name_key")}
        WHERE event_id = new.event_id;
    INSERT INTO trigrams_of_events_folded (search_key, name_key)
        SELECT search_key, name_key FROM events
        WHERE event_id = new.event_id AND length(search_key) >= 3;
END""",
    f"""CREATE TRIGGER trigrams_of_events_folded_put AFTER UPDATE OF name_key ON events
    WHEN new.name_key <> old.name_key BEGIN
    DELETE FROM trigrams_of_events_folded
    WHERE trigrams_of_events_folded
        MATCH '"' || replace(coalesce(old.search_key, ''), '"', '""') || '"'
        AND name_key = old.name_key;
    UPDATE events SET search_key = {_search_key_on_sqlite("new.name_key")}
        WHERE event_id = new.event_id;
    INSERT INTO trigrams_of_events_folded (search_key, name_key)
        SELECT search_key, name_key FROM events
        WHERE event_id = new.event_id AND length(search_key) >= 3;
END""",
    """CREATE TRIGGER trigrams_of_events_folded_remove AFTER DELETE ON events
    WHEN length(old.search_key) >= 3 BEGIN
    DELETE FROM trigrams_of_events_folded
    WHERE trigrams_of_events_folded MATCH '"' || replace(old.search_key, '"', '""') || '"'
        AND name_key = old.name_key;
END""",
    """CREATE TRIGGER trigrams_of_events_put AFTER UPDATE OF name_key ON events
    WHEN new.name_key <> old.name_key BEGIN
    DELETE FROM trigrams_of_events
    WHERE trigrams_of_events MATCH '"' || replace(old.name_key, '"', '""') || '"'
        AND name_key = old.name_key;
    INSERT INTO trigrams_of_events (name_key) SELECT new.name_key WHERE length(new.name_key) >= 3;
END""",
)
_ON_POSTGRES = (
    f"""CREATE FUNCTION make_search_key() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    NEW.search_key := {_search_key_on_postgres("NEW.name_key")};
    RETURN NEW;
END
$$""",
    *(f'ALTER TABLE {table} ADD COLUMN search_key VARCHAR COLLATE "C"' for table in _JOIN_COLUMNS),
    *(
        f"""CREATE TRIGGER search_key_of_{table} BEFORE INSERT OR UPDATE OF name_key ON {table}
    FOR EACH ROW EXECUTE FUNCTION make_search_key()"""
        for table in _JOIN_COLUMNS
    ),
)


@event.listens_for(metadata, "after_create")
def _create_search(_: object, connection: Connection, **__: object) -> None:
    if connection.dialect.name == "sqlite":
        for statement in (*_FULL_TEXT_OF_OLD, *_FULL_TEXT):
            connection.exec_driver_sql(statement)
    else:
        for statement in _ON_POSTGRES:
            connection.exec_driver_sql(statement)


def is_declared(name: str | None, kind: str, _: object) -> bool:
    """Tells whether `tables` declares this table, index or column.

    What is searched is not: each engine has it in its own way, and an index of trigrams is only
    where the engine can have it.
    """
    if kind == "column":
        return name != "search_key"
    return kind not in {"table", "index"} or not (name or "").startswith("trigrams_of_")


class has_words(FunctionElement[bool]):
    """Says in SQL that a name of a table has the words of a search in it."""

    type = Boolean()
    inherit_cache = True


class has_words_by_index(FunctionElement[bool]):
    """Says the same by the index, for a first word of at least `TRIGRAM_LENGTH` characters."""

    type = Boolean()
    inherit_cache = True


class has_few_matches(FunctionElement[bool]):
    """Says in SQL that so few names have the words in them that the index finds a page sooner.

    That is for SQLite; PostgreSQL decides by its own counts, whichever way it is asked.
    """

    type = Boolean()
    inherit_cache = True


def arguments_of(table: str) -> tuple[ColumnElement[Any], ...]:
    """Names what those three are said of, and the `parameters_of` a search."""
    names = ("first", "others", "patterns", "phrases")
    return literal_column(table), *(bindparam(each, type_=String) for each in names)


def parameters_of(part: str) -> Mapping[str, str]:
    """Writes the words of a folded part as the statements of each engine want them."""
    words = words_of(part) or [""]
    phrases = [each for each in words[:MAX_PHRASES] if len(each) >= TRIGRAM_LENGTH]
    return {
        "first": words[0],
        "others": json.dumps(words[1:]),
        "patterns": " ".join(f"%{_literal(each)}%" for each in words[1:]),
        "phrases": " AND ".join('"' + each.replace('"', '""') + '"' for each in phrases),
    }


def has_index(parameters: Mapping[str, str]) -> bool:
    """Tells whether an index of trigrams can find these words."""
    return len(parameters["first"]) >= TRIGRAM_LENGTH


def _literal(word: str) -> str:
    """Writes a word for LIKE, in which it stands for itself."""
    return word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


@compiles(has_words, "sqlite")
def _sqlite_has_words(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    table, first, others, *_ = element.clauses
    key = f"{table.name}.search_key"
    word, rest = (compiler.process(each, **options) for each in (first, others))
    lacks = f"SELECT 1 FROM json_each({rest}) AS other WHERE instr({key}, other.value) = 0"
    return f"instr({key}, {word}) > 0 AND NOT EXISTS ({lacks})"


@compiles(has_words_by_index, "sqlite")
def _sqlite_has_words_by_index(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    table, *_, phrases = element.clauses
    names_column, full_text_column = _JOIN_COLUMNS[table.name]
    index, asked = f"trigrams_of_{table.name}_folded", compiler.process(phrases, **options)
    matches = f"SELECT {full_text_column} FROM {index} WHERE {index} MATCH {asked}"
    return f"{names_column} IN ({matches}) AND {_sqlite_has_words(element, compiler, **options)}"


@compiles(has_few_matches, "sqlite")
def _sqlite_has_few_matches(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    table, *_, phrases = element.clauses
    index, asked = f"trigrams_of_{table.name}_folded", compiler.process(phrases, **options)
    matches = f"SELECT 1 FROM {index} WHERE {index} MATCH {asked} LIMIT {MANY_MATCHES}"
    return f"(SELECT count(*) FROM ({matches})) < {MANY_MATCHES}"


@compiles(has_few_matches, "postgresql")
def _postgres_has_few_matches(_: Any, __: SQLCompiler, **___: Any) -> str:
    return "true"


@compiles(has_words, "postgresql")
@compiles(has_words_by_index, "postgresql")
def _postgres_has_words(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    table, first, _, patterns, _ = element.clauses
    key = f"{table.name}.search_key"
    word, rest = (compiler.process(each, **options) for each in (first, patterns))
    pattern = rf"replace(replace(replace({word}, '\', '\\'), '%', '\%'), '_', '\_')"
    return f"{key} LIKE '%' || {pattern} || '%' AND {key} LIKE ALL (string_to_array({rest}, ' '))"
