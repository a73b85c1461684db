"""Scans are judged by moderators, who take them; each has an id, and what was done is written down.

The version before, which runs beside this one while it is replaced, takes in scans and judges them,
too: the database gives those an id, and notes by triggers which files no pending scan has any more.
So are the files of those judged before, which are deleted from then on. Scans of old get their ids
in batches: whoever has none is still to be given one, so that a process that dies is followed by
one that goes on.
"""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from attendance_adapters.sql import migration_steps

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# By name, with the type on SQLite and on PostgreSQL
COLUMNS = {
    "scan_id": ("CHAR(32)", "UUID"),
    "verdict": ("VARCHAR(32)", "VARCHAR(32)"),
    "note": ("VARCHAR", "VARCHAR"),
    "taken_by": ("INTEGER", "BIGINT"),
    "taken_session": ("VARCHAR(64)", "VARCHAR(64)"),
    "taken_until": ("BIGINT", "BIGINT"),
    "taken_name": ("VARCHAR", "VARCHAR"),
    "taken_secret": ("VARCHAR", "VARCHAR"),
}
ID_INDEX = "ON scans (scan_id) WHERE scan_id IS NOT NULL"
PENDING_INDEX = "ON scans (uploaded_at, user_id) WHERE state = 'pending'"
TAKEN_BY_INDEX = "ON scans (taken_by) WHERE taken_by IS NOT NULL"
ON_SQLITE = {
    "id_of_scans": """AFTER INSERT ON scans WHEN new.scan_id IS NULL BEGIN
    UPDATE scans SET scan_id = lower(hex(randomblob(16)))
        WHERE user_id = new.user_id AND scan_id IS NULL;
END""",
    "discards_deleted_scans": """AFTER DELETE ON scans BEGIN
    INSERT INTO discarded_scans (file) SELECT old.file
        WHERE NOT EXISTS (SELECT 1 FROM discarded_scans WHERE file = old.file);
END""",
    "discards_judged_scans": """AFTER INSERT ON scans WHEN new.state <> 'pending' BEGIN
    INSERT INTO discarded_scans (file) SELECT new.file
        WHERE NOT EXISTS (SELECT 1 FROM discarded_scans WHERE file = new.file);
END""",
    "keeps_pending_scans": """AFTER INSERT ON scans WHEN new.state = 'pending' BEGIN
    DELETE FROM discarded_scans WHERE file = new.file;
END""",
}
GIVE_ID = """CREATE OR REPLACE FUNCTION give_scan_id() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.scan_id := gen_random_uuid();
    RETURN NEW;
END
$$"""
DISCARD = """CREATE OR REPLACE FUNCTION discard_scans() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO discarded_scans (file) VALUES (OLD.file) ON CONFLICT DO NOTHING;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        IF NEW.state = 'pending' THEN
            DELETE FROM discarded_scans WHERE file = NEW.file;
        ELSE
            INSERT INTO discarded_scans (file) VALUES (NEW.file) ON CONFLICT DO NOTHING;
        END IF;
    END IF;
    RETURN NULL;
END
$$"""
ON_POSTGRES = {
    "id_of_scans": """BEFORE INSERT ON scans
    FOR EACH ROW WHEN (NEW.scan_id IS NULL) EXECUTE FUNCTION give_scan_id()""",
    "discards_scans": """AFTER INSERT OR DELETE OR UPDATE OF file, state ON scans
    FOR EACH ROW EXECUTE FUNCTION discard_scans()""",
}
FIND_WITHOUT_ID = sa.text("SELECT 1 FROM scans WHERE scan_id IS NULL LIMIT 1")


def before_upgrade(connection: sa.Connection) -> Iterator[None]:
    """Stops wherever what it has done may be committed, and goes on whatever was done before."""
    size = migration_steps.BATCH_SIZE
    if connection.dialect.name == "sqlite":
        column_names = {each["name"] for each in sa.inspect(connection).get_columns("scans")}
        for name, (kind, _) in COLUMNS.items():
            if name not in column_names:
                connection.exec_driver_sql(f"ALTER TABLE scans ADD COLUMN {name} {kind}")
        create_table_of_discarded(connection)
        connection.exec_driver_sql(f"CREATE UNIQUE INDEX IF NOT EXISTS uq_scans_scan_id {ID_INDEX}")
        connection.exec_driver_sql(f"CREATE INDEX IF NOT EXISTS ix_scans_pending {PENDING_INDEX}")
        connection.exec_driver_sql(f"CREATE INDEX IF NOT EXISTS ix_scans_taken_by {TAKEN_BY_INDEX}")
        for name, rest in ON_SQLITE.items():
            connection.exec_driver_sql(f"CREATE TRIGGER IF NOT EXISTS {name} {rest}")
        give = f"""UPDATE scans SET scan_id = lower(hex(randomblob(16))) WHERE user_id IN (
            SELECT user_id FROM scans WHERE scan_id IS NULL LIMIT {size})"""
    else:
        for name, (_, kind) in COLUMNS.items():
            connection.exec_driver_sql(f"ALTER TABLE scans ADD COLUMN IF NOT EXISTS {name} {kind}")
        create_table_of_discarded(connection)
        connection.exec_driver_sql(GIVE_ID)
        connection.exec_driver_sql(DISCARD)
        for name, rest in ON_POSTGRES.items():
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name} ON scans")
            connection.exec_driver_sql(f"CREATE TRIGGER {name} {rest}")
        connection.commit()  # until then nobody can read or write the table
        migration_steps.build_index(connection, "uq_scans_scan_id", ID_INDEX, unique=True)
        migration_steps.build_index(connection, "ix_scans_pending", PENDING_INDEX)
        migration_steps.build_index(connection, "ix_scans_taken_by", TAKEN_BY_INDEX)
        # Passes over rows that others have locked, so that nobody waits for both, and comes back
        give = f"""UPDATE scans SET scan_id = gen_random_uuid() WHERE user_id IN (
            SELECT user_id FROM scans WHERE scan_id IS NULL
            LIMIT {size} FOR NO KEY UPDATE SKIP LOCKED)"""
    while connection.scalar(FIND_WITHOUT_ID) is not None:
        connection.exec_driver_sql(give)
        yield


def create_table_of_discarded(connection: sa.Connection) -> None:
    connection.exec_driver_sql(
        """CREATE TABLE IF NOT EXISTS discarded_scans (
            file VARCHAR NOT NULL,
            CONSTRAINT pk_discarded_scans PRIMARY KEY (file)
        )"""
    )


def upgrade() -> None:
    # Behind the triggers, so that none is judged meanwhile and missed
    op.execute(
        "INSERT INTO discarded_scans (file) SELECT DISTINCT file FROM scans"
        " WHERE state <> 'pending' ON CONFLICT DO NOTHING"
    )
    op.create_table(
        "moderators",
        sa.Column("user_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["accounts.user_id"], name=op.f("fk_moderators_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_moderators")),
    )
    op.create_table(
        "audit_log",
        sa.Column("n", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("scan_id", sa.Uuid(), nullable=False),
        sa.Column("act", sa.String(length=8), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("judge", sa.String(length=9), nullable=False),
        sa.Column("actor_id", BIG_ID),
        sa.Column("reason", sa.String(length=32)),
        sa.ForeignKeyConstraint(
            ["user_id"], ["accounts.user_id"], name=op.f("fk_audit_log_user_id")
        ),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_audit_log")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_audit_log_user_id_n"), "audit_log", ["user_id", "n"])
    op.create_index(op.f("ix_audit_log_scan_id"), "audit_log", ["scan_id"])
