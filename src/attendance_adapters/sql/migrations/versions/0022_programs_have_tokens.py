"""People give tokens to programs: what each is for, and until when, is kept beside its session.

The session is named by a hash that no older version makes of a token: to such a one, running beside
this, whoever shows a token is nobody, and so its scopes are never passed over.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tokens",
        sa.Column("token_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("session_id", sa.String(length=64)),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("scopes", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger()),
        sa.ForeignKeyConstraint(["user_id"], ["accounts.user_id"], name=op.f("fk_tokens_user_id")),
        sa.PrimaryKeyConstraint("token_id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("session_id", name=op.f("uq_tokens_session_id")),
    )
    op.create_index(op.f("ix_tokens_user_id"), "tokens", ["user_id"])
    is_live = sa.text("session_id IS NOT NULL")
    op.create_index(
        op.f("ix_tokens_expires_at"),
        "tokens",
        ["expires_at"],
        sqlite_where=is_live,
        postgresql_where=is_live,
    )
