"""The history of the schema: it ends at the tables the code knows, from wherever it begins."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, create_engine, inspect, text

from attendance_adapters import UnusableDatabase, migrate
from attendance_adapters.sql.addresses import postgres_url, sqlite_url
from attendance_adapters.sql.maintenance import run_on_connection
from attendance_adapters.sql.migrate import upgrade
from attendance_adapters.sql.refusals import DELETE_REFUSALS, INSERT_REFUSALS, UNIQUE_REFUSALS
from attendance_adapters.sql.revisions import (
    MIGRATIONS,
    is_current,
    known_revisions,
)
from attendance_adapters.sql.tables import metadata
from attendance_core.folding import ACUTE_ACCENT, ALIKE_IN_SEARCHES, fold, search_fold
from tests.support.migrating import (
    EVENT,
    PERSON,
    PROFILE,
    add_person,
    differences,
    migrated,
    postgres_schema,
    run_sql,
    search_keys,
    sqlite_schema,
)
from tests.support.postgres import a_database
from tests.support.sqlite_file import an_empty_database

__all__ = ["migrated"]

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


def scan_of_before(number: int, on: Connection) -> None:
    """Somebody who may have a scan."""
    add_person(on, number, f"Person {number}")
    on.commit()


def test_revisions_are_known_by_the_names_of_their_files() -> None:
    assert [*known_revisions()] == REVISIONS


def has_session_and_needs_no_password(url: URL) -> None:
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
        run_sql(migrated, PERSON, PROFILE, EVENT)
        run_on_connection(migrated, are_folded_for_searches)

    @pytest.mark.long
    def test_in_events_of_an_older_version_everybody_marks(self, url: URL) -> None:
        """Contract: 8.6"""
        upgrade(url, "0008")
        run_sql(url, PERSON, EVENT)
        upgrade(url)
        assert run_sql(url, "SELECT who_marks FROM events") == [("everybody",)]

    def test_in_events_that_an_older_version_makes_meanwhile_too(self, migrated: URL) -> None:
        """Contract: 8.6; while versions are replaced."""
        run_sql(migrated, PERSON, EVENT)
        assert run_sql(migrated, "SELECT who_marks FROM events") == [("everybody",)]

    @pytest.mark.long
    def test_people_keep_their_password_and_sessions_of_an_older_version(self, url: URL) -> None:
        """Contract: 9.1"""
        upgrade(url, "0019")
        run_sql(url, PERSON, "INSERT INTO sessions VALUES ('s', 7, 'cookie', 1, 2)")
        (before,) = run_sql(url, "SELECT password_hash, created_at FROM accounts")
        upgrade(url)
        assert run_sql(url, "SELECT password_hash, created_at FROM accounts") == [before]
        has_session_and_needs_no_password(url)

    def test_so_do_those_that_it_adds_meanwhile(self, migrated: URL) -> None:
        """Contract: 9.1; while versions are replaced."""
        columns = "(session_id, user_id, credential, created_at, used_at)"
        run_sql(migrated, PERSON, f"INSERT INTO sessions {columns} VALUES ('s', 7, 'cookie', 1, 2)")
        has_session_and_needs_no_password(migrated)

    @pytest.mark.long
    def test_scans_of_before_have_an_id_and_what_is_judged_is_to_be_deleted(self, url: URL) -> None:
        """Contract: 9.9; so has what the version before takes in and judges meanwhile."""
        add = "INSERT INTO scans (user_id, file, uploaded_at, state) VALUES"
        discarded = "SELECT file FROM discarded_scans ORDER BY file"
        ids = "SELECT count(*), count(DISTINCT scan_id) FROM scans"
        upgrade(url, "0019")
        for number in (1, 2):
            run_on_connection(url, partial(scan_of_before, number))
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
        run_sql(migrated, PERSON)
        upgrade(migrated)
        assert run_sql(migrated, "SELECT user_id FROM accounts") == [(7,)]


def are_folded_for_searches(on: Connection) -> None:
    """The names that are there, and any that they are changed to by their first key alone."""
    assert search_keys(on) == ["анна елкина", "лекция"]
    for name in NAMES:
        for table in ("profiles", "events"):
            on.execute(text(f"UPDATE {table} SET name_key = :key"), {"key": fold(name)})
        assert search_keys(on) == [search_fold(name)] * 2, ascii(name)


class TestSqlite:
    def test_what_autogenerate_does_not_see_is_there_too(self, tmp_path: Path) -> None:
        """Names of constraints, the conditions of partial indexes, the full-text tables."""
        at_head, bare = an_empty_database(tmp_path), tmp_path / "bare.db"
        engine = create_engine(sqlite_url(bare))
        metadata.create_all(engine)
        engine.dispose()
        assert sqlite_schema(at_head) == sqlite_schema(bare)

    @pytest.mark.long
    def test_names_that_were_there_before_the_index_are_in_it(self, tmp_path: Path) -> None:
        url = sqlite_url(tmp_path / "it.db")
        upgrade(url, "0001")
        run_sql(url, PERSON, PROFILE, EVENT)
        upgrade(url)
        for table, part in (("profiles", "ёлк"), ("events", "екц")):
            for index, sought in (
                (f"trigrams_of_{table}", part),
                (f"trigrams_of_{table}_folded", part.replace("ё", "е")),
            ):
                found = f"SELECT count(*) FROM {index} WHERE {index} MATCH '\"{sought}\"'"
                assert run_sql(url, found) == [(1,)]

    def test_a_new_name_is_in_every_index_and_the_old_one_is_not(self, tmp_path: Path) -> None:
        """Contract: 3.9; the indexes of an older version, too."""
        url = sqlite_url(an_empty_database(tmp_path))
        run_sql(url, PERSON, PROFILE, EVENT)
        for new in ("ёж", "ы", 'щука "зоя"', "ёлкина лекция"):
            run_sql(url, f"UPDATE profiles SET name_key = '{new}'")
            run_sql(url, f"UPDATE events SET name_key = '{new}'")
            for table in ("profiles", "events"):
                for index, key in ((table, new), (f"{table}_folded", search_fold(new))):
                    for part in ("анна ёлк", "анна елк", "щука", "лекция", 'а "зо', "ёжж"):
                        sought = part.replace('"', '""')
                        found = f"""SELECT count(*) FROM trigrams_of_{index}
                            WHERE trigrams_of_{index} MATCH '"{sought}"'"""
                        assert run_sql(url, found) == [(int(part in key),)], (index, part, key)
                check = f"INSERT INTO trigrams_of_{index} (trigrams_of_{index}, rank)"
                run_sql(url, f"{check} VALUES ('integrity-check', 1)")
        run_sql(url, "DELETE FROM profiles", "DELETE FROM events")
        for index in ("profiles", "events", "profiles_folded", "events_folded"):
            found = f"SELECT count(*) FROM trigrams_of_{index} WHERE trigrams_of_{index} MATCH "
            assert run_sql(url, f"{found} 'лекция OR лек'") == [(0,)]

    def test_a_file_that_is_no_database_is_one_line(self, tmp_path: Path) -> None:
        database = tmp_path / "a 100% new?.db"
        database.write_bytes(b"no database " * 1000)
        for call in (upgrade, is_current):
            with pytest.raises(UnusableDatabase, match=r"new\?\.db: file is not a database$"):
                call(sqlite_url(database))


class TestPostgres:
    @pytest.fixture
    def empty(self, postgres_server: str) -> Iterator[URL]:
        with a_database(postgres_server, "template0") as made:
            yield made

    def test_what_autogenerate_does_not_see_is_there_too(
        self, empty: URL, postgres_server: str
    ) -> None:
        """Constraints by name and words, among them CHECKs; the conditions of partial indexes."""
        upgrade(empty)
        with a_database(postgres_server, "template0") as bare:

            def create(on: Connection) -> None:
                metadata.create_all(on)
                on.commit()

            run_on_connection(bare, create)
            declared = postgres_schema(bare)
        assert postgres_schema(empty) == declared
        named = {*UNIQUE_REFUSALS, *INSERT_REFUSALS, *DELETE_REFUSALS}
        assert named - declared.keys() == {"fk_marks_event_id"}  # a trigger says it
        assert "CHECK ((low_id < high_id))" in declared.values()
        partial = [each for each in declared.values() if re.match("CREATE.* INDEX.* WHERE ", each)]
        assert len(partial) == 11
        for change in (
            "ALTER TABLE friendships DROP CONSTRAINT ck_friendships_smaller_first",
            "ALTER TABLE helpers RENAME CONSTRAINT pk_helpers TO helpers_pkey",
            "DROP INDEX ix_places_listed; CREATE INDEX ix_places_listed ON places (since)",
        ):
            before = postgres_schema(empty)
            run_sql(empty, *change.split("; "))
            assert postgres_schema(empty) != before  # a difference would be seen

    async def test_every_spelling_of_an_address_and_within_a_loop(self, empty: URL) -> None:
        _, _, rest = empty.render_as_string(hide_password=False).partition("://")
        for scheme in ("postgresql", "postgres", "postgresql+asyncpg"):
            migrate(f"{scheme}://{rest}?sslmode=disable")
            assert is_current(empty)

    def test_names_are_ordered_by_code_points(self, postgres_database: URL) -> None:
        found = run_sql(
            postgres_database,
            """SELECT table_name, collation_name FROM information_schema.columns
            WHERE column_name IN ('name_key', 'search_key') ORDER BY table_name""",
        )
        assert found == [("events", "C")] * 2 + [("profiles", "C")] * 2

    def test_a_server_without_trigrams_is_told_and_does(
        self, empty: URL, caplog: pytest.LogCaptureFixture
    ) -> None:
        upgrade(empty, "0001")
        offered = run_sql(
            empty, "SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_trgm'"
        )
        with caplog.at_level(logging.WARNING):
            upgrade(empty)
        made = run_sql(empty, "SELECT count(*) FROM pg_indexes WHERE indexname LIKE 'trigrams%'")
        assert made == ([(2,)] if offered == [(1,)] else [(0,)])
        assert ("pg_trgm" in caplog.text) == (offered == [(0,)])

    def test_nobody_there_is_one_line_without_the_password(self) -> None:
        url = postgres_url("postgresql://me:secret@127.0.0.1:1/it")
        for call in (upgrade, is_current):
            with pytest.raises(UnusableDatabase) as told:
                call(url)
            assert "127.0.0.1:1/it: " in str(told.value)
            assert "secret" not in str(told.value)
            assert "\n" not in str(told.value)


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
