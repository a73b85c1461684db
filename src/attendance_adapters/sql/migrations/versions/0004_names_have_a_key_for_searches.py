"""Names have a key that they are searched by, which 0005 fills.

Before the first release, this one made the column and filled it, on PostgreSQL as a generated one:
0005 finds such databases too, and leaves all as one.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    collation = "" if connection.dialect.name == "sqlite" else ' COLLATE "C"'
    for table in ("profiles", "events"):
        connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN search_key VARCHAR{collation}")
