"""The functions and triggers of PostgreSQL that keep karma: see `karma_triggers`."""

from __future__ import annotations

from typing import Final

FUNCTIONS: Final = {
    "keep_karma_of_ledger": """DECLARE
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
TRIGGERS: Final = {
    "karma_of_ledger": """AFTER INSERT ON ledger
    FOR EACH ROW EXECUTE FUNCTION keep_karma_of_ledger()""",
    "karma_of_months": """BEFORE INSERT OR UPDATE OF paying ON karma_months
    FOR EACH ROW WHEN (NEW.paying IS NULL) EXECUTE FUNCTION count_karma_of_month()""",
}
