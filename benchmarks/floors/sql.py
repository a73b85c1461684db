"""The tables and statements of the steps, for both engines; `?` is a parameter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from benchmarks.floors.steps import FAR_FUTURE_NS, event_of, session_of, token_of

TABLES: Final = (
    "CREATE TABLE sessions (session_id VARCHAR(64) PRIMARY KEY, user_id BIGINT NOT NULL)",
    "CREATE TABLE events (event_id VARCHAR(36) PRIMARY KEY, ends_at BIGINT NOT NULL)",
    "CREATE TABLE places (event_id VARCHAR(36) NOT NULL, user_id BIGINT NOT NULL,"
    " since BIGINT, held_by BIGINT, held_until BIGINT, version BIGINT NOT NULL,"
    " last_n INTEGER NOT NULL, PRIMARY KEY (event_id, user_id))",
    "CREATE UNIQUE INDEX places_held ON places (event_id, held_by) WHERE held_by IS NOT NULL",
    "CREATE INDEX places_listed ON places (event_id, since) WHERE since IS NOT NULL",
    "CREATE TABLE connections (connection_id VARCHAR(32) PRIMARY KEY,"
    " event_id VARCHAR(36) NOT NULL, user_id BIGINT NOT NULL, role VARCHAR(8) NOT NULL,"
    " session_id VARCHAR(64) NOT NULL)",
    "CREATE INDEX connections_of ON connections (event_id, user_id)",
    "CREATE TABLE ledger (event_id VARCHAR(36) NOT NULL, user_id BIGINT NOT NULL,"
    " n INTEGER NOT NULL, actor_id BIGINT NOT NULL, at BIGINT NOT NULL,"
    " PRIMARY KEY (event_id, user_id, n))",
    "CREATE INDEX ledger_by ON ledger (actor_id, at)",
    "CREATE TABLE months (user_id BIGINT NOT NULL, month INTEGER NOT NULL,"
    " paying INTEGER NOT NULL, PRIMARY KEY (user_id, month))",
)
THIS_MONTH: Final = 0  # any one: floors count marks of a single month
ADD_SESSION: Final = "INSERT INTO sessions VALUES (?, ?)"
ADD_EVENT: Final = "INSERT INTO events VALUES (?, ?)"
FIND_SESSION: Final = "SELECT user_id FROM sessions WHERE session_id = ?"
FIND_EVENT: Final = "SELECT ends_at FROM events WHERE event_id = ?"
FIND_PLACE: Final = "SELECT since, held_by FROM places WHERE event_id = ? AND user_id = ?"
FIND_HELD: Final = "SELECT user_id FROM places WHERE event_id = ? AND held_by = ?"
FIND_CONNECTION: Final = "SELECT role FROM connections WHERE connection_id = ?"
MAKE_PLACE: Final = (
    "INSERT INTO places (event_id, user_id, version, last_n) VALUES (?, ?, 0, 0)"
    " ON CONFLICT DO NOTHING"
)
ADD_CONNECTION: Final = "INSERT INTO connections VALUES (?, ?, ?, ?, ?)"
REMOVE_CONNECTION: Final = "DELETE FROM connections WHERE connection_id = ?"
_MOVE: Final = "UPDATE places SET version = version + 1, "
_OF_PLACE: Final = " WHERE event_id = ? AND user_id = ?"
WAIT: Final = f"{_MOVE}since = ?{_OF_PLACE}"
HOLD: Final = f"{_MOVE}since = NULL, held_by = ?, held_until = ?{_OF_PLACE}"
MARK: Final = f"{_MOVE}held_by = NULL, held_until = NULL, last_n = last_n + 1{_OF_PLACE}"
WITHDRAW: Final = f"{_MOVE}since = NULL{_OF_PLACE}"
ADD_ENTRY: Final = "INSERT INTO ledger VALUES (?, ?, ?, ?, ?)"
COUNT_PAYING: Final = (
    "INSERT INTO months VALUES (?, ?, 1)"
    " ON CONFLICT (user_id, month) DO UPDATE SET paying = months.paying + 1"
)


def sessions(people: int) -> Iterator[tuple[str, int]]:
    """Makes a row for each person."""
    return ((session_of(token_of(each)), each) for each in range(1, people + 1))


def events(count: int) -> Iterator[tuple[str, int]]:
    """Makes a row for each event."""
    return ((event_of(each), FAR_FUTURE_NS) for each in range(count))


def numbered(statement: str) -> str:
    """Writes a statement with parameters as PostgreSQL spells them."""
    numbers = iter(range(1, 100))
    return re.sub(r"\?", lambda _: f"${next(numbers)}", statement)
