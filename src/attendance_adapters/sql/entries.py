"""Entries of the ledger as rows: their columns, for every query that reads them.

Contract: 8.1 to 8.4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause

from attendance_adapters.sql.tables import ledger, ledger_notes, places
from attendance_core.marking.ledger import AnnulReason, Entry, EntryNotes, Origin

# Of what the columns hold; a look-up takes a fifth of what a call of the class does
ORIGINS: Mapping[str, Origin] = {each.value: each for each in Origin}
REASONS: Mapping[str, AnnulReason] = {each.value: each for each in AnnulReason}
ENTRY_COLUMNS = (
    ledger.c.event_id,
    ledger.c.user_id,
    ledger.c.n,
    ledger.c.actor_id,
    ledger.c.at,
    ledger.c.origin,
    ledger.c.actor_checked,
    ledger.c.person_checked,
    ledger.c.reason,
)
notes_are_of_entry = (
    (ledger_notes.c.event_id == ledger.c.event_id)
    & (ledger_notes.c.user_id == ledger.c.user_id)
    & (ledger_notes.c.n == ledger.c.n)
)


def is_last_entry_of_place(entries: FromClause) -> ColumnElement[bool]:
    """Makes the condition that an entry is the last of its place: it stands, if it is a mark."""
    return (
        (entries.c.event_id == places.c.event_id)
        & (entries.c.user_id == places.c.user_id)
        & (entries.c.n == places.c.last_n)
    )


def entry_from(row: Sequence[Any]) -> Entry | None:
    """Makes an entry of `ENTRY_COLUMNS`; None of an outer join that found none."""
    event_id, user_id, n, actor_id, at, origin, actor_checked, person_checked, reason = row
    if n is None:
        return None
    return Entry(
        event_id,
        user_id,
        n,
        actor_id,
        at,
        None if origin is None else ORIGINS[origin],
        actor_checked,
        person_checked,
        None if reason is None else REASONS[reason],
    )


def notes_from(marked_as: str | None, note: str | None, display_name: str) -> EntryNotes:
    """Makes what stands beside an entry, or might."""
    return EntryNotes(marked_as, note or "", display_name)
