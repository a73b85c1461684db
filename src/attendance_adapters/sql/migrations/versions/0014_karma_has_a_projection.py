"""Karma has a projection: what the marks that somebody made in a month pay; 0015 fills it.

Triggers keep it, whichever version of this code adds to the ledger. A month without a number is
counted by the database at once.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COUNT_MONTH_ON_SQLITE = """BEGIN
    UPDATE karma_months SET (pair_a_month, unchecked_a_month, paying, unchecked) = (
        SELECT pairs, uncheckeds, count(*) FILTER (WHERE of_pair <= pairs
                AND (person_checked OR of_unchecked <= uncheckeds)),
            count(*) FILTER (WHERE NOT person_checked)
        FROM (SELECT coalesce(max(pair_a_month), 4) AS pairs,
                coalesce(max(unchecked_a_month), 100) AS uncheckeds FROM karma_rules)
        LEFT JOIN (SELECT actor_id, person_checked,
                row_number() OVER (
                    PARTITION BY CASE actor_id WHEN new.user_id THEN user_id ELSE actor_id END
                    ORDER BY at, event_id, user_id) AS of_pair,
                row_number() OVER (PARTITION BY actor_id, person_checked
                    ORDER BY at, event_id, user_id) AS of_unchecked
            FROM ledger AS mark
            WHERE (actor_id = new.user_id AND month = new.month
                    OR user_id = new.user_id AND month = new.month)
                AND origin = 'hold' AND NOT EXISTS (SELECT 1 FROM ledger AS annulment
                    WHERE annulment.event_id = mark.event_id
                    AND annulment.user_id = mark.user_id AND annulment.n = mark.n + 1)
        ) ON actor_id = new.user_id)
    WHERE user_id = new.user_id AND month = new.month;
END"""
# By name: when it fires, and what it does
ON_SQLITE = {
    "karma_of_marks": """AFTER INSERT ON ledger WHEN new.origin = 'hold' BEGIN
    UPDATE karma_months SET unchecked = unchecked + (NOT new.person_checked),
        paying = CASE WHEN EXISTS (SELECT 1 FROM ledger AS later
            WHERE later.actor_id = new.actor_id AND later.month = new.month
                AND later.person_checked IN (0, 1) AND later.at >= new.at
                AND (later.at, later.event_id, later.user_id)
                    > (new.at, new.event_id, new.user_id)
                AND later.origin = 'hold')
        THEN NULL ELSE paying + ((new.person_checked OR unchecked < unchecked_a_month)
            AND pair_a_month > (SELECT count(*) FROM ledger AS mark
                WHERE mark.user_id IN (new.user_id, new.actor_id) AND mark.month = new.month
                    AND +mark.actor_id IN (new.user_id, new.actor_id) AND mark.origin = 'hold'
                    AND (mark.at, mark.event_id, mark.user_id)
                        < (new.at, new.event_id, new.user_id)
                    AND NOT EXISTS (SELECT 1 FROM ledger AS annulment
                        WHERE annulment.event_id = mark.event_id
                        AND annulment.user_id = mark.user_id AND annulment.n = mark.n + 1)))
        END
        WHERE user_id = new.actor_id AND month = new.month;
    INSERT INTO karma_months (user_id, month) SELECT new.actor_id, new.month
        WHERE NOT EXISTS (SELECT 1 FROM karma_months
            WHERE user_id = new.actor_id AND month = new.month);
    UPDATE karma_months SET paying = NULL
        WHERE user_id = new.user_id AND month = new.month
            AND EXISTS (SELECT 1 FROM ledger AS later
                WHERE later.user_id = new.actor_id AND later.month = new.month
                    AND +later.actor_id = new.user_id AND later.origin = 'hold'
                    AND (later.at, later.event_id, later.user_id)
                        > (new.at, new.event_id, new.user_id));
END""",
    "karma_of_annulments": """AFTER INSERT ON ledger WHEN new.origin IS NULL BEGIN
    UPDATE karma_months SET paying = NULL WHERE (user_id, month) IN (
        SELECT actor_id, month FROM ledger WHERE event_id = new.event_id
            AND user_id = new.user_id AND n = new.n - 1 AND origin = 'hold'
        UNION ALL SELECT user_id, month FROM ledger WHERE event_id = new.event_id
            AND user_id = new.user_id AND n = new.n - 1 AND origin = 'hold');
END""",
    "karma_of_new_months": f"""AFTER INSERT ON karma_months WHEN new.paying IS NULL
{COUNT_MONTH_ON_SQLITE}""",
    "karma_of_months": f"""AFTER UPDATE OF paying ON karma_months WHEN new.paying IS NULL
{COUNT_MONTH_ON_SQLITE}""",
}
FUNCTIONS = {
    "keep_karma_of_ledger": """DECLARE
    mark ledger := NEW;
BEGIN
    IF NEW.origin IS NULL THEN
        SELECT * INTO mark FROM ledger WHERE event_id = NEW.event_id
            AND user_id = NEW.user_id AND n = NEW.n - 1;
    END IF;
    IF mark.origin = 'hand' THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock(-least(mark.actor_id, mark.user_id));
    PERFORM pg_advisory_xact_lock(-greatest(mark.actor_id, mark.user_id));
    IF NEW.origin IS NULL THEN
        UPDATE karma_months SET paying = NULL
            WHERE user_id IN (mark.actor_id, mark.user_id) AND month = mark.month;
        RETURN NULL;
    END IF;
    UPDATE karma_months SET unchecked = unchecked + (NOT mark.person_checked)::int,
        paying = CASE WHEN EXISTS (SELECT 1 FROM ledger AS later
            WHERE later.actor_id = mark.actor_id AND later.month = mark.month
                AND later.person_checked IN (false, true) AND later.at >= mark.at
                AND (later.at, later.event_id, later.user_id)
                    > (mark.at, mark.event_id, mark.user_id)
                AND later.origin = 'hold')
        THEN NULL ELSE paying + ((mark.person_checked OR unchecked < unchecked_a_month)
            AND pair_a_month > (SELECT count(*) FROM ledger AS other
                WHERE other.user_id IN (mark.user_id, mark.actor_id)
                    AND other.month = mark.month
                    AND other.actor_id IN (mark.user_id, mark.actor_id)
                    AND other.origin = 'hold'
                    AND (other.at, other.event_id, other.user_id)
                        < (mark.at, mark.event_id, mark.user_id)
                    AND NOT EXISTS (SELECT 1 FROM ledger AS annulment
                        WHERE annulment.event_id = other.event_id
                        AND annulment.user_id = other.user_id
                        AND annulment.n = other.n + 1)))::int
        END
        WHERE user_id = mark.actor_id AND month = mark.month;
    IF NOT FOUND THEN
        INSERT INTO karma_months (user_id, month) VALUES (mark.actor_id, mark.month);
    END IF;
    UPDATE karma_months SET paying = NULL
        WHERE user_id = mark.user_id AND month = mark.month
            AND EXISTS (SELECT 1 FROM ledger AS later
                WHERE later.user_id = mark.actor_id AND later.month = mark.month
                    AND later.actor_id = mark.user_id AND later.origin = 'hold'
                    AND (later.at, later.event_id, later.user_id)
                        > (mark.at, mark.event_id, mark.user_id));
    RETURN NULL;
END""",
    "count_karma_of_month": """BEGIN
    SELECT coalesce(max(pair_a_month), 4), coalesce(max(unchecked_a_month), 100)
        INTO NEW.pair_a_month, NEW.unchecked_a_month FROM karma_rules;
    SELECT count(*) FILTER (WHERE of_pair <= NEW.pair_a_month
                AND (person_checked OR of_unchecked <= NEW.unchecked_a_month)),
            count(*) FILTER (WHERE NOT person_checked)
        INTO NEW.paying, NEW.unchecked
        FROM (SELECT actor_id, person_checked,
                row_number() OVER (
                    PARTITION BY CASE actor_id WHEN NEW.user_id THEN user_id ELSE actor_id END
                    ORDER BY at, event_id, user_id) AS of_pair,
                row_number() OVER (PARTITION BY actor_id, person_checked
                    ORDER BY at, event_id, user_id) AS of_unchecked
            FROM ledger AS mark
            WHERE (actor_id = NEW.user_id AND month = NEW.month
                    OR user_id = NEW.user_id AND month = NEW.month)
                AND origin = 'hold' AND NOT EXISTS (SELECT 1 FROM ledger AS annulment
                    WHERE annulment.event_id = mark.event_id
                    AND annulment.user_id = mark.user_id AND annulment.n = mark.n + 1)
        ) AS counted WHERE actor_id = NEW.user_id;
    RETURN NEW;
END""",
}
ON_POSTGRES = {
    "karma_of_ledger": """AFTER INSERT ON ledger
    FOR EACH ROW EXECUTE FUNCTION keep_karma_of_ledger()""",
    "karma_of_months": """BEFORE INSERT OR UPDATE OF paying ON karma_months
    FOR EACH ROW WHEN (NEW.paying IS NULL) EXECUTE FUNCTION count_karma_of_month()""",
}


def upgrade() -> None:
    op.create_table(
        "karma_months",
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("paying", sa.Integer()),
        sa.Column("unchecked", sa.Integer()),
        sa.Column("pair_a_month", sa.Integer()),
        sa.Column("unchecked_a_month", sa.Integer()),
        sa.ForeignKeyConstraint(
            ["user_id"], ["accounts.user_id"], name=op.f("fk_karma_months_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", "month", name=op.f("pk_karma_months")),
    )
    op.create_table(
        "karma_rules",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("pair_a_month", sa.Integer(), nullable=False),
        sa.Column("unchecked_a_month", sa.Integer(), nullable=False),
        sa.CheckConstraint("number = 1", name=op.f("ck_karma_rules_only_row")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_karma_rules")),
    )
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
