"""Databases that ran a migration before it was what it is now."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import URL, Connection, text

from attendance_adapters.sql.maintenance import run_on_connection
from attendance_adapters.sql.migrate import upgrade
from attendance_adapters.sql.search_index import search_key_on_postgres
from tests.support.migrating import (
    check_all_are_folded,
    differences,
    fill_at,
    run_sql,
    schema_of,
)
from tests.support.postgres_databases import a_database

pytestmark = pytest.mark.long


class TestDatabasesOfThe0004ThatFoldedAllAtOnce:
    """Nobody was given it in a release, and who ran it all the same ends like everybody."""

    def test_they_end_like_new_ones(self, url: URL) -> None:
        if url.get_backend_name() == "sqlite":
            fill_at(url, "0005")
            triggers = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
            for name, sql in run_sql(url, triggers):
                plain = re.sub(
                    r"SELECT ('delete', old.user_id, old.search_key) WHERE .*;",
                    r"VALUES (\1);",
                    sql,
                ).replace("coalesce(old.search_key, '')", "old.search_key")
                run_sql(url, f"DROP TRIGGER {name}", plain.replace(":", r"\:"))
            run_sql(url, "UPDATE alembic_version SET version_num = '0004'")
        else:
            fill_at(url, "0004")
            for table in ("profiles", "events"):
                key = search_key_on_postgres("name_key")
                run_sql(
                    url,
                    f"ALTER TABLE {table} DROP COLUMN search_key",
                    f"""ALTER TABLE {table} ADD COLUMN search_key VARCHAR COLLATE "C"
                        GENERATED ALWAYS AS ({key}) STORED""",
                )
        upgrade(url)
        check_all_are_folded(url)
        assert run_on_connection(url, differences) == []
        reached = schema_of(url)
        run_on_connection(url, rename_all)
        check_all_are_folded(url)
        with another_database(url) as new:
            upgrade(new)
            assert reached == schema_of(new)


def rename_all(on: Connection) -> None:
    for table in ("profiles", "events"):
        on.execute(text(f"UPDATE {table} SET name_key = name_key || 'ё'"))
    on.commit()


class TestIdAmongTallies:
    """Where it was before it had a table of its own."""

    LAST_WITHOUT_ID = "0005"  # a revision
    HALVES = (0x0123456789, 0x2FEDCBA987)
    SELECT_ID = """SELECT database_id FROM installation"""

    def test_folders_that_are_marked_with_it_stay_claimed(self, url: URL) -> None:
        upgrade(url, self.LAST_WITHOUT_ID)
        taken = struct.pack(">2q", *(half * 1_000_000 for half in self.HALVES)).hex()
        taken = f"X'{taken}'" if url.get_backend_name() == "sqlite" else f"decode('{taken}', 'hex')"
        run_sql(
            url,
            f"""INSERT INTO tallies (key, taken, under_way, lapses_at)
                VALUES ('id of this database', {taken}, {taken}, 1)""",
        )
        upgrade(url)
        assert run_sql(url, self.SELECT_ID) == [("000123456789002fedcba987",)]
        assert run_sql(url, "SELECT count(*) FROM tallies") == [(1,)]

    def test_a_database_without_one_gets_it_at_the_first_start(self, url: URL) -> None:
        upgrade(url)
        assert run_sql(url, self.SELECT_ID) == []


@contextmanager
def another_database(url: URL) -> Iterator[URL]:
    """Makes a second database, on the same engine."""
    if url.get_backend_name() == "sqlite":
        yield url.set(database=f"{url.database}.new")
        return
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with a_database(address, "template0") as made:
        yield made
