"""The tables of marking: places, and the sockets and leases of processes."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Uuid,
    literal_column,
)

from attendance_adapters.sql.column_types import BigId, InstantType
from attendance_adapters.sql.tables.schema import event_column, index_where, metadata, user_column

places = Table(
    "places",
    metadata,
    event_column(ondelete="CASCADE"),
    user_column(),
    Column("member", Boolean, nullable=False),
    Column("since", InstantType),
    Column("held_by", BigId),
    Column("held_until", InstantType),
    Column("version", BigInteger, nullable=False),
    Column("barred_marker", BigId),
    Column("barred_until", InstantType),
    Column("last_n", Integer, nullable=False, server_default="0"),
    PrimaryKeyConstraint("event_id", "user_id"),
    Index(None, "user_id"),
)
# Contract: 6.1, a marker holds at most one person in an event.
index_where(
    places.c.held_by.is_not(None),
    "uq_places_one_hold_a_marker",
    places.c.event_id,
    places.c.held_by,
    unique=True,
)
index_where(places.c.held_until.is_not(None), "ix_places_held_until", places.c.held_until)
index_where(places.c.since.is_not(None), "ix_places_listed", places.c.event_id, places.c.since)

processes = Table(
    "processes",
    metadata,
    Column("process_id", Uuid, primary_key=True),
    Column("renewed_at", InstantType, nullable=False),
    Column("unbroken_since", InstantType, nullable=False),
)

connections = Table(
    "connections",
    metadata,
    Column("connection_id", Uuid, primary_key=True),
    event_column(ondelete="CASCADE"),
    user_column(),
    Column("role", String(8), nullable=False),
    Column("process_id", Uuid, ForeignKey("processes.process_id"), nullable=False),
    Column("session_id", String(64), nullable=False),
    Column("lost_at", InstantType),
    Index(None, "event_id", "user_id"),
    Index(None, "event_id", "process_id"),
    Index(None, "process_id"),
    Index(None, "session_id"),
)
index_where(connections.c.lost_at.is_not(None), "ix_connections_lost_at", connections.c.lost_at)

# In words, as statements have it: an engine does not see it in a parameter
IS_MARKING = connections.c.role == literal_column("'marking'")
index_where(IS_MARKING, "ix_connections_marking", connections.c.event_id)
