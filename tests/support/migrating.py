"""Databases on their way from one revision to another, seen from outside.

A test module imports the fixture `migrated` where it wants it.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import URL, Connection, text

from attendance_adapters.sql.addresses import sqlite_url
from attendance_adapters.sql.maintenance import run_on_connection
from attendance_adapters.sql.migrate import upgrade
from attendance_adapters.sql.revisions import is_current
from attendance_adapters.sql.search_index import is_declared
from attendance_adapters.sql.tables import metadata
from attendance_core.folding import fold, search_fold
from tests.support.postgres_databases import a_database
from tests.support.sqlite_file import an_empty_database

# Columns that every revision has had
ADD_PERSON = """INSERT INTO accounts (user_id, username, username_key, password_hash, created_at)
    VALUES (7, 'anna', 'anna', 'hash', 1000000)"""
ADD_PROFILE = """INSERT INTO profiles (user_id, display_name, name_key, bio)
    VALUES (7, 'Анна Ёлкина', 'анна ёлкина', '')"""
ADD_EVENT = """INSERT INTO events (event_id, name, name_key, creator_id, starts_at, ends_at)
    VALUES ('00000000000000000000000000000001', 'Лекция', 'лекция', 7, 1, 2)"""
PERSON_COUNT = 43  # some more than four batches, and as many events
LAST_WITHOUT_SEARCH_KEYS = "0003"  # a revision


@pytest.fixture(params=["sqlite", "postgres"])
def migrated(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[URL]:
    """A database of its own at the newest revision: a copy, which is made far sooner."""
    if request.param == "sqlite":
        yield sqlite_url(an_empty_database(tmp_path))
        return
    with a_database(request.getfixturevalue("postgres_server")) as made:
        yield made


def run_sql(url: URL, *statements: str) -> list[Any]:
    """Runs statements; answers the rows of the last one."""

    def run(on: Connection) -> list[Any]:
        answers = [on.execute(text(each)) for each in statements]
        rows = list(answers[-1]) if answers[-1].returns_rows else []
        on.commit()
        return rows

    return run_on_connection(url, run)


def search_keys(on: Connection) -> list[str | None]:
    """Reads what profiles and events are found by; None of one that is not folded yet."""
    both = "SELECT search_key FROM profiles UNION ALL SELECT search_key FROM events"
    return list(on.scalars(text(both)))


def differences(on: Connection) -> list[Any]:
    """Lists how tables differ from those that are declared, as far as alembic sees."""
    options = {
        "compare_type": True,
        "compare_server_default": True,
        "include_name": is_declared,
        "target_metadata": metadata,
    }
    found: list[Any] = compare_metadata(MigrationContext.configure(on, opts=options), metadata)
    return found


def schema_of(url: URL) -> dict[str, Any]:
    """Reads all that has a name in a database, in the words of its engine."""
    if url.get_backend_name() == "sqlite":
        return {**sqlite_schema(Path(str(url.database)))}
    return {**postgres_schema(url)}


def postgres_schema(url: URL) -> dict[str, str]:
    """Reads what has a name beside our tables and columns, in the words of PostgreSQL."""
    constraints = """SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND contype <> 'n'"""
    indexes = """SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
        AND indexname NOT IN (SELECT conname FROM pg_constraint)"""
    triggers = "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal"
    functions = """SELECT proname, pg_get_functiondef(oid) FROM pg_proc WHERE prolang =
        (SELECT oid FROM pg_language WHERE lanname = 'plpgsql')"""
    generated = """SELECT attrelid::regclass || '.' || attname, attgenerated FROM pg_attribute
        WHERE attgenerated <> ''"""
    found = [
        row
        for statement in (constraints, indexes, triggers, functions, generated)
        for row in run_sql(url, statement.replace("::", r"\:\:"))
    ]
    return {
        name: words
        for name, words in found
        if is_declared(name, "index", None) and not name.startswith("alembic_version")
    }


def sqlite_schema(database: Path) -> dict[str, list[str]]:
    """Reads the schema in the words of SQLite, but for the order of columns and constraints."""
    connection = sqlite3.connect(database)
    found = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name <> 'alembic_version'"
    ).fetchall()
    connection.close()
    # A column that was added later stands on the line of the one before it
    parts = re.compile(r"\n|, (?![^(]*\))")
    stripped = {name: [part.strip(" \t,") for part in parts.split(sql)] for name, sql in found}
    return {name: sorted(filter(None, lines)) for name, lines in stripped.items()}


def add_person(on: Connection, number: int, name: str) -> None:
    """Adds a person and an event of theirs, by the columns that every revision has had."""
    for statement in (
        """INSERT INTO accounts (user_id, username, username_key, password_hash, created_at)
            VALUES (:n, :who, :who, 'hash', 1)""",
        """INSERT INTO profiles (user_id, display_name, name_key, bio)
            VALUES (:n, :name, :key, '')""",
        """INSERT INTO events (event_id, name, name_key, creator_id, starts_at, ends_at)
            VALUES (:id, :name, :key, :n, 1, 2)""",
    ):
        asked = text(statement)
        given = {
            "n": number,
            "who": f"u{number}",
            "name": name,
            "key": fold(name),
            "id": UUID(int=number) if on.dialect.name == "postgresql" else f"{number:032x}",
        }
        on.execute(asked, {name: given[name] for name in asked.compile().params})


def fill_at(url: URL, revision: str) -> None:
    """Brings a database to a revision, and adds PERSON_COUNT people to it, with an event each."""
    upgrade(url, revision)

    def add(on: Connection) -> None:
        for number in range(1, PERSON_COUNT + 1):
            add_person(on, number, f"Алёна Ёж’{number:03}")
        on.commit()

    run_on_connection(url, add)


def check_all_are_folded(url: URL) -> None:
    """Raises AssertionError where a name is not folded, or an index does not find it."""
    assert is_current(url)
    for table in ("profiles", "events"):
        rows = run_sql(url, f"SELECT name_key, search_key FROM {table}")
        assert [(key, search_fold(key)) for key, _ in rows] == [tuple(row) for row in rows]
        if url.get_backend_name() == "sqlite":
            for index in (table, f"{table}_folded"):
                check = f"INSERT INTO trigrams_of_{index} (trigrams_of_{index}, rank)"
                run_sql(url, f"{check} VALUES ('integrity-check', 1)")
            index = f"trigrams_of_{table}_folded"
            statement = f"SELECT count(*) FROM {index} WHERE {index} MATCH '\"еж''\"'"
            expected = sum("еж'" in search_key for _, search_key in rows)
            assert run_sql(url, statement) == [(expected,)]


def count_unfolded(url: URL) -> int:
    """Counts the profiles and events that nothing finds yet."""
    return run_on_connection(url, search_keys).count(None)
