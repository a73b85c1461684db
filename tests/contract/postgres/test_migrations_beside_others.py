"""What a migration of PostgreSQL does where others hold locks, or left something half done."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import URL, Connection, text

from attendance_adapters.sql import maintenance, migration_steps
from attendance_adapters.sql import migrate as migrating
from attendance_adapters.sql.maintenance import run_on_connection
from attendance_adapters.sql.migrate import upgrade
from tests.support.migrates_and_dies import BATCH_SIZE
from tests.support.migrating import (
    LAST_WITHOUT_SEARCH_KEYS,
    PERSON_COUNT,
    check_all_are_folded,
    count_unfolded,
    fill_at,
    run_sql,
)
from tests.support.postgres_databases import a_database

pytestmark = pytest.mark.long


@pytest.fixture(autouse=True)
def few_rows_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migration_steps, "BATCH_SIZE", BATCH_SIZE)


@pytest.fixture
def filled(postgres_server: str) -> Iterator[URL]:
    with a_database(postgres_server, "template0") as made:
        fill_at(made, LAST_WITHOUT_SEARCH_KEYS)
        yield made


def test_a_row_that_somebody_has_locked_is_folded_later(
    filled: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for a batch that waits for somebody."""
    unfolded_counts: list[int] = []

    def hold(on: Connection) -> None:
        on.execute(text("SELECT 1 FROM profiles WHERE user_id = 42 FOR UPDATE"))
        locked.set()
        released.wait(30)
        on.rollback()

    def note_unfolded() -> None:
        if not unfolded_counts:  # the table is as it will be, and that row is still to be folded
            holder.start()
            assert locked.wait(30)
        unfolded_counts.append(count_unfolded(filled))
        if unfolded_counts[-1] == PERSON_COUNT + 1:  # all people but one
            released.set()
            holder.join()

    locked, released = threading.Event(), threading.Event()
    holder = threading.Thread(target=run_on_connection, args=(filled, hold))
    monkeypatch.setattr(migrating, "sleep", lambda _: note_unfolded())
    upgrade(filled)
    assert released.is_set()
    check_all_are_folded(filled)


def test_behind_a_backup_it_tries_again_and_lets_others_by(
    filled: URL, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever reads or writes would wait for as long as the backup goes on."""
    monkeypatch.setattr(maintenance, "LOCK_TIMEOUT_MILLISECONDS", 50)
    waits: list[float] = []

    def back_up(on: Connection) -> None:
        on.execute(text("LOCK TABLE events IN ACCESS SHARE MODE"))
        locked.set()
        released.wait(30)
        on.rollback()

    def write_meanwhile(seconds: float) -> None:
        waits.append(seconds)
        run_sql(filled, "SET lock_timeout = '1ms'", "UPDATE events SET ends_at = 3")
        if len(waits) == 3:
            released.set()
            holder.join()

    locked, released = threading.Event(), threading.Event()
    holder = threading.Thread(target=run_on_connection, args=(filled, back_up))
    holder.start()
    assert locked.wait(30)
    monkeypatch.setattr(maintenance, "sleep", write_meanwhile)
    monkeypatch.setattr(migrating, "sleep", lambda _: None)
    upgrade(filled)
    assert len(waits) == 3
    assert caplog.text.count("waits for others") == 1
    check_all_are_folded(filled)


def test_an_index_that_was_left_half_built_is_built_anew(filled: URL) -> None:
    upgrade(filled, "0004")
    index = "trigrams_of_profiles_folded"
    run_sql(
        filled,
        f"CREATE INDEX {index} ON profiles (user_id)",
        f"UPDATE pg_index SET indisvalid = false WHERE indexrelid = '{index}'\\:\\:regclass",
    )
    upgrade(filled)
    if not run_sql(filled, "SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'"):
        pytest.skip("no pg_trgm here: the index is not built at all")
    (made,) = run_sql(filled, f"SELECT indexdef FROM pg_indexes WHERE indexname = '{index}'")
    assert "gin_trgm_ops" in made[0]


def test_the_second_waits_without_a_transaction(filled: URL) -> None:
    """An index that is built beside writers would wait for it, and it for the index."""

    def hold(on: Connection) -> None:
        maintenance.keep_others_out(on)
        second.start()
        until = time.monotonic() + 30
        waiting: list[Any] = []
        while not waiting:
            assert time.monotonic() < until
            waiting = run_sql(
                filled,
                "SELECT state FROM pg_stat_activity WHERE datname = current_database()"
                " AND query LIKE 'ROLLBACK%' AND state = 'idle'",
            )
        migration_steps.build_index(on, "an_index", "ON events (ends_at)")
        migration_steps.drop_index(on, "an_index")

    second = threading.Thread(target=upgrade, args=(filled,))
    run_on_connection(filled, hold)
    second.join()
    check_all_are_folded(filled)
