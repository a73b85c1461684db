"""The table of what a database knows of itself."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Integer, String, Table

from attendance_adapters.sql.tables.schema import metadata

# What a database knows of itself, in one row
installation = Table(
    "installation",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("database_id", String, nullable=False),
    CheckConstraint("number = 1", name="only_row"),
)
