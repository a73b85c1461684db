"""What a migration does in one engine alone: SQLite, or PostgreSQL."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, Connection, create_engine

from attendance_adapters import UnusableDatabase, migrate
from attendance_adapters.sql.addresses import postgres_url, sqlite_url
from attendance_adapters.sql.maintenance import run_on_connection
from attendance_adapters.sql.migrate import upgrade
from attendance_adapters.sql.refusals import DELETE_REFUSALS, INSERT_REFUSALS, UNIQUE_REFUSALS
from attendance_adapters.sql.revisions import is_current
from attendance_adapters.sql.tables import metadata
from attendance_core.folding import search_fold
from tests.support.migrating import (
    ADD_EVENT,
    ADD_PERSON,
    ADD_PROFILE,
    postgres_schema,
    run_sql,
    sqlite_schema,
)
from tests.support.postgres_databases import a_database
from tests.support.sqlite_file import an_empty_database

LAST_WITHOUT_TRIGRAMS = "0001"  # a revision


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
        upgrade(url, LAST_WITHOUT_TRIGRAMS)
        run_sql(url, ADD_PERSON, ADD_PROFILE, ADD_EVENT)
        upgrade(url)
        for table, part in (("profiles", "ёлк"), ("events", "екц")):
            for index, sought in (
                (f"trigrams_of_{table}", part),
                (f"trigrams_of_{table}_folded", part.replace("ё", "е")),
            ):
                statement = f"SELECT count(*) FROM {index} WHERE {index} MATCH '\"{sought}\"'"
                assert run_sql(url, statement) == [(1,)]

    def test_a_new_name_is_in_every_index_and_the_old_one_is_not(self, tmp_path: Path) -> None:
        """Contract: 3.9; the indexes of an older version, too."""
        url = sqlite_url(an_empty_database(tmp_path))
        run_sql(url, ADD_PERSON, ADD_PROFILE, ADD_EVENT)
        for new in ("ёж", "ы", 'щука "зоя"', "ёлкина лекция"):
            run_sql(url, f"UPDATE profiles SET name_key = '{new}'")
            run_sql(url, f"UPDATE events SET name_key = '{new}'")
            for table in ("profiles", "events"):
                for index, key in ((table, new), (f"{table}_folded", search_fold(new))):
                    for part in ("анна ёлк", "анна елк", "щука", "лекция", 'а "зо', "ёжж"):
                        sought = part.replace('"', '""')
                        statement = f"""SELECT count(*) FROM trigrams_of_{index}
                            WHERE trigrams_of_{index} MATCH '"{sought}"'"""
                        assert run_sql(url, statement) == [(int(part in key),)], (index, part, key)
                check = f"INSERT INTO trigrams_of_{index} (trigrams_of_{index}, rank)"
                run_sql(url, f"{check} VALUES ('integrity-check', 1)")
        run_sql(url, "DELETE FROM profiles", "DELETE FROM events")
        for index in ("profiles", "events", "profiles_folded", "events_folded"):
            statement = f"SELECT count(*) FROM trigrams_of_{index} WHERE trigrams_of_{index} MATCH "
            assert run_sql(url, f"{statement} 'лекция OR лек'") == [(0,)]

    def test_a_file_that_is_no_database_is_one_line(self, tmp_path: Path) -> None:
        database = tmp_path / "a 100% new?.db"
        database.write_bytes(b"no database " * 1000)
        for function in (upgrade, is_current):
            with pytest.raises(UnusableDatabase, match=r"new\?\.db: file is not a database$"):
                function(sqlite_url(database))


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
        upgrade(empty, LAST_WITHOUT_TRIGRAMS)
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
        for function in (upgrade, is_current):
            with pytest.raises(UnusableDatabase) as told:
                function(url)
            assert "127.0.0.1:1/it: " in str(told.value)
            assert "secret" not in str(told.value)
            assert "\n" not in str(told.value)
