"""Reads the facts of a sheet in the process that writes it, where they are. Decision 0019.

It imports only what needs nothing else of ours.
"""

from __future__ import annotations

import json
import select
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any, BinaryIO, Final

from attendance_adapters.sheet_rows import Look

BUSY_SECONDS: Final = 5.0  # how long another process may keep it waiting


def read_in_place(
    facts_source: Mapping[str, Any],
    user_ids_of_looks: Iterable[Sequence[int]],
    made_at: float,
    from_service: BinaryIO,
) -> Iterator[Look | None]:
    """Reads the people of each look, at its own moment, and then answers None.

    The source has the address of the ``database``, and the ``statements`` for people and for what
    is annulled: each with its text and its values, of which None stands for the ids. Nothing more
    comes ``from_service``: where anything can be read of that, the service has died, and the looks
    have no end then.
    """
    began_at = time.monotonic()
    with closing(_open(facts_source["database"])) as database:
        for user_ids in user_ids_of_looks:
            if select.select([from_service], [], [], 0)[0]:
                return
            ids = json.dumps(user_ids)
            database.execute("BEGIN")  # both at one moment, and the log is kept for no longer
            people, annulled = (
                database.execute(
                    text, [ids if value is None else value for value in values]
                ).fetchall()
                for text, values in facts_source["statements"]
            )
            database.execute("ROLLBACK")
            yield Look(made_at + time.monotonic() - began_at, people, annulled)
    yield None


def _open(address: str) -> sqlite3.Connection:
    database = sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
    database.execute("PRAGMA query_only = ON")
    return database
