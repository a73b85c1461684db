"""The tables of who people are elsewhere, and of links that are about to be made."""

from __future__ import annotations

from sqlalchemy import Column, Index, PrimaryKeyConstraint, String, Table, Uuid

from attendance_adapters.sql.column_types import InstantType
from attendance_adapters.sql.tables.schema import metadata, user_column

# One person an identity; whoever comes from elsewhere, by a provider or by a host, is in it
links = Table(
    "links",
    metadata,
    Column("kind", String(8), nullable=False),
    Column("issuer", String(255), nullable=False),
    Column("subject", String(255), nullable=False),
    user_column(),
    Column("linked_at", InstantType, nullable=False),
    Column("scan_id", Uuid),  # of the tick that it gave
    PrimaryKeyConstraint("kind", "issuer", "subject"),
    Index(None, "user_id"),
)

# One a person, by the hash of the secret that comes back with them
link_requests = Table(
    "link_requests",
    metadata,
    user_column(primary_key=True, autoincrement=False),
    Column("request_id", String(64), nullable=False),
    Column("session_id", String(64), nullable=False),
    Column("made_at", InstantType, nullable=False),
)
