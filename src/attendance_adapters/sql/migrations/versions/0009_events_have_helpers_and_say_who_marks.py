"""Events say who may mark in them, and have helpers."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A version before this one, which runs beside it for a while, adds events without the column
    op.add_column(
        "events",
        sa.Column("who_marks", sa.String(length=10), nullable=False, server_default="everybody"),
    )
    op.create_table(
        "helpers",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["events.event_id"],
            name=op.f("fk_helpers_event_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["accounts.user_id"], name=op.f("fk_helpers_user_id")),
        sa.PrimaryKeyConstraint("event_id", "user_id", name=op.f("pk_helpers")),
    )
    op.create_index(op.f("ix_helpers_user_id"), "helpers", ["user_id"])
