"""Accounts know browsers, and a scan says why it gives no tick any more."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("scans", sa.Column("reason", sa.String(length=32)))
    op.create_table(
        "known_browsers",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("browser_id", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["accounts.user_id"], name=op.f("fk_known_browsers_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", "browser_id", name=op.f("pk_known_browsers")),
    )
