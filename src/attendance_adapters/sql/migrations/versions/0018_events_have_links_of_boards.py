"""An event may have a link, by which whoever has it watches the counts on a board."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "boards",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("board_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.event_id"], name=op.f("fk_boards_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_boards")),
        sa.UniqueConstraint("board_id", name=op.f("uq_boards_board_id")),
    )
