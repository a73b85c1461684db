"""Names of before are folded in batches, beside whoever writes and whoever else migrates."""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import URL, Connection, create_engine, text

from attendance_adapters.sql import migrate as migrating
from attendance_adapters.sql import migration_steps
from attendance_adapters.sql.addresses import sqlite_url
from attendance_adapters.sql.maintenance import SQLITE_BUSY_SECONDS, run_on_connection
from attendance_adapters.sql.migrate import upgrade
from attendance_adapters.sql.revisions import is_current
from tests.support import fork_server, migrates_and_dies
from tests.support.fork_server import ROOT, ForkedProcess
from tests.support.migrates_and_dies import BATCH_SIZE
from tests.support.migrating import (
    LAST_WITHOUT_SEARCH_KEYS,
    PERSON_COUNT,
    add_person,
    check_all_are_folded,
    count_unfolded,
    fill_at,
    run_sql,
)

pytestmark = pytest.mark.long


@pytest.fixture
def old_url(url: URL) -> URL:
    """A database that the version before has filled."""
    fill_at(url, LAST_WITHOUT_SEARCH_KEYS)
    return url


@pytest.fixture(autouse=True)
def few_rows_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migration_steps, "BATCH_SIZE", BATCH_SIZE)


def between_batches(monkeypatch: pytest.MonkeyPatch, then: Callable[[], None]) -> None:
    monkeypatch.setattr(migrating, "sleep", lambda _: then())


class Died(Exception):
    """What ends a migration in the middle."""


class TestDeath:
    """A migration that dies is followed by one that goes on. Contract: 3.9."""

    def test_no_row_is_folded_twice(self, old_url: URL, monkeypatch: pytest.MonkeyPatch) -> None:
        left_counts: list[int] = []

        def die_at_each() -> None:
            raise Died

        between_batches(monkeypatch, die_at_each)
        while not is_current(old_url):
            try:
                upgrade(old_url)
            except Died:
                left_counts.append(count_unfolded(old_url))
        everybody = 2 * PERSON_COUNT
        assert sorted({everybody, *left_counts}, reverse=True) == [
            *range(everybody, PERSON_COUNT, -BATCH_SIZE),
            *range(PERSON_COUNT, 0, -BATCH_SIZE),
            0,
        ]
        check_all_are_folded(old_url)

    @pytest.mark.parametrize("commit", [2, 3, 6, 9])
    def test_a_batch_that_is_not_committed_is_folded_again(
        self, old_url: URL, monkeypatch: pytest.MonkeyPatch, commit: int
    ) -> None:
        commits = iter(range(1, commit))
        really_commit = Connection.commit

        def die_before(connection: Connection) -> None:
            if next(commits, None) is None:
                raise Died
            really_commit(connection)

        with monkeypatch.context() as patch:
            patch.setattr(Connection, "commit", die_before)
            with pytest.raises(Died):
                upgrade(old_url)
        assert count_left_to_fold(old_url) > 0
        upgrade(old_url)
        check_all_are_folded(old_url)

    @pytest.mark.parametrize("batch", [1, 4, 8])
    def test_a_process_that_is_killed(self, old_url: URL, batch: int) -> None:
        assert start_migration(old_url, dies_after=batch).wait() == -signal.SIGKILL
        assert count_unfolded(old_url) > 0
        assert not is_current(old_url)
        upgrade(old_url)
        check_all_are_folded(old_url)


def count_left_to_fold(url: URL) -> int:
    revisions = run_sql(url, "SELECT version_num FROM alembic_version")
    return 2 * PERSON_COUNT if revisions == [(LAST_WITHOUT_SEARCH_KEYS,)] else count_unfolded(url)


def start_migration(url: URL, dies_after: int = 0) -> ForkedProcess:
    address = url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", migrates_and_dies.__name__, address, str(dies_after)]
    return fork_server.start(command, cwd=ROOT, env=os.environ)


class TestWriters:
    def test_whoever_writes_between_two_batches_waits_for_nothing(
        self, old_url: URL, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As the version before does, which goes on meanwhile. Contract: 3.9."""
        first_number = 100
        numbers = iter(range(first_number, 200))

        def write(on: Connection) -> None:
            number = next(numbers)
            if on.dialect.name == "postgresql":
                on.execute(text("SET lock_timeout = '1ms'"))
            add_person(on, number, f"Новый Ёж’{number}")
            for table, column in (("profiles", "user_id"), ("events", "event_id")):
                # The last ones are not folded yet, the first ones are
                for order in ("DESC", "ASC"):
                    picked = f"SELECT name_key FROM {table} ORDER BY {column} {order} LIMIT 1"
                    key = on.execute(text(picked)).scalar_one()
                    renamed = f"UPDATE {table} SET name_key = :new WHERE name_key = :old"
                    on.execute(text(renamed), {"new": f"{key}ё", "old": key})
            on.execute(text("DELETE FROM events WHERE name_key LIKE '%ёж’04%'"))
            on.commit()

        def from_elsewhere() -> None:
            url = old_url
            if url.get_backend_name() == "postgresql":
                return run_on_connection(url, write)
            engine = create_engine(url, connect_args={"timeout": 0})
            with engine.connect() as on:
                write(on)
            return engine.dispose()

        between_batches(monkeypatch, from_elsewhere)
        upgrade(old_url)
        assert next(numbers) >= first_number + 2 * (PERSON_COUNT // BATCH_SIZE)
        check_all_are_folded(old_url)


class TestTwoAtOnce:
    def test_processes_of_which_one_dies_do_it_together(self, old_url: URL) -> None:
        others = [start_migration(old_url, dies_after) for dies_after in (0, 3, 0)]
        for each, ends in zip(others, ({0}, {0, -signal.SIGKILL}, {0}), strict=True):
            assert each.wait() in ends
        check_all_are_folded(old_url)

    def test_one_that_does_the_rest_while_the_other_pauses(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """SQLite's two take turns; PostgreSQL's second one waits for all of the first."""
        url = sqlite_url(tmp_path / "it.db")
        fill_at(url, LAST_WITHOUT_SEARCH_KEYS)
        pauses: list[bool] = []

        def let_the_other_in() -> None:
            pauses.append(True)
            if len(pauses) == 2:
                upgrade(url)

        between_batches(monkeypatch, let_the_other_in)
        upgrade(url)
        check_all_are_folded(url)

    def test_one_whose_database_a_newer_version_has_migrated_meanwhile(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It would look for names where there are none any more."""
        url = sqlite_url(tmp_path / "it.db")
        fill_at(url, LAST_WITHOUT_SEARCH_KEYS)

        def let_the_newer_one_in() -> None:
            between_batches(monkeypatch, lambda: None)
            upgrade(url)
            run_sql(
                url,
                "DROP TABLE events",
                "UPDATE alembic_version SET version_num = 'of_tomorrow'",
            )

        between_batches(monkeypatch, let_the_newer_one_in)
        upgrade(url)
        assert run_sql(url, "SELECT version_num FROM alembic_version") == [("of_tomorrow",)]

    def test_one_waits_for_whoever_has_the_file_locked(self, tmp_path: Path) -> None:
        """For longer than the 5 s that Python's driver waits by itself."""
        file = tmp_path / "attendance.db"
        other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        unlocking = threading.Timer(SQLITE_BUSY_SECONDS + 1, other.close)
        unlocking.start()
        upgrade(URL.create("sqlite", database=str(file)))
        unlocking.join()

    def test_many_over_an_empty_database(self, url: URL) -> None:
        failed: list[BaseException] = []

        def run() -> None:
            try:
                upgrade(url)
            except BaseException as error:
                failed.append(error)

        threads = [threading.Thread(target=run) for _ in range(4)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert failed == []
        assert is_current(url)
