"""A place knows who had its person last without a mark, and leaves them to others for a while."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "places",
        sa.Column("barred_marker", sa.BigInteger().with_variant(sa.Integer(), "sqlite")),
    )
    op.add_column("places", sa.Column("barred_until", sa.BigInteger()))
