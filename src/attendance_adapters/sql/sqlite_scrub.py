"""Wipes what a SQLite file still has of rows that are gone. Contract: POST /accounts/delete/.

`PRAGMA secure_delete` has SQLite write zeros over what it deletes, but two places are left to us.
A full-text index only notes that a name has gone, and forgets it when the parts that it is kept in
are merged. And the log has each page as it was, until its pages are in the file and it is cut off.
Both are done some at a time, so that nobody waits behind all of it.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Final

from sqlalchemy import TextClause, text

from attendance_adapters.sql.search_index import FULL_TEXT_TABLES
from attendance_adapters.sql.unit import SqlUnit
from attendance_core import ports
from attendance_core.vocabulary import Seconds

PAGES_MERGED_AT_ONCE: Final = 64  # of some 4 000 bytes; about 10 ms
MAX_MERGES = 10_000  # of one table: so many pages that it would be 2.5 GB
# Whoever reads keeps the log from being cut; nobody is waited for, since nobody can write meanwhile
MAX_CUT_RUNS, CUT_PAUSE_SECONDS = 50, 0.02
# Negative: all parts of the index are to become one, which alone leaves nothing of what has gone
_MERGE: Final = {
    table: text(f"INSERT INTO {table} ({table}, rank) VALUES ('merge', -{PAGES_MERGED_AT_ONCE})")
    for table in FULL_TEXT_TABLES
}
_COUNT_CHANGES: Final[TextClause] = text("SELECT total_changes()")


async def merge_names(transact: ports.Transact) -> None:
    """Merges each index of names whole, which leaves nothing in it of those that have gone."""
    for table in FULL_TEXT_TABLES:
        for _ in range(MAX_MERGES):
            # One row changes even where nothing is left to merge
            if await transact(partial(_merge_some, table)) < 2:
                break


def _merge_some(table: str, unit: ports.Unit) -> int:
    """Merges some pages; answers how many rows that changed."""
    assert isinstance(unit, SqlUnit)
    before: int = unit.execute(_COUNT_CHANGES).scalar_one()
    unit.execute(_MERGE[table])
    after: int = unit.execute(_COUNT_CHANGES).scalar_one()
    return after - before


def cut_log(path: Path, busy_seconds: Seconds = 0) -> bool:
    """Copies the log into the file and cuts it off; tells whether it could.

    First it copies beside whoever writes, so that the cut, which lets nobody write, is short.
    """
    with closing(sqlite3.connect(path, timeout=busy_seconds, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = FULL")
        for past_run_count in range(MAX_CUT_RUNS):
            if past_run_count:
                time.sleep(CUT_PAUSE_SECONDS)
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
            ((is_busy, *_),) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            if not is_busy:
                return True
    return False
