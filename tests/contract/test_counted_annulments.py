"""Annulments are counted by each rule, in long months as soon as in short ones. Contract: 8.12."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.sqlite_file import an_empty_database

MARKER, FEW, MANY = 1, 500, 8_000  # marks of one month
INSTRUCTIONS_PER_COUNT = 100  # of SQLite's virtual machine
FILL = """
CREATE TEMPORARY TABLE numbers AS WITH RECURSIVE each (n) AS
    (SELECT 1 UNION ALL SELECT n + 1 FROM each WHERE n <= {marks}) SELECT n FROM each;
INSERT INTO accounts (user_id, username, username_key, password_hash, created_at)
    SELECT n, 'u' || n, 'u' || n, '', 0 FROM numbers;
INSERT INTO profiles (user_id, display_name, name_key, bio)
    SELECT n, 'n' || n, 'n' || n, '' FROM numbers;
INSERT INTO events (event_id, name, name_key, creator_id, starts_at, ends_at)
    SELECT printf('%032x', 1), 'e', 'e', 1, 0, 100000000;
INSERT INTO places (event_id, user_id, member, version, last_n)
    SELECT printf('%032x', 1), n, 1, 0, 1 FROM numbers WHERE n > 1;
INSERT INTO ledger (event_id, user_id, n, previous_n, actor_id, at, month, origin,
                    actor_checked, person_checked)
    SELECT printf('%032x', 1), n, 1, NULL, 1, n, 1, 'hold', 0, {checked}
        FROM numbers WHERE n > 1;
"""
ANNUL = """INSERT INTO ledger (event_id, user_id, n, previous_n, actor_id, at, month, reason,
    actor_checked, person_checked) VALUES (printf('%032x', 1), ?, 2, 1, 1, 999999, 1, 'other', 0, 0)
"""
STORED = "SELECT paying, unchecked FROM karma_months WHERE user_id = 1"
COUNT_ANEW = "UPDATE karma_months SET paying = NULL"


def instructions_of_annulment(folder: Path, marks: int, nth: int, *, checked: bool) -> int:
    """Annuls the ``nth`` mark of so many, rightly; counts what SQLite does for it."""
    folder.mkdir()
    instructions = 0

    def count() -> None:
        nonlocal instructions
        instructions += INSTRUCTIONS_PER_COUNT

    with closing(sqlite3.connect(an_empty_database(folder))) as on:
        on.executescript(FILL.format(marks=marks, checked=int(checked)))
        on.set_progress_handler(count, INSTRUCTIONS_PER_COUNT)
        on.execute(ANNUL, [1 + nth])
        on.set_progress_handler(None, 0)
        kept = on.execute(STORED).fetchall()
        on.execute(COUNT_ANEW)
        assert on.execute(STORED).fetchall() == kept
    return instructions


@pytest.mark.parametrize("checked", [False, True])
@pytest.mark.parametrize("nth", [1, FEW])
def test_it_reads_no_more_where_a_month_has_more_marks(
    tmp_path: Path, nth: int, checked: bool
) -> None:
    few = instructions_of_annulment(tmp_path / "few", FEW, nth, checked=checked)
    many = instructions_of_annulment(tmp_path / "many", MANY, nth, checked=checked)
    assert many <= 2 * few, (few, many)


@pytest.mark.parametrize("rule", [(0, 1), (1, 0), (1, 1), (2, 3), (9, 9)])
@pytest.mark.parametrize("is_new", [False, True])
@pytest.mark.parametrize("nth", [1, 3, 4, 6])
def test_it_is_counted_by_the_rule_that_there_is(
    tmp_path: Path, rule: tuple[int, int], is_new: bool, nth: int
) -> None:
    """Also where the marks were counted by another one, and where nothing pays."""
    set_rule = "INSERT INTO karma_rules VALUES (1, ?, ?)"
    with closing(sqlite3.connect(an_empty_database(tmp_path))) as on:
        if not is_new:
            on.execute(set_rule, rule)
        on.executescript(FILL.format(marks=6, checked="n % 2"))
        if is_new:
            on.execute(set_rule, rule)
        on.execute(ANNUL, [1 + nth])
        kept = on.execute(STORED).fetchall()
        on.execute(COUNT_ANEW)
        assert on.execute(STORED).fetchall() == kept
