"""People are listed by their name as searches fold it, which has ё beside е.

What an older version lists them by goes: it lists the same without that index, only slower.
"""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from attendance_adapters.sql import migration_steps

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

NEW = "ix_profiles_search_key_name_key_user_id"
COLUMNS = ["search_key", "name_key", "user_id"]
GONE = "ix_profiles_name_key_user_id"


def before_upgrade(connection: sa.Connection) -> Iterator[None]:
    """Builds and drops PostgreSQL's indexes, which is no part of a transaction."""
    if connection.dialect.name == "postgresql":
        migration_steps.build_index(connection, NEW, f"ON profiles ({', '.join(COLUMNS)})")
        migration_steps.drop_index(connection, GONE)
    return iter(())


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.create_index(NEW, "profiles", COLUMNS)
        op.drop_index(GONE)
