"""What a moderator did with scans is found by who they are, for whoever takes their data along.

A version before this one, which runs beside it for a while, asks for none of that.
"""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from attendance_adapters.sql import migration_steps

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

BY_ACTOR = "ix_audit_log_actor_id_n"
DEFINITION = "ON audit_log (actor_id, n) WHERE actor_id IS NOT NULL"


def before_upgrade(connection: sa.Connection) -> Iterator[None]:
    """Builds PostgreSQL's index, which is no part of a transaction."""
    if connection.dialect.name == "postgresql":
        migration_steps.build_index(connection, BY_ACTOR, DEFINITION)
    return iter(())


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"CREATE INDEX {BY_ACTOR} {DEFINITION}")
