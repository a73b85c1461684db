"""The tables of scans: what waits to be judged, who judges, and what was done."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table, Uuid, literal_column

from attendance_adapters.sql.column_types import BigId, InstantType
from attendance_adapters.sql.scan_triggers import add_scan_triggers
from attendance_adapters.sql.tables.schema import index_where, metadata, user_column

# `scan_triggers` give an id to a row that has none, and note the files that are to go
scans = Table(
    "scans",
    metadata,
    user_column(primary_key=True, autoincrement=False),
    Column("file", String, nullable=False),
    Column("uploaded_at", InstantType, nullable=False),
    Column("state", String(8), nullable=False),
    Column("judged_at", InstantType),
    Column("reason", String(32)),
    Column("scan_id", Uuid),
    # Why a moderator rejected it: in a column of its own, since the version before knows no such
    # reasons, and reads the other one
    Column("verdict", String(32)),
    Column("note", String),
    # What a moderator has of it, all or none
    Column("taken_by", BigId),
    Column("taken_session", String(64)),
    Column("taken_until", InstantType),
    Column("taken_name", String),
    Column("taken_secret", String),
)
add_scan_triggers(scans)
# In words, as statements have it: an engine does not see it in a parameter
IS_PENDING = scans.c.state == literal_column("'pending'")
index_where(IS_PENDING, "ix_scans_pending", scans.c.uploaded_at, scans.c.user_id)
index_where(scans.c.scan_id.is_not(None), "uq_scans_scan_id", scans.c.scan_id, unique=True)
index_where(scans.c.taken_by.is_not(None), "ix_scans_taken_by", scans.c.taken_by)

# Files that no pending scan has any more, until they are deleted
discarded_scans = Table(
    "discarded_scans",
    metadata,
    Column("file", String, primary_key=True),
)

moderators = Table(
    "moderators",
    metadata,
    user_column(primary_key=True, autoincrement=False),
    Column("added_at", InstantType, nullable=False),
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("n", BigId, primary_key=True, autoincrement=True),
    user_column(),
    Column("scan_id", Uuid, nullable=False),
    Column("act", String(8), nullable=False),
    Column("at", InstantType, nullable=False),
    Column("judge", String(9), nullable=False),
    Column("actor_id", BigId),  # a moderator; of whoever else it was there is none
    Column("reason", String(32)),
    Index(None, "user_id", "n"),
    Index(None, "scan_id"),
    sqlite_autoincrement=True,
)
# What a moderator did, for themselves
index_where(
    audit_log.c.actor_id.is_not(None),
    "ix_audit_log_actor_id_n",
    audit_log.c.actor_id,
    audit_log.c.n,
)
