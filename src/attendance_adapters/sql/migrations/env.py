"""How alembic runs our migrations: all in one transaction, against the URL it is given.

A migration that fails leaves nothing behind, so that it can be run again; of two at once the
second waits and finds nothing to do.
"""

from typing import Any

from alembic import context
from sqlalchemy import Connection, create_engine, event

from attendance_adapters.sql.tables import metadata

engine = create_engine(context.config.attributes["url"])


@event.listens_for(engine, "connect")
def by_hand(driver: Any, _record: object) -> None:
    """Python's driver would commit before each statement that defines something."""
    driver.isolation_level = None


@event.listens_for(engine, "begin")
def begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
