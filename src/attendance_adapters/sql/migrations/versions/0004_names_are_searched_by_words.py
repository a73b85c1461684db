"""Names are searched by words, whatever letters and signs people mix up.

`search_key` is made by the database of `name_key`, so that an older version, which runs beside this
one while it is replaced, keeps it right too. What that version searches stays as it is, except for
PostgreSQL's index of it: it finds the same without, only slower. All names are folded anew in one
transaction, which takes seconds for a hundred thousand.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ACUTE_ACCENT = " \u0301"
APOSTROPHES = "\u0060\u02b9\u02bb\u02bc\u02bd\u02c8\u055a\u05f3\u2018\u2019\u201b\u2032\ua78c"
HYPHENS = (
    "\u02d7\u058a\u05be\u1400\u1806\u2010\u2012\u2013\u2014\u2015\u2043\u2212"
    "\u2e17\u2e1a\u2e3a\u2e3b\u2e40\u2e5d\u301c\u3030\u30a0\U00010ead"
)
OTHERS = {"\u1680": " ", "ё": "е", "ı": "i", "\u0307": ""}
ALIKE = {**dict.fromkeys(APOSTROPHES, "'"), **dict.fromkeys(HYPHENS, "-"), **OTHERS}
REPLACED_AT_ONCE = 12  # SQLite's parser does not nest very many calls


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def search_key_on_sqlite(name_key: str) -> str:
    """Writes `search_fold` in SQL, of what `fold` has folded."""
    pairs = [(quoted(ACUTE_ACCENT), quoted("'"))]
    pairs += [(quoted(each), quoted(alike)) for each, alike in ALIKE.items()]
    # One space of many: a mark goes behind each, and then what has a mark before it
    pairs += [("' '", "' ' || char(1)"), ("char(1) || ' '", "''"), ("char(1)", "''")]
    key, source = name_key, ""
    for start in range(0, len(pairs), REPLACED_AT_ONCE):
        for each, alike in pairs[start : start + REPLACED_AT_ONCE]:
            key = f"replace({key}, {each}, {alike})"
        key, source = "key", f" FROM (SELECT {key} AS key{source})"
    return f"(SELECT trim(key){source})"


def search_key_on_postgres(name_key: str) -> str:
    """Writes `search_fold` in SQL, of what `fold` has folded."""
    ordered = sorted(ALIKE.items(), key=lambda pair: pair[1], reverse=True)
    each, alike = "".join(pair[0] for pair in ordered), "".join(pair[1] for pair in ordered)
    key = f"replace({name_key}, {quoted(ACUTE_ACCENT)}, {quoted(chr(39))})"
    key = f"translate({key}, {quoted(each)}, {quoted(alike)})"  # the last ones are left out
    return f"btrim(regexp_replace({key}, ' +', ' ', 'g'))"


FULL_TEXT = (
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
        VALUES ('delete', old.user_id, old.search_key);
    UPDATE profiles SET search_key = {search_key_on_sqlite("new.name_key")}
        WHERE user_id = new.user_id;
    INSERT INTO trigrams_of_profiles_folded (rowid, search_key)
        SELECT user_id, search_key FROM profiles WHERE user_id = new.user_id;
END""",
    """CREATE TRIGGER trigrams_of_profiles_folded_remove AFTER DELETE ON profiles BEGIN
    INSERT INTO trigrams_of_profiles_folded (trigrams_of_profiles_folded, rowid, search_key)
        VALUES ('delete', old.user_id, old.search_key);
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
    WHERE trigrams_of_events_folded MATCH '"' || replace(old.search_key, '"', '""') || '"'
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
ALL_NAMES = (
    f"UPDATE profiles SET search_key = {search_key_on_sqlite('profiles.name_key')}",
    "INSERT INTO trigrams_of_profiles_folded (trigrams_of_profiles_folded) VALUES ('rebuild')",
    f"UPDATE events SET search_key = {search_key_on_sqlite('events.name_key')}",
    """INSERT INTO trigrams_of_events_folded (search_key, name_key)
    SELECT search_key, name_key FROM events WHERE length(search_key) >= 3""",
)


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        for statement in (*FULL_TEXT, *ALL_NAMES):
            connection.exec_driver_sql(statement)
        return
    has_trigrams = "SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'"
    is_indexed = connection.scalar(sa.text(has_trigrams)) is not None
    for table in ("profiles", "events"):
        connection.exec_driver_sql(
            f"""ALTER TABLE {table} ADD COLUMN search_key VARCHAR COLLATE "C"
    GENERATED ALWAYS AS ({search_key_on_postgres("name_key")}) STORED"""
        )
        connection.exec_driver_sql(f"DROP INDEX IF EXISTS trigrams_of_{table}")
        if is_indexed:
            connection.exec_driver_sql(
                f"""CREATE INDEX trigrams_of_{table}_folded ON {table}
    USING gin (search_key gin_trgm_ops)"""
            )
