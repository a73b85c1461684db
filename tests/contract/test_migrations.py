"""The history of the schema: it ends at the tables the code knows, from wherever it begins."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import create_engine, inspect, text

from attendance_adapters.errors import UnusableDatabase
from attendance_adapters.sql.migrate import is_current, sqlite_url, upgrade
from attendance_adapters.sql.tables import metadata


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "a 100% new?.db"


def spelt(database: Path) -> dict[str, list[str]]:
    """The schema in SQLite's words, whatever the order of a table's lines."""
    connection = sqlite3.connect(database)
    found = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name <> 'alembic_version'"
    ).fetchall()
    connection.close()
    return {name: sorted(line.strip(" \t,") for line in sql.splitlines()) for name, sql in found}


class TestUpgrade:
    def test_an_empty_database_is_not_current_and_becomes_so(self, database: Path) -> None:
        assert not is_current(sqlite_url(database))
        upgrade(sqlite_url(database))
        assert is_current(sqlite_url(database))

    def test_the_migrations_end_at_the_tables(self, database: Path) -> None:
        upgrade(sqlite_url(database))
        engine = create_engine(sqlite_url(database))
        with engine.connect() as connection:
            context = MigrationContext.configure(
                connection, opts={"compare_type": True, "compare_server_default": True}
            )
            assert compare_metadata(context, metadata) == []
        engine.dispose()

    def test_what_autogenerate_does_not_see_is_there_too(self, database: Path) -> None:
        """Names of constraints and the conditions of partial indexes: refusals rest on them."""
        upgrade(sqlite_url(database))
        bare = database.with_name("bare.db")
        engine = create_engine(sqlite_url(bare))
        metadata.create_all(engine)
        engine.dispose()
        assert spelt(database) == spelt(bare)

    def test_twice_is_once(self, database: Path) -> None:
        upgrade(sqlite_url(database))
        engine = create_engine(sqlite_url(database))
        with engine.begin() as connection:
            connection.execute(
                text("INSERT INTO accounts VALUES (7, 'anna', 'anna', 'hash', 1000000)")
            )
        upgrade(sqlite_url(database))
        with engine.connect() as connection:
            assert connection.execute(text("SELECT user_id FROM accounts")).scalar_one() == 7
        engine.dispose()

    def test_it_says_nothing(self, database: Path, capfd: pytest.CaptureFixture[str]) -> None:
        upgrade(sqlite_url(database))
        assert capfd.readouterr() == ("", "")

    def test_a_file_that_is_no_database_is_one_line(self, database: Path) -> None:
        database.write_bytes(b"no database " * 1000)
        for call in (upgrade, is_current):
            with pytest.raises(UnusableDatabase, match=r"new\?\.db: file is not a database$"):
                call(sqlite_url(database))


def test_a_migration_that_fails_leaves_nothing_and_can_be_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = sqlite_url(tmp_path / "half.db")
    create = Operations.create_table

    def fails_at_events(self: Any, name: str, *columns: Any, **options: Any) -> Any:
        if name == "events":
            raise OSError("the disk is full")
        return create(self, name, *columns, **options)

    with monkeypatch.context() as full:
        full.setattr(Operations, "create_table", fails_at_events)
        with pytest.raises(OSError, match="full"):
            upgrade(url)
    engine = create_engine(url)
    assert inspect(engine).get_table_names() == []
    engine.dispose()
    upgrade(url)
    assert is_current(url)
