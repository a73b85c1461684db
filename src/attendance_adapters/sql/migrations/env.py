"""How alembic runs one of our migrations: in the transaction that `migrate` has begun.

It commits the revision with what it did, so that one that fails leaves nothing behind.
"""

from alembic import context

from attendance_adapters.sql.search_index import is_declared
from attendance_adapters.sql.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
    include_name=is_declared,
)
context.run_migrations()
