"""The table of what is limited."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table

from attendance_adapters.sql.column_types import InstantsType, InstantType
from attendance_adapters.sql.tables.schema import metadata

tallies = Table(
    "tallies",
    metadata,
    Column("key", String(32), primary_key=True),
    Column("taken", InstantsType, nullable=False),
    Column("under_way", InstantsType, nullable=False),
    Column("lapses_at", InstantType, nullable=False),
    Index(None, "lapses_at"),
)
