"""The tables of people: who they are to log in, and what they show of themselves."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Index,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    text,
)

from attendance_adapters.sql.column_types import BigId, InstantType, NameKey
from attendance_adapters.sql.tables.schema import metadata, user_column

accounts = Table(
    "accounts",
    metadata,
    Column("user_id", BigId, primary_key=True, autoincrement=True),
    Column("username", String, nullable=False),
    Column("username_key", String, nullable=False),
    Column("password_hash", String),  # none of whoever comes from elsewhere
    Column("created_at", InstantType, nullable=False),
    UniqueConstraint("username_key"),
    sqlite_autoincrement=True,
)

sessions = Table(
    "sessions",
    metadata,
    Column("session_id", String(64), primary_key=True),
    user_column(),
    # In the database it has the name that older versions know
    Column("credential", String(8), key="kind", nullable=False),  # of the credential
    Column("created_at", InstantType, nullable=False),
    Column("used_at", InstantType, nullable=False),
    # An older version, which runs beside this one, says nothing of it
    Column("client", String(64), nullable=False, server_default=text("''")),
    Index(None, "user_id"),
    Index(None, "created_at"),
)

known_browsers = Table(
    "known_browsers",
    metadata,
    user_column(),
    Column("browser_id", String(64), nullable=False),
    Column("used_at", InstantType, nullable=False),
    PrimaryKeyConstraint("user_id", "browser_id"),
)

# Each by the letters it begins with; its secret is hashed as slowly as a password
recovery_codes = Table(
    "recovery_codes",
    metadata,
    user_column(),
    Column("selector", String(2), nullable=False),
    Column("secret_hash", String, nullable=False),
    PrimaryKeyConstraint("user_id", "selector"),
)

# One link a person, by the hash of its secret
reset_links = Table(
    "reset_links",
    metadata,
    user_column(primary_key=True, autoincrement=False),
    Column("reset_id", String(64), nullable=False),
    Column("made_at", InstantType, nullable=False),
    UniqueConstraint("reset_id"),
)

profiles = Table(
    "profiles",
    metadata,
    user_column(primary_key=True, autoincrement=False),
    Column("display_name", String, nullable=False),
    Column("name_key", NameKey, nullable=False),
    Column("bio", String, nullable=False),
    Column("picture", String),
    Column("checked_at", InstantType),  # when the tick was first given: a trigger notes it
)

friendships = Table(
    "friendships",
    metadata,
    user_column("low_id"),
    user_column("high_id"),
    # In the database they have the names that older versions know
    Column("asker_id", BigId, key="requester_id", nullable=False),
    Column("asked_at", InstantType, key="requested_at", nullable=False),
    Column("accepted", Boolean, nullable=False),
    PrimaryKeyConstraint("low_id", "high_id"),
    CheckConstraint("low_id < high_id", name="smaller_first"),
    Index(None, "high_id"),
)
