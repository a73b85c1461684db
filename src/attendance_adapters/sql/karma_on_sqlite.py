"""The triggers of SQLite that keep karma: see `karma_triggers`."""

from __future__ import annotations

from typing import Final

_COUNT_MONTH: Final = """BEGIN
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
TRIGGERS: Final = {
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
    "karma_of_annulments": """AFTER INSERT ON ledger WHEN new.origin IS NULL BEGIN
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
END""",
    "karma_of_new_months": f"""AFTER INSERT ON karma_months WHEN new.paying IS NULL
{_COUNT_MONTH}""",
    "karma_of_months": f"""AFTER UPDATE OF paying ON karma_months WHEN new.paying IS NULL
{_COUNT_MONTH}""",
}
