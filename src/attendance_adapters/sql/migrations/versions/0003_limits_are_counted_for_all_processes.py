"""Limits are counted for all processes."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tallies",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("taken", sa.LargeBinary(), nullable=False),
        sa.Column("under_way", sa.LargeBinary(), nullable=False),
        sa.Column("lapses_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_tallies")),
    )
    op.create_index(op.f("ix_tallies_lapses_at"), "tallies", ["lapses_at"])
