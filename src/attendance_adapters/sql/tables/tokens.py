"""The table of tokens: what programs were given, beside the sessions of those that let them in."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table, UniqueConstraint, Uuid

from attendance_adapters.sql.column_types import InstantType
from attendance_adapters.sql.tables.schema import index_where, metadata, user_column

tokens = Table(
    "tokens",
    metadata,
    Column("token_id", Uuid, primary_key=True),
    user_column(),
    Column("session_id", String(64)),  # none once that has ended
    Column("name", String, nullable=False),
    Column("scopes", String, nullable=False),  # in one text, with spaces between them
    Column("created_at", InstantType, nullable=False),
    Column("expires_at", InstantType, nullable=False),
    Column("used_at", InstantType),
    UniqueConstraint("session_id"),
    Index(None, "user_id"),
)
# Which of those that let somebody in have expired is asked every other second
index_where(tokens.c.session_id.is_not(None), "ix_tokens_expires_at", tokens.c.expires_at)
