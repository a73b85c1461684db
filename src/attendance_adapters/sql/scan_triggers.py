"""The triggers of scans: each has an id, and it is noted which files no pending one has.

The version before writes neither, and goes on taking in and judging scans while this one replaces
it. Contract: 9.8, 9.9.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, Table, event

_ON_SQLITE: Final = {
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
_GIVE_ID: Final = """CREATE FUNCTION give_scan_id() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.scan_id := gen_random_uuid();
    RETURN NEW;
END
$$"""
_DISCARD: Final = """CREATE FUNCTION discard_scans() RETURNS trigger LANGUAGE plpgsql AS $$
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
_ON_POSTGRES: Final = (
    _GIVE_ID,
    _DISCARD,
    """CREATE TRIGGER id_of_scans BEFORE INSERT ON scans
    FOR EACH ROW WHEN (NEW.scan_id IS NULL) EXECUTE FUNCTION give_scan_id()""",
    """CREATE TRIGGER discards_scans AFTER INSERT OR DELETE OR UPDATE OF file, state ON scans
    FOR EACH ROW EXECUTE FUNCTION discard_scans()""",
)


def add_scan_triggers(scans: Table) -> None:
    """Has the triggers made with the table."""

    @event.listens_for(scans, "after_create")
    def create_triggers(_: object, connection: Connection, **__: Any) -> None:
        if connection.dialect.name == "sqlite":
            for name, rest in _ON_SQLITE.items():
                connection.exec_driver_sql(f"CREATE TRIGGER {name} {rest}")
            return
        for statement in _ON_POSTGRES:
            connection.exec_driver_sql(statement)
