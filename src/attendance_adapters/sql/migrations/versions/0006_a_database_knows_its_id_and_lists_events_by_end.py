"""A database knows its id in a table of its own, and lists events by their end.

The id was kept like a tally that never lapses. Folders of files are marked with it, so it is
carried over; the tally stays, since an older version reads it.
"""

import struct
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from attendance_adapters.sql import migration_steps

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ID_AMONG_TALLIES = "SELECT taken FROM tallies WHERE key = 'id of this database'"
MICROSECONDS = 1_000_000  # the id's halves were kept as whole seconds


def before_upgrade(connection: sa.Connection) -> Iterator[None]:
    """Builds PostgreSQL's index, which is no part of a transaction."""
    if connection.dialect.name == "postgresql":
        migration_steps.build_index(connection, "ix_events_ends_at", "ON events (ends_at)")
    return iter(())


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        op.create_index(op.f("ix_events_ends_at"), "events", ["ends_at"])
    installation = op.create_table(
        "installation",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("database_id", sa.String(), nullable=False),
        sa.CheckConstraint("number = 1", name=op.f("ck_installation_only_row")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_installation")),
    )
    if taken := connection.scalar(sa.text(ID_AMONG_TALLIES)):
        halves = (half // MICROSECONDS for (half,) in struct.iter_unpack(">q", taken))
        database_id = "".join(f"{half:012x}" for half in halves)
        connection.execute(installation.insert().values(number=1, database_id=database_id))
