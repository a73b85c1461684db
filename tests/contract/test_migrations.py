"""The history of the schema: it ends at the tables the code knows, from wherever it begins."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, inspect, text

from attendance_adapters.sql.maintenance import run_on_connection
from attendance_adapters.sql.migrate import upgrade
from attendance_adapters.sql.revisions import MIGRATIONS, is_current, known_revisions
from attendance_core.folding import ACUTE_ACCENT, ALIKE_IN_SEARCHES, fold, search_fold
from tests.support.migrating import (
    ADD_EVENT,
    ADD_PERSON,
    ADD_PROFILE,
    add_person,
    differences,
    migrated,
    run_sql,
    search_keys,
)

__all__ = ["migrated"]

# Revisions
LAST_WITHOUT_WHO_MARKS = "0008"
LAST_WITHOUT_SESSION_CLIENTS = "0019"
REVISIONS = [each.revision for each in ScriptDirectory(str(MIGRATIONS)).walk_revisions()][::-1]
NAMES = [
    *(
        f"a{each}b{each}{each} c"
        for each in [*ALIKE_IN_SEARCHES, ACUTE_ACCENT, "%", "_", "\\", '"']
    ),
    "".join(ALIKE_IN_SEARCHES),
    " \u1680a  \u00a0  b\u1680 ",
    "ё",
    "İstanbul ı",
    "e\u0301 \u0301\u0301",
]


def add_numbered_person(number: int, on: Connection) -> None:
    """Adds somebody who may have a scan."""
    add_person(on, number, f"Person {number}")
    on.commit()


def test_revisions_are_known_by_the_names_of_their_files() -> None:
    assert [*known_revisions()] == REVISIONS


def check_session_and_clear_password(url: URL) -> None:
    """Checks that the session is kept, and that a password may be absent."""
    found = run_sql(url, "SELECT session_id, created_at, used_at, client FROM sessions")
    assert found == [("s", 1, 2, "")]
    run_sql(url, "UPDATE accounts SET password_hash = NULL")


class TestUpgrade:
    def test_an_empty_database_is_not_current_and_becomes_so_without_a_word(
        self, url: URL, capfd: pytest.CaptureFixture[str]
    ) -> None:
        assert not is_current(url)
        upgrade(url)
        assert capfd.readouterr() == ("", "")
        assert is_current(url)
        assert run_on_connection(url, differences) == []

    def test_whatever_is_in_an_earlier_one_is_kept_and_found(self, url: URL) -> None:
        """By folded names (Contract: 3.9); each revision on the way leaves a person."""
        names = [f"Анна Ёлкина {revision}" for revision in REVISIONS[:-1]]

        def add(number: int, on: Connection) -> None:
            add_person(on, number, names[number - 1])
            on.commit()

        for number, revision in enumerate(REVISIONS[:-1], 1):
            upgrade(url, revision)
            assert not is_current(url)
            run_on_connection(url, partial(add, number))
        upgrade(url)
        assert is_current(url)
        assert run_on_connection(url, differences) == []
        for table, column in (("profiles", "display_name"), ("events", "name")):
            found = run_sql(url, f"SELECT {column}, search_key FROM {table} ORDER BY {column}")
            assert found == [(name, search_fold(name)) for name in names]

    def test_names_of_an_older_version_that_is_being_replaced_are_found(
        self, migrated: URL
    ) -> None:
        """Contract: 3.9"""
        run_sql(migrated, ADD_PERSON, ADD_PROFILE, ADD_EVENT)
        run_on_connection(migrated, check_names_and_changed_ones_are_folded)

    @pytest.mark.long
    def test_in_events_of_an_older_version_everybody_marks(self, url: URL) -> None:
        """Contract: 8.6"""
        upgrade(url, LAST_WITHOUT_WHO_MARKS)
        run_sql(url, ADD_PERSON, ADD_EVENT)
        upgrade(url)
        assert run_sql(url, "SELECT who_marks FROM events") == [("everybody",)]

    def test_in_events_that_an_older_version_makes_meanwhile_too(self, migrated: URL) -> None:
        """Contract: 8.6; while versions are replaced."""
        run_sql(migrated, ADD_PERSON, ADD_EVENT)
        assert run_sql(migrated, "SELECT who_marks FROM events") == [("everybody",)]

    @pytest.mark.long
    def test_people_keep_their_password_and_sessions_of_an_older_version(self, url: URL) -> None:
        """Contract: 9.1"""
        upgrade(url, LAST_WITHOUT_SESSION_CLIENTS)
        run_sql(url, ADD_PERSON, "INSERT INTO sessions VALUES ('s', 7, 'cookie', 1, 2)")
        (before,) = run_sql(url, "SELECT password_hash, created_at FROM accounts")
        upgrade(url)
        assert run_sql(url, "SELECT password_hash, created_at FROM accounts") == [before]
        check_session_and_clear_password(url)

    def test_so_do_those_that_it_adds_meanwhile(self, migrated: URL) -> None:
        """Contract: 9.1; while versions are replaced."""
        columns = "(session_id, user_id, credential, created_at, used_at)"
        run_sql(
            migrated, ADD_PERSON, f"INSERT INTO sessions {columns} VALUES ('s', 7, 'cookie', 1, 2)"
        )
        check_session_and_clear_password(migrated)

    @pytest.mark.long
    def test_scans_of_before_have_an_id_and_what_is_judged_is_to_be_deleted(self, url: URL) -> None:
        """Contract: 9.9; so has what the version before takes in and judges meanwhile."""
        add = "INSERT INTO scans (user_id, file, uploaded_at, state) VALUES"
        discarded = "SELECT file FROM discarded_scans ORDER BY file"
        ids = "SELECT count(*), count(DISTINCT scan_id) FROM scans"
        upgrade(url, LAST_WITHOUT_SESSION_CLIENTS)
        for number in (1, 2):
            run_on_connection(url, partial(add_numbered_person, number))
        run_sql(url, f"{add} (1, 'a.png', 1, 'approved')", f"{add} (2, 'b.png', 1, 'pending')")
        upgrade(url)
        assert run_sql(url, discarded) == [("a.png",)]
        assert run_sql(url, ids) == [(2, 2)]
        remove = "DELETE FROM scans WHERE user_id = 2"
        run_sql(url, remove, f"{add} (2, 'b.png', 1, 'rejected')")
        assert run_sql(url, discarded) == [("a.png",), ("b.png",)]
        run_sql(url, remove, f"{add} (2, 'c.png', 1, 'pending')")
        assert run_sql(url, discarded) == [("a.png",), ("b.png",)]
        assert run_sql(url, ids) == [(2, 2)]
        run_sql(url, remove)
        assert run_sql(url, discarded) == [("a.png",), ("b.png",), ("c.png",)]

    def test_a_difference_would_be_seen(self, migrated: URL) -> None:
        run_sql(migrated, "ALTER TABLE profiles ADD COLUMN more INTEGER")
        (found,) = run_on_connection(migrated, differences)
        assert found[0] == "remove_column"

    def test_twice_is_once(self, migrated: URL) -> None:
        run_sql(migrated, ADD_PERSON)
        upgrade(migrated)
        assert run_sql(migrated, "SELECT user_id FROM accounts") == [(7,)]


def check_names_and_changed_ones_are_folded(on: Connection) -> None:
    """Looks at the names that are there, and changes them by their first key alone."""
    assert search_keys(on) == ["анна елкина", "лекция"]
    for name in NAMES:
        for table in ("profiles", "events"):
            on.execute(text(f"UPDATE {table} SET name_key = :key"), {"key": fold(name)})
        assert search_keys(on) == [search_fold(name)] * 2, ascii(name)


class TestNewerVersion:
    """While one version replaces another, the old one meets what the new one has migrated."""

    def test_the_old_one_starts_and_leaves_it_as_it_is(self, migrated: URL) -> None:
        run_sql(migrated, "UPDATE alembic_version SET version_num = 'of_tomorrow'")
        assert is_current(migrated)
        upgrade(migrated)
        assert run_sql(migrated, "SELECT version_num FROM alembic_version") == [("of_tomorrow",)]


def test_a_migration_that_fails_leaves_nothing_and_can_be_run_again(
    url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = Operations.create_table

    def fails_at_events(self: Any, name: str, *columns: Any, **options: Any) -> Any:
        if name == "events":
            raise ArithmeticError("the disk is full")
        return create(self, name, *columns, **options)

    with monkeypatch.context() as patch:
        patch.setattr(Operations, "create_table", fails_at_events)
        with pytest.raises(ArithmeticError):
            upgrade(url)
    assert run_on_connection(url, lambda on: inspect(on).get_table_names()) == []
    upgrade(url)
    assert is_current(url)
