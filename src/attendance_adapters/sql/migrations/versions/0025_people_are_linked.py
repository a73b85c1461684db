"""People log in by who they are elsewhere: each identity is of one person.

A version before this one, which runs beside it for a while, knows nothing of links, and leaves
those of an account that it deletes: each is removed when somebody comes by it, and is nobody's.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "links",
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("linked_at", sa.BigInteger(), nullable=False),
        sa.Column("scan_id", sa.Uuid()),
        sa.ForeignKeyConstraint(["user_id"], ["accounts.user_id"], name=op.f("fk_links_user_id")),
        sa.PrimaryKeyConstraint("kind", "issuer", "subject", name=op.f("pk_links")),
    )
    op.create_index(op.f("ix_links_user_id"), "links", ["user_id"])
    op.create_table(
        "link_requests",
        sa.Column("user_id", BIG_ID, nullable=False, autoincrement=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("session_id", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["accounts.user_id"], name=op.f("fk_link_requests_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_link_requests")),
    )
