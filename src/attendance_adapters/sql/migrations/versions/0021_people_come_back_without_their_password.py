"""People get in without their password: by codes of their own, or by a link of an operator's.

An older version knows nothing of either, and needs to know nothing.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "recovery_codes",
        sa.Column("user_id", NUMBER, nullable=False),
        sa.Column("selector", sa.String(length=2), nullable=False),
        sa.Column("secret_hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["accounts.user_id"], name=op.f("fk_recovery_codes_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", "selector", name=op.f("pk_recovery_codes")),
    )
    op.create_table(
        "reset_links",
        sa.Column("user_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("reset_id", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["accounts.user_id"], name=op.f("fk_reset_links_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_reset_links")),
        sa.UniqueConstraint("reset_id", name=op.f("uq_reset_links_reset_id")),
    )
