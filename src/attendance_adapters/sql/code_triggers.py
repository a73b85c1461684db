"""The triggers that give a code to each event that is written without one. Contract: 8.10.

The version before names none, and goes on making events while this one replaces it: so there is no
event without a code, at no moment, and nobody who reads one has to write.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, Table, event

from attendance_core.events import CODE_LENGTH, CODE_LETTERS

_COUNT: Final = len(CODE_LETTERS)
_CODE_ON_SQLITE: Final = " || ".join(
    [f"substr('{CODE_LETTERS}', abs(random() % {_COUNT}) + 1, 1)"] * CODE_LENGTH
)
_FREE_CODE_ON_SQLITE: Final = f"""(
        WITH RECURSIVE drawn(number, code) AS (
            SELECT 1, {_CODE_ON_SQLITE}
            UNION ALL SELECT number + 1, {_CODE_ON_SQLITE} FROM drawn
            WHERE EXISTS (SELECT 1 FROM events WHERE events.code = drawn.code)
        ) SELECT code FROM drawn ORDER BY number DESC LIMIT 1
    )"""
_ON_SQLITE: Final = tuple(
    f"""CREATE TRIGGER code_of_events_{name} AFTER {cause} ON events
    WHEN new.code IS NULL BEGIN
    UPDATE events SET code = {_FREE_CODE_ON_SQLITE} WHERE event_id = new.event_id AND code IS NULL;
END"""
    for name, cause in (("add", "INSERT"), ("put", "UPDATE"))
)
_ON_POSTGRES: Final = (
    f"""CREATE FUNCTION give_event_code() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    LOOP
        NEW.code := (
            SELECT string_agg(substr('{CODE_LETTERS}', floor(random() * {_COUNT})::int + 1, 1), '')
            FROM generate_series(1, {CODE_LENGTH})
        );
        EXIT WHEN NOT EXISTS (SELECT 1 FROM events WHERE code = NEW.code);
    END LOOP;
    RETURN NEW;
END
$$""",
    """CREATE TRIGGER code_of_events BEFORE INSERT OR UPDATE ON events
    FOR EACH ROW WHEN (NEW.code IS NULL) EXECUTE FUNCTION give_event_code()""",
)


def add_code_triggers(events: Table) -> None:
    """Has the triggers made with the table."""

    @event.listens_for(events, "after_create")
    def create_triggers(_: object, connection: Connection, **__: Any) -> None:
        is_sqlite = connection.dialect.name == "sqlite"
        for statement in _ON_SQLITE if is_sqlite else _ON_POSTGRES:
            connection.exec_driver_sql(statement)
