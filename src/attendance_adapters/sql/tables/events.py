"""The tables of events, of who helps in one, and of the link of its board."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    Uuid,
)

from attendance_adapters.sql.code_triggers import add_code_triggers
from attendance_adapters.sql.column_types import InstantType, NameKey
from attendance_adapters.sql.tables.schema import event_column, index_where, metadata, user_column

events = Table(
    "events",
    metadata,
    Column("event_id", Uuid, primary_key=True),
    Column("name", String, nullable=False),
    Column("name_key", NameKey, nullable=False),
    user_column("creator_id"),
    Column("starts_at", InstantType, nullable=False),
    Column("ends_at", InstantType, nullable=False),
    Column("code", String(6)),  # `code_triggers` give one to whoever has none
    # An older version, which may run beside this one, adds events without it
    Column("who_marks", String(10), nullable=False, server_default="everybody"),
    UniqueConstraint("name_key"),
    Index(None, "creator_id"),
    Index(None, "starts_at", "name_key"),
    Index(None, "ends_at"),
)
# Contract: 8.10. With a condition it is no key to PostgreSQL: who joins an event does not wait for
# the migration to give it a code
index_where(events.c.code.is_not(None), "uq_events_code", events.c.code, unique=True)
add_code_triggers(events)

helpers = Table(
    "helpers",
    metadata,
    event_column(ondelete="CASCADE"),
    user_column(),
    Column("added_at", InstantType, nullable=False),
    PrimaryKeyConstraint("event_id", "user_id"),
    Index(None, "user_id"),
)

# The link of an event's board, by the hash of its secret. Contract: MakeBoardLink
boards = Table(
    "boards",
    metadata,
    Column("event_id", Uuid, ForeignKey("events.event_id", ondelete="CASCADE"), primary_key=True),
    Column("board_id", String(64), nullable=False),
    UniqueConstraint("board_id"),
)
