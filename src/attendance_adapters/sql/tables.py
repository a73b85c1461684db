"""The tables.

Names of constraints are part of the schema: `refusals` goes by them.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    Uuid,
    literal_column,
)

from attendance_adapters.sql.code_triggers import add_code_triggers
from attendance_adapters.sql.column_types import BigId, InstantsType, InstantType, NameKey

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


def _user_column(name: str = "user_id", **options: Any) -> Column[Any]:
    return Column(name, BigId, ForeignKey("accounts.user_id"), nullable=False, **options)


def _index_where(condition: ColumnElement[bool], name: str, *columns: Any, **options: Any) -> None:
    """Declares an index of the rows of which this is true, the same on each engine."""
    Index(name, *columns, sqlite_where=condition, postgresql_where=condition, **options)


def _event_column(**options: Any) -> Column[Any]:
    return Column("event_id", Uuid, ForeignKey("events.event_id", **options), nullable=False)


accounts = Table(
    "accounts",
    metadata,
    Column("user_id", BigId, primary_key=True, autoincrement=True),
    Column("username", String, nullable=False),
    Column("username_key", String, nullable=False),
    Column("password_hash", String, nullable=False),
    Column("created_at", InstantType, nullable=False),
    UniqueConstraint("username_key"),
    sqlite_autoincrement=True,
)

sessions = Table(
    "sessions",
    metadata,
    Column("session_id", String(64), primary_key=True),
    _user_column(),
    Column("credential", String(8), nullable=False),
    Column("created_at", InstantType, nullable=False),
    Column("used_at", InstantType, nullable=False),
    Index(None, "user_id"),
)

known_browsers = Table(
    "known_browsers",
    metadata,
    _user_column(),
    Column("browser_id", String(64), nullable=False),
    Column("used_at", InstantType, nullable=False),
    PrimaryKeyConstraint("user_id", "browser_id"),
)

profiles = Table(
    "profiles",
    metadata,
    _user_column(primary_key=True, autoincrement=False),
    Column("display_name", String, nullable=False),
    Column("name_key", NameKey, nullable=False),
    Column("bio", String, nullable=False),
    Column("picture", String),
    Column("checked_at", InstantType),  # when the tick was first given: a trigger notes it
    Index(None, "name_key", "user_id"),
)

scans = Table(
    "scans",
    metadata,
    _user_column(primary_key=True, autoincrement=False),
    Column("file", String, nullable=False),
    Column("uploaded_at", InstantType, nullable=False),
    Column("state", String(8), nullable=False),
    Column("judged_at", InstantType),
    Column("reason", String(32)),
)

friendships = Table(
    "friendships",
    metadata,
    _user_column("low_id"),
    _user_column("high_id"),
    Column("asker_id", BigId, nullable=False),
    Column("asked_at", InstantType, nullable=False),
    Column("accepted", Boolean, nullable=False),
    PrimaryKeyConstraint("low_id", "high_id"),
    CheckConstraint("low_id < high_id", name="smaller_first"),
    Index(None, "high_id"),
)

events = Table(
    "events",
    metadata,
    Column("event_id", Uuid, primary_key=True),
    Column("name", String, nullable=False),
    Column("name_key", NameKey, nullable=False),
    _user_column("creator_id"),
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
_index_where(events.c.code.is_not(None), "uq_events_code", events.c.code, unique=True)
add_code_triggers(events)

helpers = Table(
    "helpers",
    metadata,
    _event_column(ondelete="CASCADE"),
    _user_column(),
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

places = Table(
    "places",
    metadata,
    _event_column(ondelete="CASCADE"),
    _user_column(),
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
_index_where(
    places.c.held_by.is_not(None),
    "uq_places_one_hold_a_marker",
    places.c.event_id,
    places.c.held_by,
    unique=True,
)
_index_where(places.c.held_until.is_not(None), "ix_places_held_until", places.c.held_until)
_index_where(places.c.since.is_not(None), "ix_places_listed", places.c.event_id, places.c.since)

# Contract: 8.1. Triggers refuse every change of an entry, and keep `ledger_notes`. It has no row
# id, which `INSERT OR REPLACE` could name instead of the key. It holds the event.
ledger = Table(
    "ledger",
    metadata,
    _event_column(),
    _user_column(),
    Column("n", Integer, nullable=False),
    Column("previous_n", Integer),
    _user_column("actor_id"),
    Column("at", InstantType, nullable=False),
    Column("month", Integer, nullable=False),
    Column("origin", String(4)),
    Column("actor_checked", Boolean, nullable=False),
    Column("person_checked", Boolean, nullable=False),
    Column("reason", String(16)),
    PrimaryKeyConstraint("event_id", "user_id", "n"),
    ForeignKeyConstraint(
        ["event_id", "user_id", "previous_n"],
        ["ledger.event_id", "ledger.user_id", "ledger.n"],
        name="fk_ledger_previous",
    ),
    CheckConstraint(
        "n = 1 AND previous_n IS NULL OR n > 1 AND previous_n IS NOT NULL AND previous_n = n - 1",
        name="follows",
    ),
    CheckConstraint(
        "n % 2 = 1 AND origin IS NOT NULL AND reason IS NULL"
        " OR n % 2 = 0 AND origin IS NULL AND reason IS NOT NULL",
        name="kind",
    ),
    CheckConstraint("n % 2 = 0 OR actor_id <> user_id", name="by_another"),
    Index(None, "actor_id", "month", "person_checked", "at"),
    Index(None, "user_id", "month", "actor_id"),
    Index(None, "event_id", "at", "user_id", "n"),
    sqlite_with_rowid=False,
)

# What is erased with an account, beside the entries
ledger_notes = Table(
    "ledger_notes",
    metadata,
    Column("event_id", Uuid, nullable=False),
    Column("user_id", BigId, nullable=False),
    Column("n", Integer, nullable=False),
    Column("marked_as", String),
    Column("note", String),
    PrimaryKeyConstraint("event_id", "user_id", "n"),
    ForeignKeyConstraint(
        ["event_id", "user_id", "n"],
        ["ledger.event_id", "ledger.user_id", "ledger.n"],
        name="fk_ledger_notes_entry",
    ),
)

# What the marks that somebody made in a month pay: a projection of the ledger, kept by triggers
# (`karma_triggers`). Where `paying` is null the database counts at once, by `karma_rules`
karma_months = Table(
    "karma_months",
    metadata,
    _user_column(),
    Column("month", Integer, nullable=False),
    Column("paying", Integer),  # how many of their marks pay
    Column("unchecked", Integer),  # how many stand of people who had never had a tick by then
    Column("pair_a_month", Integer),  # the rule they were counted by
    Column("unchecked_a_month", Integer),
    Column("last_pays", Boolean),  # whether the mark that was added last does; null: count it
    PrimaryKeyConstraint("user_id", "month"),
)

# The rule that months are counted by, in one row; without it the usual one
karma_rules = Table(
    "karma_rules",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("pair_a_month", Integer, nullable=False),
    Column("unchecked_a_month", Integer, nullable=False),
    CheckConstraint("number = 1", name="only_row"),
)

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
    _event_column(ondelete="CASCADE"),
    _user_column(),
    Column("role", String(8), nullable=False),
    Column("process_id", Uuid, ForeignKey("processes.process_id"), nullable=False),
    Column("session_id", String(64), nullable=False),
    Column("lost_at", InstantType),
    Index(None, "event_id", "user_id"),
    Index(None, "event_id", "process_id"),
    Index(None, "process_id"),
    Index(None, "session_id"),
)
_index_where(connections.c.lost_at.is_not(None), "ix_connections_lost_at", connections.c.lost_at)

# In words, as statements have it: an engine does not see it in a parameter
IS_MARKING = connections.c.role == literal_column("'marking'")
_index_where(IS_MARKING, "ix_connections_marking", connections.c.event_id)

tallies = Table(
    "tallies",
    metadata,
    Column("key", String(32), primary_key=True),
    Column("taken", InstantsType, nullable=False),
    Column("under_way", InstantsType, nullable=False),
    Column("lapses_at", InstantType, nullable=False),
    Index(None, "lapses_at"),
)

# What a database knows of itself, in one row
installation = Table(
    "installation",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("database_id", String, nullable=False),
    CheckConstraint("number = 1", name="only_row"),
)
