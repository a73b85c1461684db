"""What an annulled mark paid is taken off by itself, and its month is not counted anew.

Whoever had marked many people in a month had all of these counted with each annulment, for 20 ms of
the one that writes where they were 15 000: a confirm of somebody else waited for it. A version
before this one, which runs beside it for a while, has nothing to do with it.
"""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

NAME = "karma_of_annulments"
ON_SQLITE = """AFTER INSERT ON ledger WHEN new.origin IS NULL BEGIN
    UPDATE karma_months SET (paying, unchecked) = (
        SELECT CASE WHEN pairs >= 1 AND pairs = karma_months.pair_a_month
                AND uncheckeds >= 1 AND uncheckeds = karma_months.unchecked_a_month
            THEN karma_months.paying
                - (gone.actor_id = karma_months.user_id
                    AND (last_of_two.at IS NULL OR (gone.at, gone.event_id, gone.user_id)
                        < (last_of_two.at, last_of_two.event_id, last_of_two.user_id))
                    AND (gone.person_checked OR last_paid.at IS NULL
                        OR (gone.at, gone.event_id, gone.user_id)
                        < (last_paid.at, last_paid.event_id, last_paid.user_id)))
                + (last_of_two.at IS NOT NULL AND last_of_two.actor_id = karma_months.user_id
                    AND (gone.at, gone.event_id, gone.user_id)
                        < (last_of_two.at, last_of_two.event_id, last_of_two.user_id)
                    AND (last_of_two.person_checked OR last_paid.at IS NULL
                        OR (last_of_two.at, last_of_two.event_id, last_of_two.user_id)
                        <= (last_paid.at, last_paid.event_id, last_paid.user_id)))
                + (last_paid.at IS NOT NULL AND gone.actor_id = karma_months.user_id
                    AND NOT gone.person_checked
                    AND (gone.at, gone.event_id, gone.user_id)
                        < (last_paid.at, last_paid.event_id, last_paid.user_id)
                    AND NOT (last_of_two.at IS NOT NULL
                        AND (last_of_two.event_id, last_of_two.user_id)
                            = (last_paid.event_id, last_paid.user_id))
                    AND pairs > (SELECT count(*) FROM ledger AS mark
                        WHERE mark.user_id IN (last_paid.user_id, last_paid.actor_id)
                            AND mark.month = gone.month
                            AND mark.actor_id IN (last_paid.user_id, last_paid.actor_id)
                            AND mark.origin = 'hold'
                            AND (mark.at, mark.event_id, mark.user_id)
                                < (last_paid.at, last_paid.event_id, last_paid.user_id)
                            AND NOT EXISTS (SELECT 1 FROM ledger AS annulment
                                WHERE annulment.event_id = mark.event_id
                                AND annulment.user_id = mark.user_id
                                AND annulment.n = mark.n + 1)))
            END,
            karma_months.unchecked
                - (gone.actor_id = karma_months.user_id AND NOT gone.person_checked)
        FROM (SELECT coalesce(max(pair_a_month), 4) AS pairs,
                coalesce(max(unchecked_a_month), 100) AS uncheckeds FROM karma_rules)
        JOIN ledger AS gone ON gone.event_id = new.event_id
            AND gone.user_id = new.user_id AND gone.n = new.n - 1
        LEFT JOIN (SELECT mark.at, mark.event_id, mark.user_id, mark.actor_id,
                mark.person_checked
            FROM ledger AS one JOIN ledger AS mark
                ON mark.user_id IN (one.user_id, one.actor_id) AND mark.month = one.month
                AND mark.actor_id IN (one.user_id, one.actor_id)
            WHERE one.event_id = new.event_id AND one.user_id = new.user_id
                AND one.n = new.n - 1 AND mark.origin = 'hold'
                AND NOT EXISTS (SELECT 1 FROM ledger AS annulment
                    WHERE annulment.event_id = mark.event_id
                    AND annulment.user_id = mark.user_id AND annulment.n = mark.n + 1)
            ORDER BY mark.at, mark.event_id, mark.user_id
            LIMIT 1 OFFSET (SELECT coalesce(max(pair_a_month), 4) - 1 FROM karma_rules)
        ) AS last_of_two ON true
        LEFT JOIN (SELECT mark.at, mark.event_id, mark.user_id, mark.actor_id
            FROM ledger AS mark
            WHERE karma_months.unchecked
                    >= (SELECT coalesce(max(unchecked_a_month), 100) FROM karma_rules)
                AND mark.actor_id = karma_months.user_id AND mark.month = karma_months.month
                AND mark.person_checked = 0 AND mark.origin = 'hold'
                AND NOT EXISTS (SELECT 1 FROM ledger AS annulment
                    WHERE annulment.event_id = mark.event_id
                    AND annulment.user_id = mark.user_id AND annulment.n = mark.n + 1)
            ORDER BY mark.at, mark.event_id, mark.user_id
            LIMIT 1 OFFSET (SELECT coalesce(max(unchecked_a_month), 100) - 1 FROM karma_rules)
        ) AS last_paid ON true)
    WHERE (user_id, month) IN (
        SELECT actor_id, month FROM ledger WHERE event_id = new.event_id
            AND user_id = new.user_id AND n = new.n - 1 AND origin = 'hold'
        UNION ALL SELECT user_id, month FROM ledger WHERE event_id = new.event_id
            AND user_id = new.user_id AND n = new.n - 1 AND origin = 'hold');
END"""
ON_POSTGRES = """DECLARE
    mark ledger := NEW;
    last_of_two ledger;
    pairs bigint;
    uncheckeds bigint;
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
        SELECT coalesce(max(pair_a_month), 4), coalesce(max(unchecked_a_month), 100)
            INTO pairs, uncheckeds FROM karma_rules;
        IF pairs < 1 OR uncheckeds < 1 THEN
            UPDATE karma_months SET paying = NULL
                WHERE user_id IN (mark.actor_id, mark.user_id) AND month = mark.month;
            RETURN NULL;
        END IF;
        SELECT other.* INTO last_of_two FROM ledger AS other
            WHERE other.user_id IN (mark.user_id, mark.actor_id) AND other.month = mark.month
                AND other.actor_id IN (mark.user_id, mark.actor_id) AND other.origin = 'hold'
                AND NOT EXISTS (SELECT 1 FROM ledger AS annulment
                    WHERE annulment.event_id = other.event_id
                    AND annulment.user_id = other.user_id AND annulment.n = other.n + 1)
            ORDER BY other.at, other.event_id, other.user_id LIMIT 1 OFFSET pairs - 1;
        UPDATE karma_months SET (paying, unchecked) = (
            SELECT CASE WHEN pairs = karma_months.pair_a_month
                    AND uncheckeds = karma_months.unchecked_a_month
                THEN karma_months.paying
                    - (mark.actor_id = karma_months.user_id
                        AND (last_of_two.at IS NULL OR (mark.at, mark.event_id, mark.user_id)
                            < (last_of_two.at, last_of_two.event_id, last_of_two.user_id))
                        AND (mark.person_checked OR last_paid.at IS NULL
                            OR (mark.at, mark.event_id, mark.user_id)
                            < (last_paid.at, last_paid.event_id, last_paid.user_id)))::int
                    + (last_of_two.at IS NOT NULL AND last_of_two.actor_id = karma_months.user_id
                        AND (mark.at, mark.event_id, mark.user_id)
                            < (last_of_two.at, last_of_two.event_id, last_of_two.user_id)
                        AND (last_of_two.person_checked OR last_paid.at IS NULL
                            OR (last_of_two.at, last_of_two.event_id, last_of_two.user_id)
                            <= (last_paid.at, last_paid.event_id, last_paid.user_id)))::int
                    + (last_paid.at IS NOT NULL AND mark.actor_id = karma_months.user_id
                        AND NOT mark.person_checked
                        AND (mark.at, mark.event_id, mark.user_id)
                            < (last_paid.at, last_paid.event_id, last_paid.user_id)
                        AND NOT (last_of_two.at IS NOT NULL
                            AND (last_of_two.event_id, last_of_two.user_id)
                                = (last_paid.event_id, last_paid.user_id))
                        AND pairs > (SELECT count(*) FROM ledger AS other
                            WHERE other.user_id IN (last_paid.user_id, last_paid.actor_id)
                                AND other.month = mark.month
                                AND other.actor_id IN (last_paid.user_id, last_paid.actor_id)
                                AND other.origin = 'hold'
                                AND (other.at, other.event_id, other.user_id)
                                    < (last_paid.at, last_paid.event_id, last_paid.user_id)
                                AND NOT EXISTS (SELECT 1 FROM ledger AS annulment
                                    WHERE annulment.event_id = other.event_id
                                    AND annulment.user_id = other.user_id
                                    AND annulment.n = other.n + 1)))::int
                END,
                karma_months.unchecked
                    - (mark.actor_id = karma_months.user_id AND NOT mark.person_checked)::int
            FROM (SELECT 1) AS once
            LEFT JOIN (SELECT other.at, other.event_id, other.user_id, other.actor_id
                FROM ledger AS other
                WHERE karma_months.unchecked >= uncheckeds
                    AND other.actor_id = karma_months.user_id
                    AND other.month = karma_months.month
                    AND NOT other.person_checked AND other.origin = 'hold'
                    AND NOT EXISTS (SELECT 1 FROM ledger AS annulment
                        WHERE annulment.event_id = other.event_id
                        AND annulment.user_id = other.user_id
                        AND annulment.n = other.n + 1)
                ORDER BY other.at, other.event_id, other.user_id
                LIMIT 1 OFFSET uncheckeds - 1) AS last_paid ON true)
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
END"""


def upgrade() -> None:
    run = op.get_bind().exec_driver_sql
    if op.get_bind().dialect.name == "sqlite":
        run(f"DROP TRIGGER {NAME}")
        run(f"CREATE TRIGGER {NAME} {ON_SQLITE}")
        return
    signature = "FUNCTION keep_karma_of_ledger() RETURNS trigger LANGUAGE plpgsql"
    run(f"CREATE OR REPLACE {signature} AS $$\n{ON_POSTGRES}\n$$")
