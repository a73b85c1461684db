"""How alembic runs our migrations: all in one transaction, over the connection it is given.

One that fails leaves nothing behind, so that it can be run again.
"""

from alembic import context

from attendance_adapters.sql.search import is_declared
from attendance_adapters.sql.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
    include_name=is_declared,
)
with context.begin_transaction():
    context.run_migrations()
