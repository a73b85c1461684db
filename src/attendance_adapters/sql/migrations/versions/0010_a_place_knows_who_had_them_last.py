"""A place knows who had its person last without a mark, and leaves them to others for a while.

Whether there are others is asked of an index, which has only those who mark.
"""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from attendance_adapters.sql import migration_steps

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

NAME = "ix_connections_marking"
ONLY_MARKING = "role = 'marking'"


def before_upgrade(connection: sa.Connection) -> Iterator[None]:
    """Builds PostgreSQL's index, which is no part of a transaction."""
    if connection.dialect.name == "postgresql":
        definition = f"ON connections (event_id) WHERE {ONLY_MARKING}"
        migration_steps.build_index(connection, NAME, definition)
    return iter(())


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.create_index(NAME, "connections", ["event_id"], sqlite_where=sa.text(ONLY_MARKING))
    op.add_column(
        "places",
        sa.Column("barred_marker", sa.BigInteger().with_variant(sa.Integer(), "sqlite")),
    )
    op.add_column("places", sa.Column("barred_until", sa.BigInteger()))
