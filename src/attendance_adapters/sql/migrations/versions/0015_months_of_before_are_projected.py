"""The months of before are counted for the projection of karma, in batches.

A month of a marker that has no row is still to be counted, so that a process that dies is followed
by one that goes on.
"""

from collections.abc import Iterator

import sqlalchemy as sa

from attendance_adapters.sql import migration_steps

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def before_upgrade(connection: sa.Connection) -> Iterator[None]:
    """Stops wherever what it has done may be committed, and goes on whatever was done before."""
    find_batch = sa.text(
        """SELECT DISTINCT actor_id, month FROM ledger
        WHERE (actor_id, month) > (:actor_id, :month) AND origin = 'hold'
            AND NOT EXISTS (SELECT 1 FROM karma_months
                WHERE karma_months.user_id = ledger.actor_id
                AND karma_months.month = ledger.month)
        ORDER BY actor_id, month LIMIT :batch_size"""
    )
    # Whoever adds an entry meanwhile locks its people, too, and may have counted the month
    lock = sa.text("SELECT pg_advisory_xact_lock(-CAST(:actor_id AS bigint))")
    add_month = sa.text(
        """INSERT INTO karma_months (user_id, month)
        SELECT CAST(:actor_id AS bigint), CAST(:month AS integer)
        WHERE NOT EXISTS (SELECT 1 FROM karma_months
            WHERE user_id = :actor_id AND month = :month)"""
    )
    last = {"actor_id": 0, "month": 0}
    batch_size = migration_steps.BATCH_SIZE // 10  # a month has some dozens of marks
    while months := connection.execute(find_batch, {**last, "batch_size": batch_size}).all():
        for actor_id, month in months:
            last = {"actor_id": actor_id, "month": month}
            if connection.dialect.name == "postgresql":
                connection.execute(lock, {"actor_id": actor_id})
            connection.execute(add_month, last)
        yield


def upgrade() -> None:
    """Has nothing to do behind `before_upgrade`."""
