"""The tables of the ledger, and of what its marks pay."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Uuid,
)

from attendance_adapters.sql.column_types import BigId, InstantType
from attendance_adapters.sql.tables.schema import event_column, metadata, user_column

# Contract: 8.1. Triggers refuse every change of an entry, and keep `ledger_notes`. It has no row
# id, which `INSERT OR REPLACE` could name instead of the key. An event with an entry stays.
ledger = Table(
    "ledger",
    metadata,
    event_column(),
    user_column(),
    Column("n", Integer, nullable=False),
    Column("previous_n", Integer),
    user_column("actor_id"),
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
    user_column(),
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
