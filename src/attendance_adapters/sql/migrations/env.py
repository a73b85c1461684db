"""Has alembic run one of our migrations, in a transaction that `migrate` begins and commits.

The number of the revision is committed with what it did, so one that fails leaves nothing behind.
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
