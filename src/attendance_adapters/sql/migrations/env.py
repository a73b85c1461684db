"""How alembic runs our migrations: within one transaction, over the connection it is given."""

from alembic import context

from attendance_adapters.sql.search import is_ours
from attendance_adapters.sql.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    include_name=is_ours,
)
with context.begin_transaction():
    context.run_migrations()
