"""What the databases do by themselves for the ledger, as the migrations made it.

They refuse every change of an entry (Contract: 8.1), note the name that a person is marked under
(8.4) and when they had the tick first (8.3), whichever version of this code writes. The
version before finds the standing marks in `marks`, a view: they make an entry of what it adds
there, and refuse to delete an event with entries as it expects for one with marks.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, event

from attendance_adapters.sql.tables import metadata

# The standing marks, for the version before, and the 50 karma that it takes one by hold to pay.
# Nothing here reads it or adds to it, and the next release drops it
_MARKS: Final = """CREATE VIEW marks AS SELECT event_id, user_id, actor_id AS marker_id, at,
    CASE origin WHEN 'hold' THEN 50 ELSE 0 END AS points
FROM ledger AS mark
WHERE origin IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ledger AS annulment
    WHERE annulment.event_id = mark.event_id AND annulment.user_id = mark.user_id
        AND annulment.n = mark.n + 1)"""
# By name: when it fires, and what it does
_ON_SQLITE: Final = {
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
    "names_of_ledger": """AFTER INSERT ON ledger BEGIN
    INSERT INTO ledger_notes (event_id, user_id, n, marked_as)
        SELECT new.event_id, new.user_id, new.n,
            CASE WHEN new.origin IS NOT NULL THEN display_name END
        FROM profiles WHERE user_id = new.user_id;
END""",
}
_FUNCTIONS: Final = {
    "refuse_change_of_ledger": """BEGIN
    RAISE EXCEPTION 'an entry of the ledger is never changed'
        USING ERRCODE = 'restrict_violation';
END""",
    "note_first_tick": """BEGIN
    UPDATE profiles SET checked_at = coalesce(NEW.judged_at, NEW.uploaded_at)
        WHERE user_id = NEW.user_id AND checked_at IS NULL;
    RETURN NULL;
END""",
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
    "note_name_of_entry": """BEGIN
    INSERT INTO ledger_notes (event_id, user_id, n, marked_as)
        SELECT NEW.event_id, NEW.user_id, NEW.n,
            CASE WHEN NEW.origin IS NOT NULL THEN display_name END
        FROM profiles WHERE user_id = NEW.user_id;
    RETURN NULL;
END""",
    "keep_event_with_entries": """BEGIN
    IF EXISTS (SELECT 1 FROM ledger WHERE event_id = OLD.event_id) THEN
        RAISE EXCEPTION 'an event with entries of the ledger stays'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'fk_marks_event_id';
    END IF;
    RETURN OLD;
END""",
}
_ON_POSTGRES: Final = {
    "ledger_is_never_changed": """BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_ledger()""",
    "first_tick_of_scans": """AFTER INSERT OR UPDATE OF state ON scans
    FOR EACH ROW WHEN (NEW.state = 'approved') EXECUTE FUNCTION note_first_tick()""",
    "ledger_of_marks": """INSTEAD OF INSERT ON marks
    FOR EACH ROW EXECUTE FUNCTION keep_ledger_of_marks()""",
    "names_of_ledger": """AFTER INSERT ON ledger
    FOR EACH ROW EXECUTE FUNCTION note_name_of_entry()""",
    "events_with_entries_stay": """BEFORE DELETE ON events
    FOR EACH ROW EXECUTE FUNCTION keep_event_with_entries()""",
}


@event.listens_for(metadata, "after_create")
def _create_triggers(_: object, connection: Connection, **__: object) -> None:
    connection.exec_driver_sql(_MARKS)
    if connection.dialect.name == "sqlite":
        for name, rest in _ON_SQLITE.items():
            connection.exec_driver_sql(f"CREATE TRIGGER {name} {rest}")
        return
    for name, body in _FUNCTIONS.items():
        connection.exec_driver_sql(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$\n{body}\n$$"
        )
    for name, rest in _ON_POSTGRES.items():
        connection.exec_driver_sql(f"CREATE TRIGGER {name} {rest}")
