"""The ledger as the databases keep it, against whoever speaks to them directly. Contract: 8.1."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL

from attendance_adapters.errors import UnusableDatabase
from tests.support.migrating import run_sql

EVENT = "00000000000000000000000000000001"
PEOPLE_AND_EVENT = (
    *(
        f"""INSERT INTO accounts (user_id, username, username_key, password_hash, created_at)
        VALUES ({number}, 'u{number}', 'u{number}', 'hash', 1)"""
        for number in (1, 2, 3)
    ),
    *(
        f"""INSERT INTO profiles (user_id, display_name, name_key, bio)
        VALUES ({number}, 'Person {number}', 'person {number}', '')"""
        for number in (1, 2, 3)
    ),
    f"""INSERT INTO events (event_id, name, name_key, creator_id, starts_at, ends_at)
        VALUES ('{EVENT}', 'Lecture', 'lecture', 1, 1, 2)""",
    f"""INSERT INTO places (event_id, user_id, member, version)
        VALUES ('{EVENT}', 2, true, 1)""",
)
MONTH = 1970 * 12  # of entries whose instants are seconds after the epoch: January 1970
COLUMNS = (
    "event_id, user_id, n, previous_n, actor_id, at, month, origin, actor_checked,"
    " person_checked, reason"
)


def add_entry_sql(
    n: int, previous: int | str = "NULL", person: int = 2, how: str = "INSERT INTO"
) -> str:
    """Makes the statement that adds one, in words of every engine."""
    kind = "'hold', false, false, NULL" if n % 2 else "NULL, false, false, 'other'"
    values = f"'{EVENT}', {person}, {n}, {previous}, 1, {n}000000, {MONTH}, {kind}"
    return f"{how} ledger ({COLUMNS}) VALUES ({values})"


ADD_MARK, ADD_ANNULMENT = add_entry_sql(1), add_entry_sql(2, 1)
SELECT_ENTRIES = "SELECT n, actor_id, at, origin, reason FROM ledger ORDER BY user_id, n"
Execute = Callable[[str], list[tuple[object, ...]]]


@pytest.fixture
def execute(current_url: URL) -> Iterator[Execute]:
    """Has people, an event, a mark, and its annulment; runs a statement, which is committed, as
    anybody does who has the password or the file.
    """
    run_sql(current_url, *PEOPLE_AND_EVENT, ADD_MARK, ADD_ANNULMENT)
    if current_url.get_backend_name() == "sqlite":
        connection = sqlite3.connect(Path(str(current_url.database)), isolation_level=None)
        connection.execute("PRAGMA foreign_keys = ON")
        yield lambda statement: connection.execute(statement).fetchall()
        connection.close()
    else:
        yield lambda statement: [tuple(row) for row in run_sql(current_url, statement)]


REFUSED = {
    "UPDATE": "UPDATE ledger SET at = 5",
    "UPDATE of none": "UPDATE ledger SET at = 5 WHERE n = 1 AND at = 1000000",
    "DELETE": "DELETE FROM ledger",
    "DELETE of the last": "DELETE FROM ledger WHERE n = 2",
    "a second with one n": add_entry_sql(2, 1),
    "a second first": add_entry_sql(1),
    "a gap": add_entry_sql(4, 3),
    "a gap that says it is none": add_entry_sql(4, 2),
    "one that follows nothing": add_entry_sql(3, "NULL"),
    "a first that is an annulment": add_entry_sql(2, 1, person=3),
    "none at all": add_entry_sql(0),
    "below none": add_entry_sql(-1, -2),
    "a mark of oneself": add_entry_sql(1, person=1),
    "a mark with a reason": add_entry_sql(3, 2).replace("false, NULL", "false, 'other'"),
    "a mark without origin": add_entry_sql(3, 2).replace("'hold'", "NULL"),
    "an annulment without a reason": add_entry_sql(2, 1, person=3).replace("'other'", "NULL"),
    "an annulment with an origin": add_entry_sql(2, 1, person=3).replace(
        "NULL, false", "'hold', false"
    ),
    "the event": "DELETE FROM events",
    "the place's person": "DELETE FROM accounts WHERE user_id = 2",
}
ON_SQLITE = {
    "INSERT OR REPLACE": add_entry_sql(2, 1, how="INSERT OR REPLACE INTO"),
    "REPLACE": add_entry_sql(2, 1, how="REPLACE INTO"),
    "UPDATE OR REPLACE": "UPDATE OR REPLACE ledger SET n = 1, previous_n = NULL WHERE n = 2",
    "INSERT OR IGNORE": add_entry_sql(2, 1, how="INSERT OR IGNORE INTO"),
    "an upsert": add_entry_sql(2, 1) + " ON CONFLICT DO UPDATE SET at = 5",
}
ON_POSTGRES = {
    "TRUNCATE": "TRUNCATE ledger CASCADE",
    "TRUNCATE of another table": "TRUNCATE events CASCADE",
    "an upsert": add_entry_sql(2, 1) + " ON CONFLICT (event_id, user_id, n) DO UPDATE SET at = 5",
    "an upsert of what is new": add_entry_sql(3, 2)
    + " ON CONFLICT (event_id, user_id, n) DO UPDATE SET at = 5",
}


class TestAnEntryNeverChangesAndNeverGoes:
    @pytest.mark.parametrize("statement", REFUSED.values(), ids=REFUSED.keys())
    def test_whoever_tries(self, execute: Execute, statement: str) -> None:
        self.check_is_refused(execute, statement)

    @pytest.mark.parametrize("statement", ON_SQLITE.values(), ids=ON_SQLITE.keys())
    @pytest.mark.parametrize("current_url", ["sqlite"], indirect=True)
    def test_nor_by_words_of_sqlite(self, execute: Execute, statement: str) -> None:
        self.check_is_refused(execute, statement)

    @pytest.mark.parametrize("current_url", ["sqlite"], indirect=True)
    @pytest.mark.parametrize(
        "statement",
        [add_entry_sql(4, 3), add_entry_sql(2, 1), add_entry_sql(2, 1, how="REPLACE INTO")],
    )
    def test_nor_on_sqlite_where_foreign_keys_are_off(
        self, execute: Execute, statement: str
    ) -> None:
        execute("PRAGMA foreign_keys = OFF")
        self.check_is_refused(execute, statement)

    @pytest.mark.parametrize("statement", ON_POSTGRES.values(), ids=ON_POSTGRES.keys())
    @pytest.mark.parametrize("current_url", ["postgres"], indirect=True)
    def test_nor_by_words_of_postgresql(self, execute: Execute, statement: str) -> None:
        self.check_is_refused(execute, statement)

    def check_is_refused(self, execute: Execute, statement: str) -> None:
        before = execute(SELECT_ENTRIES)
        assert [n for n, *_ in before] == [1, 2]
        with pytest.raises((sqlite3.IntegrityError, UnusableDatabase)):
            execute(statement)
        assert execute(SELECT_ENTRIES) == before

    @pytest.mark.parametrize("current_url", ["sqlite"], indirect=True)
    def test_it_has_no_row_id_to_be_replaced_by(self, execute: Execute) -> None:
        with pytest.raises(sqlite3.OperationalError, match="no such column: rowid"):
            execute("SELECT rowid FROM ledger")

    def test_the_next_may_follow(self, execute: Execute) -> None:
        execute(add_entry_sql(3, 2))
        assert [n for n, *_ in execute(SELECT_ENTRIES)] == [1, 2, 3]


class TestWhatStandsBesideIt:
    """Contract: 8.4."""

    def test_the_name_of_the_person_marked_is_kept_and_can_be_erased(
        self, execute: Execute
    ) -> None:
        execute("UPDATE profiles SET display_name = 'Another', name_key = 'another'")
        statement = "SELECT n, marked_as, note FROM ledger_notes ORDER BY n"
        assert execute(statement) == [(1, "Person 2", None), (2, None, None)]
        execute("UPDATE ledger_notes SET note = 'a word'")
        execute("DELETE FROM ledger_notes WHERE n = 1")
        assert execute(statement) == [(2, None, "a word")]
        assert [n for n, *_ in execute(SELECT_ENTRIES)] == [1, 2]
