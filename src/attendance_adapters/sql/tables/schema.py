"""How tables are declared: what constraints are called, and columns that several have.

Names of constraints are part of the schema: `refusals` goes by them.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, ForeignKey, Index, MetaData, Uuid, event

from attendance_adapters.sql.column_types import BigId

ONLY_ROW = 1  # number of the row of a table that has one
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def user_column(name: str = "user_id", **options: Any) -> Column[Any]:
    """Makes a column of the id of somebody who has an account."""
    return Column(name, BigId, ForeignKey("accounts.user_id"), nullable=False, **options)


def event_column(ondelete: str | None = None) -> Column[Any]:
    """Makes a column of the id of an event; ``ondelete`` says what its deletion does to the row."""
    event_key = ForeignKey("events.event_id", ondelete=ondelete)
    return Column("event_id", Uuid, event_key, nullable=False)


def index_where(condition: ColumnElement[bool], name: str, *columns: Any, **options: Any) -> None:
    """Declares an index of the rows of which this is true, the same on each engine."""
    Index(name, *columns, sqlite_where=condition, **options)


@event.listens_for(metadata, "before_create")
def _declare_on_postgres(_: MetaData, connection: Connection, **__: Any) -> None:
    """Has indexes there be of the rows that they are of on SQLite.

    An option of PostgreSQL's has SQLAlchemy import that dialect at once, over SQLite, too.
    """
    if connection.dialect.name == "postgresql":
        for table in metadata.tables.values():
            for index in table.indexes:
                condition = index.dialect_options["sqlite"]["where"]
                index.dialect_options["postgresql"]["where"] = condition
