"""Marks that were there before the ledger become entries of it, in batches.

Whoever has a mark and no entry is still to be written down, so that a process that dies is followed
by one that goes on. Of who was marked under what name nothing is known: from now on it is noted.
"""

from collections.abc import Iterator
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from attendance_adapters.sql import migration_steps

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

HAD_TICK = "judged_at IS NOT NULL AND (state = 'approved' OR reason = 'renamed')"
COLUMNS = "event_id, user_id, n, actor_id, at, month, origin, actor_checked, person_checked"
CHECKED = """EXISTS (SELECT 1 FROM scans WHERE scans.user_id = marks.marker_id
        AND state = 'approved' AND judged_at <= marks.at),
    EXISTS (SELECT 1 FROM profiles WHERE profiles.user_id = marks.user_id
        AND checked_at <= marks.at)"""
ADD_ENTRIES_ON_SQLITE = f"""INSERT INTO ledger ({COLUMNS})
SELECT marks.event_id, marks.user_id, 1, marker_id, at,
    CAST(strftime('%Y', at / 1000000, 'unixepoch') AS INTEGER) * 12
    + CAST(strftime('%m', at / 1000000, 'unixepoch') AS INTEGER) - 1, 'hold', {CHECKED}
FROM marks JOIN places USING (event_id, user_id)"""
ADD_ENTRIES_ON_POSTGRES = f"""INSERT INTO ledger ({COLUMNS})
SELECT marks.event_id, marks.user_id, 1, marker_id, at,
    extract(year FROM to_timestamp(at / 1000000) AT TIME ZONE 'UTC') * 12
    + extract(month FROM to_timestamp(at / 1000000) AT TIME ZONE 'UTC') - 1, 'hold', {CHECKED}
FROM marks JOIN batch USING (event_id, user_id)"""
NAME_TRIGGER_ON_SQLITE = """CREATE TRIGGER names_of_ledger AFTER INSERT ON ledger BEGIN
    INSERT INTO ledger_notes (event_id, user_id, n, marked_as)
        SELECT new.event_id, new.user_id, new.n,
            CASE WHEN new.origin IS NOT NULL THEN display_name END
        FROM profiles WHERE user_id = new.user_id;
END"""
NAME_TRIGGER_ON_POSTGRES = (
    """CREATE FUNCTION note_name_of_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ledger_notes (event_id, user_id, n, marked_as)
        SELECT NEW.event_id, NEW.user_id, NEW.n,
            CASE WHEN NEW.origin IS NOT NULL THEN display_name END
        FROM profiles WHERE user_id = NEW.user_id;
    RETURN NULL;
END
$$""",
    """CREATE TRIGGER names_of_ledger AFTER INSERT ON ledger
    FOR EACH ROW EXECUTE FUNCTION note_name_of_entry()""",
)


def before_upgrade(connection: sa.Connection) -> Iterator[None]:
    """Stops wherever what it has done may be committed, and goes on whatever was done before."""
    is_sqlite = connection.dialect.name == "sqlite"
    yield from note_ticks(connection)
    yield from (write_down_on_sqlite if is_sqlite else write_down_on_postgres)(connection)


def upgrade() -> None:
    connection = op.get_bind()
    is_sqlite = connection.dialect.name == "sqlite"
    for statement in (NAME_TRIGGER_ON_SQLITE,) if is_sqlite else NAME_TRIGGER_ON_POSTGRES:
        connection.exec_driver_sql(statement)


def note_ticks(connection: sa.Connection) -> Iterator[None]:
    """Notes who has the tick, or had it until they took another name, by their scans."""
    find_batch = sa.text(
        f"""SELECT scans.user_id FROM scans JOIN profiles USING (user_id)
        WHERE checked_at IS NULL AND {HAD_TICK}
        ORDER BY scans.user_id LIMIT {migration_steps.BATCH_SIZE}"""
    )
    note = sa.text(
        f"""UPDATE profiles SET checked_at = (SELECT judged_at FROM scans
            WHERE scans.user_id = profiles.user_id AND {HAD_TICK})
        WHERE checked_at IS NULL AND user_id IN :user_ids AND EXISTS (SELECT 1 FROM scans
            WHERE scans.user_id = profiles.user_id AND {HAD_TICK})"""
    ).bindparams(sa.bindparam("user_ids", expanding=True))
    while user_ids := connection.execute(find_batch).scalars().all():
        connection.execute(note, {"user_ids": user_ids})
        yield


def write_down_on_sqlite(connection: sa.Connection) -> Iterator[None]:
    event_id, user_id = "", 0
    behind = """last_n = 0 AND (event_id, user_id) > (?, ?) ORDER BY event_id, user_id"""
    find_batch = f"""SELECT event_id, user_id FROM marks JOIN places USING (event_id, user_id)
        WHERE {behind} LIMIT {migration_steps.BATCH_SIZE}"""
    in_batch = f"WHERE last_n = 0 AND (event_id, user_id) IN ({find_batch})"
    while keys := connection.exec_driver_sql(find_batch, (event_id, user_id)).all():
        connection.exec_driver_sql(f"{ADD_ENTRIES_ON_SQLITE} {in_batch}", (event_id, user_id))
        connection.exec_driver_sql(f"UPDATE places SET last_n = 1 {in_batch}", (event_id, user_id))
        yield
        event_id, user_id = keys[-1]


def write_down_on_postgres(connection: sa.Connection) -> Iterator[None]:
    """Passes over places that others have locked, so that nobody waits for both, and comes back."""
    write_down = f"""WITH batch AS (
    SELECT event_id, user_id FROM places
    WHERE last_n = 0 AND (event_id, user_id) > ($1, $2) AND EXISTS (SELECT 1 FROM marks
        WHERE marks.event_id = places.event_id AND marks.user_id = places.user_id)
    ORDER BY event_id, user_id LIMIT {migration_steps.BATCH_SIZE} FOR NO KEY UPDATE SKIP LOCKED
), entries AS ({ADD_ENTRIES_ON_POSTGRES})
UPDATE places SET last_n = 1 FROM batch
WHERE places.event_id = batch.event_id AND places.user_id = batch.user_id
RETURNING places.event_id, places.user_id"""
    find_not_written_down = sa.text(
        "SELECT 1 FROM marks JOIN places USING (event_id, user_id) WHERE last_n = 0 LIMIT 1"
    )
    while connection.scalar(find_not_written_down) is not None:
        last = (UUID(int=0), 0)
        while keys := connection.exec_driver_sql(write_down, last).all():
            yield
            last = max((event_id, user_id) for event_id, user_id in keys)
        yield
