"""`marks` becomes a view of the ledger, so that a mark is written once; karma is counted sooner.

The version before reads and adds marks as before: what it adds becomes an entry, by a trigger of
the view. The first mark of a month needs no look at the others, and whether a mark pays is kept for
whoever adds it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

VIEW = """CREATE VIEW marks AS SELECT event_id, user_id, actor_id AS marker_id, at,
    CASE origin WHEN 'hold' THEN 50 ELSE 0 END AS points
FROM ledger AS mark
WHERE origin IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ledger AS annulment
    WHERE annulment.event_id = mark.event_id AND annulment.user_id = mark.user_id
        AND annulment.n = mark.n + 1)"""
# By name: when it fires, and what it does
ON_SQLITE = {
    "ledger_of_marks": """INSTEAD OF INSERT ON marks BEGIN
    SELECT RAISE(ABORT, 'UNIQUE constraint failed: marks.event_id, marks.user_id')
        WHERE EXISTS (SELECT 1 FROM marks
            WHERE event_id = new.event_id AND user_id = new.user_id);
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
    "karma_of_marks": """AFTER INSERT ON ledger WHEN new.origin = 'hold' BEGIN
    INSERT INTO karma_months (user_id, month, paying, unchecked, pair_a_month, unchecked_a_month)
        SELECT new.actor_id, new.month, 0, 0,
            coalesce((SELECT pair_a_month FROM karma_rules), 4),
            coalesce((SELECT unchecked_a_month FROM karma_rules), 100)
        WHERE NOT EXISTS (SELECT 1 FROM karma_months
                WHERE user_id = new.actor_id AND month = new.month)
            AND NOT EXISTS (SELECT 1 FROM ledger AS other
                WHERE other.actor_id = new.actor_id AND other.month = new.month
                    AND NOT (other.event_id = new.event_id AND other.user_id = new.user_id
                        AND other.n = new.n));
    UPDATE karma_months SET unchecked = unchecked + (NOT new.person_checked),
        last_pays = CASE WHEN EXISTS (SELECT 1 FROM ledger AS later
            WHERE later.actor_id = new.actor_id AND later.month = new.month
                AND later.person_checked IN (0, 1) AND later.at >= new.at
                AND (later.at, later.event_id, later.user_id)
                    > (new.at, new.event_id, new.user_id)
                AND later.origin = 'hold')
        THEN NULL ELSE (new.person_checked OR unchecked < unchecked_a_month)
            AND pair_a_month > (SELECT count(*) FROM ledger AS mark
                WHERE mark.user_id IN (new.user_id, new.actor_id) AND mark.month = new.month
                    AND mark.actor_id IN (new.user_id, new.actor_id) AND mark.origin = 'hold'
                    AND (mark.at, mark.event_id, mark.user_id)
                        < (new.at, new.event_id, new.user_id)
                    AND NOT EXISTS (SELECT 1 FROM ledger AS annulment
                        WHERE annulment.event_id = mark.event_id
                        AND annulment.user_id = mark.user_id AND annulment.n = mark.n + 1))
        END
        WHERE user_id = new.actor_id AND month = new.month;
    UPDATE karma_months SET paying = paying + last_pays
        WHERE user_id = new.actor_id AND month = new.month;
    INSERT INTO karma_months (user_id, month) SELECT new.actor_id, new.month
        WHERE NOT EXISTS (SELECT 1 FROM karma_months
            WHERE user_id = new.actor_id AND month = new.month);
    UPDATE karma_months SET paying = NULL
        WHERE user_id = new.user_id AND month = new.month
            AND EXISTS (SELECT 1 FROM ledger AS later
                WHERE later.user_id = new.actor_id AND later.month = new.month
                    AND later.actor_id = new.user_id AND later.origin = 'hold'
                    AND (later.at, later.event_id, later.user_id)
                        > (new.at, new.event_id, new.user_id));
END""",
}
FUNCTIONS = {
    "keep_ledger_of_marks": """DECLARE
    last integer;
    month timestamp := to_timestamp(NEW.at / 1000000) AT TIME ZONE 'UTC';
BEGIN
    SELECT max(n) INTO last FROM ledger WHERE event_id = NEW.event_id AND user_id = NEW.user_id;
    IF last % 2 = 1 THEN
        RAISE EXCEPTION 'duplicate key value violates unique constraint "pk_marks"'
            USING ERRCODE = 'unique_violation', CONSTRAINT = 'pk_marks';
    END IF;
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
    RETURN NEW;
END""",
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
    INSERT INTO karma_months (user_id, month, paying, unchecked, pair_a_month, unchecked_a_month)
        SELECT mark.actor_id, mark.month, 0, 0,
            coalesce((SELECT pair_a_month FROM karma_rules), 4),
            coalesce((SELECT unchecked_a_month FROM karma_rules), 100)
        WHERE NOT EXISTS (SELECT 1 FROM karma_months
                WHERE user_id = mark.actor_id AND month = mark.month)
            AND NOT EXISTS (SELECT 1 FROM ledger AS other
                WHERE other.actor_id = mark.actor_id AND other.month = mark.month
                    AND NOT (other.event_id = mark.event_id AND other.user_id = mark.user_id
                        AND other.n = mark.n));
    UPDATE karma_months SET unchecked = unchecked + (NOT mark.person_checked)::int,
        (paying, last_pays) = (SELECT paying + pays::int, pays FROM (
            SELECT CASE WHEN EXISTS (SELECT 1 FROM ledger AS later
                WHERE later.actor_id = mark.actor_id AND later.month = mark.month
                    AND later.person_checked IN (false, true) AND later.at >= mark.at
                    AND (later.at, later.event_id, later.user_id)
                        > (mark.at, mark.event_id, mark.user_id)
                    AND later.origin = 'hold')
            THEN NULL ELSE (mark.person_checked OR unchecked < unchecked_a_month)
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
                            AND annulment.n = other.n + 1))
            END AS pays OFFSET 0) AS counted)
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
}


def upgrade() -> None:
    op.add_column("karma_months", sa.Column("last_pays", sa.Boolean()))
    run = op.get_bind().exec_driver_sql
    if op.get_bind().dialect.name == "sqlite":
        for name in ("marks_of_ledger", "karma_of_marks"):
            run(f"DROP TRIGGER {name}")
        run("DROP TABLE marks")
        run(VIEW)
        for name, rest in ON_SQLITE.items():
            run(f"CREATE TRIGGER {name} {rest}")
        return
    run("DROP TRIGGER marks_of_ledger ON ledger")
    run("DROP FUNCTION keep_marks_of_ledger()")
    run("DROP TABLE marks")
    run(VIEW)
    for name, body in FUNCTIONS.items():
        signature = f"FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql"
        run(f"CREATE OR REPLACE {signature} AS $$\n{body}\n$$")
    run(
        """CREATE TRIGGER ledger_of_marks INSTEAD OF INSERT ON marks
    FOR EACH ROW EXECUTE FUNCTION keep_ledger_of_marks()"""
    )
