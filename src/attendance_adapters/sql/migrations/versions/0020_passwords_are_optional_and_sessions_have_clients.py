"""A person may have no password, a session says what it was opened with, and is found by when.

A version before this one, which runs beside it for a while, takes no password for a wrong one, and
says nothing of what its sessions are opened with.
"""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from attendance_adapters.sql import migration_steps

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

CREATED_AT_INDEX = "ix_sessions_created_at"
# SQLite cannot let a column be empty that could not, and a table with so many that lean on it is
# better not made anew: it is the column that is
ON_SQLITE = (
    "ALTER TABLE accounts ADD COLUMN optional_hash VARCHAR",
    "UPDATE accounts SET optional_hash = password_hash",
    "ALTER TABLE accounts DROP COLUMN password_hash",
    "ALTER TABLE accounts RENAME COLUMN optional_hash TO password_hash",
)


def before_upgrade(connection: sa.Connection) -> Iterator[None]:
    """Builds PostgreSQL's index, by which those are found whose log-in was too long ago."""
    if connection.dialect.name == "postgresql":
        migration_steps.build_index(connection, CREATED_AT_INDEX, "ON sessions (created_at)")
    return iter(())


def upgrade() -> None:
    op.add_column(
        "sessions",
        sa.Column("client", sa.String(length=64), nullable=False, server_default=sa.text("''")),
    )
    if op.get_bind().dialect.name == "sqlite":
        op.create_index(CREATED_AT_INDEX, "sessions", ["created_at"])
        for statement in ON_SQLITE:
            op.execute(statement)
    else:
        op.alter_column("accounts", "password_hash", existing_type=sa.String(), nullable=True)
