"""The entries of an event are found by their time, and those of two people in a month at once.

So the newest are read and no others, and a mark counts what it has to and no more. What nothing is
found by any more goes: each index is written with every mark.
"""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from attendance_adapters.sql import migration_steps

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

NEW = {
    "ix_ledger_event_id_at_user_id_n": ["event_id", "at", "user_id", "n"],
    "ix_ledger_user_id_month_actor_id": ["user_id", "month", "actor_id"],
}
GONE = ("ix_ledger_user_id_month", "ix_ledger_notes_user_id")


def before_upgrade(connection: sa.Connection) -> Iterator[None]:
    """Builds and drops PostgreSQL's indexes, which is no part of a transaction."""
    if connection.dialect.name == "postgresql":
        for name, columns in NEW.items():
            migration_steps.build_index(connection, name, f"ON ledger ({', '.join(columns)})")
        for name in GONE:
            migration_steps.drop_index(connection, name)
    return iter(())


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name, columns in NEW.items():
            op.create_index(name, "ledger", columns)
        for name in GONE:
            op.drop_index(name)
