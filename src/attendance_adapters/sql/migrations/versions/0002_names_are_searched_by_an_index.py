"""Names are searched by an index of trigrams, and ordered alike by every engine."""

import logging

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

logger = logging.getLogger("attendance_adapters.sql.migrate")
FULL_TEXT = (
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
    "INSERT INTO trigrams_of_profiles (trigrams_of_profiles) VALUES ('rebuild')",
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
    """INSERT INTO trigrams_of_events (name_key)
    SELECT name_key FROM events WHERE length(name_key) >= 3""",
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for statement in FULL_TEXT:
            op.execute(sa.text(statement.replace(":", r"\:")))
    else:
        for table in ("profiles", "events"):  # by code points, as SQLite and Python order them
            op.execute(f'ALTER TABLE {table} ALTER COLUMN name_key TYPE VARCHAR COLLATE "C"')
        if _has_trigrams():
            for table in ("profiles", "events"):
                op.execute(
                    f"CREATE INDEX trigrams_of_{table} ON {table} USING gin (name_key gin_trgm_ops)"
                )
    op.create_index("ix_profiles_name_key_user_id", "profiles", ["name_key", "user_id"])


def _has_trigrams() -> bool:
    """Whether the server has pg_trgm and lets us use it; names are found without, but slowly."""
    connection = op.get_bind()
    find_extension = "SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'"
    if connection.scalar(sa.text(find_extension)) is None:
        logger.warning("the server does not have pg_trgm: names will be searched without an index")
        return False
    try:
        with connection.begin_nested():
            connection.execute(sa.text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
    except sa.exc.DBAPIError as error:
        logger.warning("pg_trgm cannot be used, names will be searched slowly: %s", error.orig)
        return False
    return True
