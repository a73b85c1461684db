"""Names are searched by words, whatever letters and signs people mix up.

The database makes `search_key` of `name_key`, by triggers, so that an older version, which runs
beside this one while it is replaced, keeps it right too. What that version searches stays as it is,
except for PostgreSQL's index of it: it finds the same without, only slower.

Names that were there before the triggers are folded in batches: whoever has no key is still to be
folded, so that a process that dies is followed by one that goes on.
"""

from collections.abc import Iterator
from uuid import UUID

import sqlalchemy as sa

from attendance_adapters.sql import migration_steps

revision = "0005"
down_revision = "0004"
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
    letters, alikes = "".join(pair[0] for pair in ordered), "".join(pair[1] for pair in ordered)
    key = f"replace({name_key}, {quoted(ACUTE_ACCENT)}, {quoted(chr(39))})"
    key = f"translate({key}, {quoted(letters)}, {quoted(alikes)})"  # the last ones are left out
    return f"btrim(regexp_replace({key}, ' +', ' ', 'g'))"


FULL_TEXT = (
    """CREATE VIRTUAL TABLE IF NOT EXISTS trigrams_of_profiles_folded USING fts5(
    search_key, content='profiles', content_rowid='user_id', tokenize='trigram case_sensitive 1'
)""",
    """CREATE VIRTUAL TABLE IF NOT EXISTS trigrams_of_events_folded USING fts5(
    search_key, name_key UNINDEXED, tokenize='trigram case_sensitive 1'
)""",
)
TRIGGERS = {
    "trigrams_of_profiles_folded_add": f"""AFTER INSERT ON profiles BEGIN
    UPDATE profiles SET search_key = {search_key_on_sqlite("new.name_key")}
        WHERE user_id = new.user_id;
    INSERT INTO trigrams_of_profiles_folded (rowid, search_key)
        SELECT user_id, search_key FROM profiles WHERE user_id = new.user_id;
END""",
    "trigrams_of_profiles_folded_put": f"""AFTER UPDATE OF name_key ON profiles
    WHEN new.name_key <> old.name_key BEGIN
    INSERT INTO trigrams_of_profiles_folded (trigrams_of_profiles_folded, rowid, search_key)
        SELECT 'delete', old.user_id, old.search_key WHERE old.search_key IS NOT NULL;
    UPDATE profiles SET search_key = {search_key_on_sqlite("new.name_key")}
        WHERE user_id = new.user_id;
    INSERT INTO trigrams_of_profiles_folded (rowid, search_key)
        SELECT user_id, search_key FROM profiles WHERE user_id = new.user_id;
END""",
    "trigrams_of_profiles_folded_remove": """AFTER DELETE ON profiles BEGIN
    INSERT INTO trigrams_of_profiles_folded (trigrams_of_profiles_folded, rowid, search_key)
        SELECT 'delete', old.user_id, old.search_key WHERE old.search_key IS NOT NULL;
END""",
    "trigrams_of_events_folded_add": f"""AFTER INSERT ON events BEGIN
    UPDATE events SET search_key = {search_key_on_sqlite("new.name_key")}
        WHERE event_id = new.event_id;
    INSERT INTO trigrams_of_events_folded (search_key, name_key)
        SELECT search_key, name_key FROM events
        WHERE event_id = new.event_id AND length(search_key) >= 3;
END""",
    "trigrams_of_events_folded_put": f"""AFTER UPDATE OF name_key ON events
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
    "trigrams_of_events_folded_remove": """AFTER DELETE ON events
    WHEN length(old.search_key) >= 3 BEGIN
    DELETE FROM trigrams_of_events_folded
    WHERE trigrams_of_events_folded MATCH '"' || replace(old.search_key, '"', '""') || '"'
        AND name_key = old.name_key;
END""",
    "trigrams_of_events_put": """AFTER UPDATE OF name_key ON events
    WHEN new.name_key <> old.name_key BEGIN
    DELETE FROM trigrams_of_events
    WHERE trigrams_of_events MATCH '"' || replace(old.name_key, '"', '""') || '"'
        AND name_key = old.name_key;
    INSERT INTO trigrams_of_events (name_key) SELECT new.name_key WHERE length(new.name_key) >= 3;
END""",
}
# What is in the full-text tables of a row, between its key and its name
INDEXED_ON_SQLITE = {
    "profiles": (
        "INSERT INTO trigrams_of_profiles_folded (rowid, search_key) SELECT user_id, {key}",
        "",
    ),
    "events": (
        "INSERT INTO trigrams_of_events_folded (search_key, name_key) SELECT {key}, name_key",
        " AND length({key}) >= 3",
    ),
}
ID_COLUMNS = {"profiles": "user_id", "events": "event_id"}
MAKE_KEY = f"""CREATE OR REPLACE FUNCTION make_search_key() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    NEW.search_key := {search_key_on_postgres("NEW.name_key")};
    RETURN NEW;
END
$$"""


def before_upgrade(connection: sa.Connection) -> Iterator[None]:
    """Stops wherever what it has done may be committed, and goes on whatever was done before."""
    if connection.dialect.name == "sqlite":
        have_triggers_on_sqlite(connection)
        for table in ID_COLUMNS:
            yield from fold_on_sqlite(connection, table)
        return
    for table in ID_COLUMNS:
        have_trigger_on_postgres(connection, table)
        connection.commit()  # until then nobody can read or write the table
        yield from fold_on_postgres(connection, table)
        find_trigrams = "SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'"
        if connection.scalar(sa.text(find_trigrams)) is not None:
            definition = f"ON {table} USING gin (search_key gin_trgm_ops)"
            migration_steps.build_index(connection, f"trigrams_of_{table}_folded", definition)
        migration_steps.drop_index(connection, f"trigrams_of_{table}")


def upgrade() -> None:
    """Has nothing to do behind `before_upgrade`."""


def have_triggers_on_sqlite(connection: sa.Connection) -> None:
    for statement in FULL_TEXT:
        connection.exec_driver_sql(statement)
    for name, rest in TRIGGERS.items():
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
        connection.exec_driver_sql(f"CREATE TRIGGER {name} {rest}")


def fold_on_sqlite(connection: sa.Connection, table: str) -> Iterator[None]:
    column, key = ID_COLUMNS[table], search_key_on_sqlite(f"{table}.name_key")
    last: int | str = 0 if table == "profiles" else ""
    insertion, condition = (each.replace("{key}", key) for each in INDEXED_ON_SQLITE[table])
    behind = f"search_key IS NULL AND {column} > ?"
    size = migration_steps.BATCH_SIZE
    find_batch = f"SELECT {column} FROM {table} WHERE {behind} ORDER BY {column} LIMIT {size}"
    find_last = f"SELECT max({column}) FROM ({find_batch})"
    while (until := connection.exec_driver_sql(find_last, (last,)).scalar()) is not None:
        where = f"{behind} AND {column} <= ?"
        connection.exec_driver_sql(
            f"{insertion} FROM {table} WHERE {where}{condition}", (last, until)
        )
        connection.exec_driver_sql(
            f"UPDATE {table} SET search_key = {key} WHERE {where}", (last, until)
        )
        yield
        last = until


def have_trigger_on_postgres(connection: sa.Connection, table: str) -> None:
    connection.exec_driver_sql(
        f"ALTER TABLE {table} ALTER COLUMN search_key DROP EXPRESSION IF EXISTS"
    )
    connection.exec_driver_sql(MAKE_KEY)
    trigger = f"search_key_of_{table}"
    connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {trigger} ON {table}")
    connection.exec_driver_sql(
        f"""CREATE TRIGGER {trigger} BEFORE INSERT OR UPDATE OF name_key ON {table}
    FOR EACH ROW EXECUTE FUNCTION make_search_key()"""
    )


def fold_on_postgres(connection: sa.Connection, table: str) -> Iterator[None]:
    """Passes over rows that others have locked, so that nobody waits for both, and comes back."""
    column, key = ID_COLUMNS[table], search_key_on_postgres("name_key")
    lowest: int | UUID = 0 if table == "profiles" else UUID(int=0)
    find_batch = f"""SELECT {column} FROM {table} WHERE search_key IS NULL AND {column} > $1
    ORDER BY {column} LIMIT {migration_steps.BATCH_SIZE} FOR NO KEY UPDATE SKIP LOCKED"""
    fold = f"""UPDATE {table} SET search_key = {key}
    WHERE {column} IN ({find_batch}) RETURNING {column}"""
    find_unfolded = sa.text(f"SELECT 1 FROM {table} WHERE search_key IS NULL LIMIT 1")
    while connection.scalar(find_unfolded) is not None:
        last = lowest
        while folded := connection.exec_driver_sql(fold, (last,)).scalars().all():
            yield
            last = max(folded)
        yield
