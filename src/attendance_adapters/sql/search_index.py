"""Makes names searchable: a key of each that is searched, and an index of its trigrams.

The database itself makes `search_key`, which is searched, of `name_key` (`search_fold` in SQL), so
that it is right whichever version of this code writes. SQLite has a full-text table beside each
table of names, kept by triggers; PostgreSQL has an index where the server has `pg_trgm`.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, event

from attendance_adapters.sql.tables import metadata
from attendance_core.folding import ACUTE_ACCENT, ALIKE_IN_SEARCHES

# By table of names: a column of it, and the one of its full-text table that has the same values.
# A profile's id is its row's number for ever; an event's row has no number that VACUUM keeps, so
# events are found by their name, which is unique
JOIN_COLUMNS: Final = {
    "profiles": ("profiles.user_id", "rowid"),
    "events": ("events.name_key", "name_key"),
}
# Those of SQLite, by both keys: what an older version searches, too
FULL_TEXT_TABLES: Final = tuple(
    f"trigrams_of_{table}{of_key}" for table in JOIN_COLUMNS for of_key in ("", "_folded")
)
# People are listed by it, then by `name_key`, which is no key of searches. Contract: 3.8
_ORDER_INDEX: Final = "ix_profiles_search_key_name_key_user_id"
_CREATE_ORDER_INDEX = f"CREATE INDEX {_ORDER_INDEX} ON profiles (search_key, name_key, user_id)"
REPLACED_AT_ONCE = 12  # SQLite's parser does not nest very many calls


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def search_key_on_sqlite(name_key: str) -> str:
    """Writes `search_fold` in SQL, of what `fold` has folded."""
    replacements = [(_quoted(ACUTE_ACCENT), _quoted("'"))]
    for letter, alike in ALIKE_IN_SEARCHES.items():
        replacements.append((_quoted(letter), _quoted(alike)))
    # One space of many: a sign goes behind each, and then each sign together with a space behind it
    replacements += [("' '", "' ' || char(1)"), ("char(1) || ' '", "''"), ("char(1)", "''")]
    key, source = name_key, ""
    for start in range(0, len(replacements), REPLACED_AT_ONCE):
        for text, replacement in replacements[start : start + REPLACED_AT_ONCE]:
            key = f"replace({key}, {text}, {replacement})"
        key, source = "key", f" FROM (SELECT {key} AS key{source})"
    return f"(SELECT trim(key){source})"


def search_key_on_postgres(name_key: str) -> str:
    """Writes `search_fold` in SQL, of what `fold` has folded."""
    # Those that are alike to nothing come last: `translate` leaves out what has no counterpart
    ordered = sorted(ALIKE_IN_SEARCHES.items(), key=lambda pair: pair[1], reverse=True)
    letters = "".join(letter for letter, _ in ordered)
    alikes = "".join(alike for _, alike in ordered)
    key = f"replace({name_key}, {_quoted(ACUTE_ACCENT)}, {_quoted(chr(39))})"
    key = f"translate({key}, {_quoted(letters)}, {_quoted(alikes)})"
    return f"btrim(regexp_replace({key}, ' +', ' ', 'g'))"


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
    UPDATE profiles SET search_key = {search_key_on_sqlite("new.name_key")}
        WHERE user_id = new.user_id;
    INSERT INTO trigrams_of_profiles_folded (rowid, search_key)
        SELECT user_id, search_key FROM profiles WHERE user_id = new.user_id;
END""",
    f"""CREATE TRIGGER trigrams_of_profiles_folded_put AFTER UPDATE OF name_key ON profiles
    WHEN new.name_key <> old.name_key BEGIN
    INSERT INTO trigrams_of_profiles_folded (trigrams_of_profiles_folded, rowid, search_key)
        SELECT 'delete', old.user_id, old.search_key WHERE old.search_key IS NOT NULL;
    UPDATE profiles SET search_key = {search_key_on_sqlite("new.name_key")}
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
    UPDATE events SET search_key = {search_key_on_sqlite("new.name_key")}
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
    UPDATE events SET search_key = {search_key_on_sqlite("new.name_key")}
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
    NEW.search_key := {search_key_on_postgres("NEW.name_key")};
    RETURN NEW;
END
$$""",
    *(f'ALTER TABLE {table} ADD COLUMN search_key VARCHAR COLLATE "C"' for table in JOIN_COLUMNS),
    *(
        f"""CREATE TRIGGER search_key_of_{table} BEFORE INSERT OR UPDATE OF name_key ON {table}
    FOR EACH ROW EXECUTE FUNCTION make_search_key()"""
        for table in JOIN_COLUMNS
    ),
)


@event.listens_for(metadata, "after_create")
def _create_search(_: object, connection: Connection, **__: object) -> None:
    if connection.dialect.name == "sqlite":
        for statement in (*_FULL_TEXT_OF_OLD, *_FULL_TEXT, _CREATE_ORDER_INDEX):
            connection.exec_driver_sql(statement)
    else:
        for statement in (*_ON_POSTGRES, _CREATE_ORDER_INDEX):
            connection.exec_driver_sql(statement)


def is_declared(name: str | None, kind: str, _: object) -> bool:
    """Tells whether `tables` declares this table, index or column.

    What is searched is not, nor what has that in it: each engine has it in its own way, and an
    index of trigrams is only where the engine can have it.
    """
    if kind == "column":
        return name != "search_key"
    if name == _ORDER_INDEX:
        return False
    return kind not in {"table", "index"} or not (name or "").startswith("trigrams_of_")
