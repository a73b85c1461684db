"""Events have a code, which their short address ends in.

The database gives one to each event that is written without, by triggers: so the version before,
which runs beside this one while it is replaced, makes events that have one too, and no event is
ever read without. The events of old are written once for that, in batches: whoever has no code is
still to be given one, so that a process that dies is followed by one that goes on.
"""

from collections.abc import Iterator
from uuid import UUID

import sqlalchemy as sa

from attendance_adapters.sql import migration_steps

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 6
CODE_ON_SQLITE = " || ".join(
    [f"substr('{LETTERS}', abs(random() % {len(LETTERS)}) + 1, 1)"] * LENGTH
)
FREE_CODE_ON_SQLITE = f"""(
        WITH RECURSIVE drawn(number, code) AS (
            SELECT 1, {CODE_ON_SQLITE}
            UNION ALL SELECT number + 1, {CODE_ON_SQLITE} FROM drawn
            WHERE EXISTS (SELECT 1 FROM events WHERE events.code = drawn.code)
        ) SELECT code FROM drawn ORDER BY number DESC LIMIT 1
    )"""
TRIGGERS_ON_SQLITE = [
    f"""CREATE TRIGGER IF NOT EXISTS code_of_events_{name} AFTER {when} ON events
    WHEN new.code IS NULL BEGIN
    UPDATE events SET code = {FREE_CODE_ON_SQLITE} WHERE event_id = new.event_id AND code IS NULL;
END"""
    for name, when in (("add", "INSERT"), ("put", "UPDATE"))
]
FUNCTION = f"""CREATE OR REPLACE FUNCTION give_event_code() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    LOOP
        NEW.code := (
            SELECT string_agg(substr('{LETTERS}', floor(random() * {len(LETTERS)})::int + 1, 1), '')
            FROM generate_series(1, {LENGTH})
        );
        EXIT WHEN NOT EXISTS (SELECT 1 FROM events WHERE code = NEW.code);
    END LOOP;
    RETURN NEW;
END
$$"""
TRIGGER = """CREATE TRIGGER code_of_events BEFORE INSERT OR UPDATE ON events
    FOR EACH ROW WHEN (NEW.code IS NULL) EXECUTE FUNCTION give_event_code()"""
CODE_INDEX = "ON events (code) WHERE code IS NOT NULL"


def before_upgrade(connection: sa.Connection) -> Iterator[None]:
    """Stops wherever what it has done may be committed, and goes on whatever was done before.

    The index comes before the triggers, which look into it whether a code is free.
    """
    if connection.dialect.name == "sqlite":
        have_triggers_on_sqlite(connection)
        yield from give_on_sqlite(connection)
        return
    connection.exec_driver_sql("ALTER TABLE events ADD COLUMN IF NOT EXISTS code VARCHAR(6)")
    connection.commit()  # until then nobody can read or write the table
    migration_steps.build_index(connection, "uq_events_code", CODE_INDEX, unique=True)
    connection.exec_driver_sql(FUNCTION)
    connection.exec_driver_sql("DROP TRIGGER IF EXISTS code_of_events ON events")
    connection.exec_driver_sql(TRIGGER)
    connection.commit()
    yield from give_on_postgres(connection)


def upgrade() -> None:
    """Has nothing to do behind `before_upgrade`."""


def have_triggers_on_sqlite(connection: sa.Connection) -> None:
    if not any(each["name"] == "code" for each in sa.inspect(connection).get_columns("events")):
        connection.exec_driver_sql("ALTER TABLE events ADD COLUMN code VARCHAR(6)")
    connection.exec_driver_sql(f"CREATE UNIQUE INDEX IF NOT EXISTS uq_events_code {CODE_INDEX}")
    for trigger in TRIGGERS_ON_SQLITE:
        connection.exec_driver_sql(trigger)


def give_on_sqlite(connection: sa.Connection) -> Iterator[None]:
    behind, last = "code IS NULL AND event_id > ?", ""
    size = migration_steps.BATCH_SIZE
    find_batch = f"SELECT event_id FROM events WHERE {behind} ORDER BY event_id LIMIT {size}"
    find_last = f"SELECT max(event_id) FROM ({find_batch})"
    give = f"UPDATE events SET code = NULL WHERE {behind} AND event_id <= ?"  # to the trigger
    while (until := connection.exec_driver_sql(find_last, (last,)).scalar()) is not None:
        connection.exec_driver_sql(give, (last, until))
        yield
        last = until


def give_on_postgres(connection: sa.Connection) -> Iterator[None]:
    """Passes over rows that others have locked, so that nobody waits for both, and comes back."""
    find_batch = f"""SELECT event_id FROM events WHERE code IS NULL AND event_id > $1
    ORDER BY event_id LIMIT {migration_steps.BATCH_SIZE} FOR NO KEY UPDATE SKIP LOCKED"""
    give = f"UPDATE events SET code = NULL WHERE event_id IN ({find_batch}) RETURNING event_id"
    find_without_code = sa.text("SELECT 1 FROM events WHERE code IS NULL LIMIT 1")
    while connection.scalar(find_without_code) is not None:
        last = UUID(int=0)
        while given := connection.exec_driver_sql(give, (last,)).scalars().all():
            yield
            last = max(given)
        yield
