"""Marks become a ledger, whose entries never change; 0012 fills it with the marks there are.

`marks` stays for the version before, as the table of the marks that stand. Triggers keep both
alike: what that version adds to it becomes an entry, and what is added to the ledger is a row of it
or takes one away.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# By name: when it fires, and what it does
ON_SQLITE = {
    "ledger_is_never_replaced": """BEFORE INSERT ON ledger
    WHEN EXISTS (SELECT 1 FROM ledger
        WHERE event_id = new.event_id AND user_id = new.user_id AND n = new.n) BEGIN
    SELECT RAISE(ABORT, 'an entry of the ledger is never replaced');
END""",
    "ledger_has_no_gap": """BEFORE INSERT ON ledger
    WHEN new.n > 1 AND NOT EXISTS (SELECT 1 FROM ledger
        WHERE event_id = new.event_id AND user_id = new.user_id AND n = new.n - 1) BEGIN
    SELECT RAISE(ABORT, 'an entry of the ledger follows the one before');
END""",
    "ledger_is_never_updated": """BEFORE UPDATE ON ledger BEGIN
    SELECT RAISE(ABORT, 'an entry of the ledger is never changed');
END""",
    "ledger_is_never_deleted": """BEFORE DELETE ON ledger BEGIN
    SELECT RAISE(ABORT, 'an entry of the ledger is never changed');
END""",
    "first_tick_of_scans": """AFTER INSERT ON scans WHEN new.state = 'approved' BEGIN
    UPDATE profiles SET checked_at = coalesce(new.judged_at, new.uploaded_at)
        WHERE user_id = new.user_id AND checked_at IS NULL;
END""",
    "marks_of_ledger": """AFTER INSERT ON ledger BEGIN
    DELETE FROM marks
        WHERE new.origin IS NULL AND event_id = new.event_id AND user_id = new.user_id;
    INSERT INTO marks (event_id, user_id, marker_id, at, points)
        SELECT new.event_id, new.user_id, new.actor_id, new.at,
            CASE new.origin WHEN 'hold' THEN 50 ELSE 0 END
        WHERE new.origin IS NOT NULL AND NOT EXISTS (SELECT 1 FROM marks
            WHERE event_id = new.event_id AND user_id = new.user_id);
END""",
    "ledger_of_marks": """AFTER INSERT ON marks
    WHEN (SELECT coalesce(max(n), 0) % 2 FROM ledger
        WHERE event_id = new.event_id AND user_id = new.user_id) = 0 BEGIN
    INSERT INTO ledger (event_id, user_id, n, previous_n, actor_id, at, month, origin,
            actor_checked, person_checked)
        SELECT new.event_id, new.user_id, coalesce(max(n), 0) + 1, max(n), new.marker_id, new.at,
            CAST(strftime('%Y', new.at / 1000000, 'unixepoch') AS INTEGER) * 12
            + CAST(strftime('%m', new.at / 1000000, 'unixepoch') AS INTEGER) - 1, 'hold',
            EXISTS (SELECT 1 FROM scans WHERE user_id = new.marker_id AND state = 'approved'),
            EXISTS (SELECT 1 FROM profiles
                WHERE user_id = new.user_id AND checked_at IS NOT NULL)
        FROM ledger WHERE event_id = new.event_id AND user_id = new.user_id;
    UPDATE places SET last_n = (SELECT max(n) FROM ledger
            WHERE event_id = new.event_id AND user_id = new.user_id)
        WHERE event_id = new.event_id AND user_id = new.user_id;
END""",
}
FUNCTIONS = {
    "refuse_change_of_ledger": """BEGIN
    RAISE EXCEPTION 'an entry of the ledger is never changed'
        USING ERRCODE = 'restrict_violation';
END""",
    "note_first_tick": """BEGIN
    UPDATE profiles SET checked_at = coalesce(NEW.judged_at, NEW.uploaded_at)
        WHERE user_id = NEW.user_id AND checked_at IS NULL;
    RETURN NULL;
END""",
    "keep_marks_of_ledger": """BEGIN
    IF NEW.origin IS NULL THEN
        DELETE FROM marks WHERE event_id = NEW.event_id AND user_id = NEW.user_id;
    ELSE
        INSERT INTO marks (event_id, user_id, marker_id, at, points)
            VALUES (NEW.event_id, NEW.user_id, NEW.actor_id, NEW.at,
                CASE NEW.origin WHEN 'hold' THEN 50 ELSE 0 END)
            ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END""",
    "keep_ledger_of_marks": """DECLARE
    last integer;
    month timestamp := to_timestamp(NEW.at / 1000000) AT TIME ZONE 'UTC';
BEGIN
    SELECT max(n) INTO last FROM ledger WHERE event_id = NEW.event_id AND user_id = NEW.user_id;
    IF coalesce(last, 0) % 2 = 0 THEN
        INSERT INTO ledger (event_id, user_id, n, previous_n, actor_id, at, month, origin,
                actor_checked, person_checked)
            VALUES (NEW.event_id, NEW.user_id, coalesce(last, 0) + 1, last, NEW.marker_id, NEW.at,
                extract(year FROM month) * 12 + extract(month FROM month) - 1, 'hold',
                EXISTS (SELECT 1 FROM scans
                    WHERE user_id = NEW.marker_id AND state = 'approved'),
                EXISTS (SELECT 1 FROM profiles
                    WHERE user_id = NEW.user_id AND checked_at IS NOT NULL));
        UPDATE places SET last_n = coalesce(last, 0) + 1
            WHERE event_id = NEW.event_id AND user_id = NEW.user_id;
    END IF;
    RETURN NULL;
END""",
}
ON_POSTGRES = {
    "ledger_is_never_changed": """BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_ledger()""",
    "first_tick_of_scans": """AFTER INSERT OR UPDATE OF state ON scans
    FOR EACH ROW WHEN (NEW.state = 'approved') EXECUTE FUNCTION note_first_tick()""",
    "marks_of_ledger": """AFTER INSERT ON ledger
    FOR EACH ROW EXECUTE FUNCTION keep_marks_of_ledger()""",
    "ledger_of_marks": """AFTER INSERT ON marks
    FOR EACH ROW EXECUTE FUNCTION keep_ledger_of_marks()""",
}


def upgrade() -> None:
    op.add_column("profiles", sa.Column("checked_at", sa.BigInteger()))
    op.add_column("places", sa.Column("last_n", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "ledger",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("previous_n", sa.Integer()),
        sa.Column("actor_id", BIG_ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(length=4)),
        sa.Column("actor_checked", sa.Boolean(), nullable=False),
        sa.Column("person_checked", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=16)),
        sa.CheckConstraint(
            "n = 1 AND previous_n IS NULL"
            " OR n > 1 AND previous_n IS NOT NULL AND previous_n = n - 1",
            name=op.f("ck_ledger_follows"),
        ),
        sa.CheckConstraint(
            "n % 2 = 1 AND origin IS NOT NULL AND reason IS NULL"
            " OR n % 2 = 0 AND origin IS NULL AND reason IS NOT NULL",
            name=op.f("ck_ledger_kind"),
        ),
        sa.CheckConstraint("n % 2 = 0 OR actor_id <> user_id", name=op.f("ck_ledger_by_another")),
        sa.ForeignKeyConstraint(["event_id"], ["events.event_id"], name=op.f("fk_ledger_event_id")),
        sa.ForeignKeyConstraint(["user_id"], ["accounts.user_id"], name=op.f("fk_ledger_user_id")),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["accounts.user_id"], name=op.f("fk_ledger_actor_id")
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "user_id", "previous_n"],
            ["ledger.event_id", "ledger.user_id", "ledger.n"],
            name="fk_ledger_previous",
        ),
        sa.PrimaryKeyConstraint("event_id", "user_id", "n", name=op.f("pk_ledger")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_ledger_actor_id_month_person_checked_at"),
        "ledger",
        ["actor_id", "month", "person_checked", "at"],
    )
    op.create_index(op.f("ix_ledger_user_id_month"), "ledger", ["user_id", "month"])
    op.create_table(
        "ledger_notes",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("marked_as", sa.String()),
        sa.Column("note", sa.String()),
        sa.ForeignKeyConstraint(
            ["event_id", "user_id", "n"],
            ["ledger.event_id", "ledger.user_id", "ledger.n"],
            name="fk_ledger_notes_entry",
        ),
        sa.PrimaryKeyConstraint("event_id", "user_id", "n", name=op.f("pk_ledger_notes")),
    )
    op.create_index(op.f("ix_ledger_notes_user_id"), "ledger_notes", ["user_id"])
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        for name, rest in ON_SQLITE.items():
            connection.exec_driver_sql(f"CREATE TRIGGER {name} {rest}")
        return
    for name, body in FUNCTIONS.items():
        connection.exec_driver_sql(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$\n{body}\n$$"
        )
    for name, rest in ON_POSTGRES.items():
        connection.exec_driver_sql(f"CREATE TRIGGER {name} {rest}")
