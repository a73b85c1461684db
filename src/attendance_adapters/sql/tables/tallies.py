"""The table of tallies: how much of what is limited counts against whom."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table

from attendance_adapters.sql.column_types import InstantsType, InstantType
from attendance_adapters.sql.tables.schema import metadata

tallies = Table(
    "tallies",
    metadata,
    Column("key", String(32), primary_key=True),  # as `limits.key_of` makes it
    Column("taken", InstantsType, nullable=False),  # when each was done that counts
    Column("under_way", InstantsType, nullable=False),  # when each try began that goes on
    Column("lapses_at", InstantType, nullable=False),  # from when on nothing of it counts
    Index(None, "lapses_at"),
)
