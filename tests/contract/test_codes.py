"""Every store keeps codes apart, and gives one to whoever is written without. Contract: 8.10."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import URL, Connection, text

from attendance_adapters.sql import migrate as migrating
from attendance_adapters.sql import migration_steps
from attendance_adapters.sql.maintenance import run_on_connection
from attendance_adapters.sql.migrate import upgrade
from attendance_adapters.sql.revisions import is_current
from attendance_core.events import CODE_LENGTH, CODE_LETTERS, event_code_of
from tests.support.migrating import PERSON_COUNT, add_person, fill_at, migrated, run_sql

__all__ = ["migrated"]

LAST_WITHOUT_CODES = "0007"  # a revision
BATCH_SIZE = 10
SELECT_CODES = "SELECT event_id, code FROM events"


@pytest.fixture
def old_url(url: URL, monkeypatch: pytest.MonkeyPatch) -> URL:
    """A database that the version before has filled, and batches of a few rows."""
    monkeypatch.setattr(migration_steps, "BATCH_SIZE", BATCH_SIZE)
    fill_at(url, LAST_WITHOUT_CODES)
    return url


def checked_codes(url: URL, event_count: int = PERSON_COUNT) -> dict[Any, str]:
    """Answers them by event, and raises unless each has one of its own."""
    codes = {event_id: code for event_id, code in run_sql(url, SELECT_CODES)}
    assert len(codes) == len(set(codes.values())) == event_count
    assert all(event_code_of(code or "") == code for code in codes.values())
    return codes


def add_events_without_code(url: URL, first: int, end: int) -> None:
    """Adds them as the version before does."""

    def add(on: Connection) -> None:
        for number in range(first, end):
            add_person(on, number, f"Новое {number}")
        on.commit()

    run_on_connection(url, add)


def limit_code_letters(url: URL, letters: str) -> None:
    """Makes the database draw of so few that most of what it draws is taken."""
    if url.get_backend_name() == "sqlite":
        select_definitions = "SELECT name, sql FROM sqlite_master WHERE name LIKE 'code_of_events%'"
        found = [(f"DROP TRIGGER {name}", sql) for name, sql in run_sql(url, select_definitions)]
    else:
        select_definitions = (
            "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = 'give_event_code'"
        )
        found = [("SELECT 1", sql) for (sql,) in run_sql(url, select_definitions)]
    assert found
    for before, sql in found:
        assert CODE_LETTERS in sql
        few = sql.replace(CODE_LETTERS, letters).replace(f"{len(CODE_LETTERS)})", "2)")
        run_sql(url, before, few.replace(":", r"\:"))


class TestVersionBefore:
    """While versions are replaced, it makes events beside this one, and names no code."""

    def test_the_database_gives_its_events_one(self, migrated: URL) -> None:
        add_events_without_code(migrated, 1, 40)
        checked_codes(migrated, 39)

    def test_one_that_is_taken_is_not_given_again(self, migrated: URL) -> None:
        limit_code_letters(migrated, "AB")
        # All that can be made of two letters
        add_events_without_code(migrated, 1, 2**CODE_LENGTH + 1)
        codes = checked_codes(migrated, 2**CODE_LENGTH)
        assert {letter for code in codes.values() for letter in code} == {"A", "B"}

    def test_a_code_that_is_named_is_kept_and_none_is_given_twice(self, migrated: URL) -> None:
        add_events_without_code(migrated, 1, 4)
        run_sql(migrated, "UPDATE events SET code = 'K7M2XP' WHERE name LIKE '%1'")
        before = checked_codes(migrated, 3)
        assert "K7M2XP" in before.values()
        run_sql(migrated, "UPDATE events SET name_key = name_key || 'я', ends_at = 3")
        assert checked_codes(migrated, 3) == before


class Died(Exception):
    """What ends a migration in the middle."""


@pytest.mark.long
class TestEventsOfOld:
    def test_all_get_one_in_batches_and_keep_it_whoever_dies(
        self, old_url: URL, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        left_counts: list[int] = []
        seen: dict[Any, str] = {}

        def die_at_each(_: object) -> None:
            raise Died

        monkeypatch.setattr(migrating, "sleep", die_at_each)
        while not is_current(old_url):
            try:
                upgrade(old_url)
            except Died:
                codes = dict(run_sql(old_url, SELECT_CODES))
                assert seen.items() <= codes.items()
                seen = {event_id: code for event_id, code in codes.items() if code is not None}
                left_counts.append(PERSON_COUNT - len(seen))
        assert left_counts[-1] == 0
        assert {*left_counts} <= {*range(PERSON_COUNT, 0, -BATCH_SIZE), 0}
        assert len({*left_counts}) >= PERSON_COUNT // BATCH_SIZE
        assert checked_codes(old_url) == seen

    def test_whoever_writes_between_two_batches_waits_for_nothing(
        self, old_url: URL, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        numbers = iter(range(100, 200))
        between_batches(
            monkeypatch,
            lambda: add_events_without_code(old_url, number := next(numbers), number + 1),
        )
        upgrade(old_url)
        made_count = next(numbers) - 100
        assert made_count > PERSON_COUNT // BATCH_SIZE
        checked_codes(old_url, PERSON_COUNT + made_count)


def between_batches(monkeypatch: pytest.MonkeyPatch, then: Callable[[], None]) -> None:
    monkeypatch.setattr(migrating, "sleep", lambda _: then())


@pytest.mark.long
class TestPostgres:
    @pytest.mark.parametrize("url", ["postgres"], indirect=True)
    def test_whoever_joins_an_event_does_not_wait_for_its_code(self, old_url: URL) -> None:
        """An index that could be a key would have both wait for each other."""
        upgrade(old_url)
        join = """INSERT INTO places (event_id, user_id, member, version)
            SELECT event_id, creator_id, true, 1 FROM events"""

        def give(on: Connection) -> None:
            on.execute(text("UPDATE events SET code = NULL"))
            run_sql(old_url, "SET lock_timeout = '100ms'", join)
            on.commit()

        run_on_connection(old_url, give)
        checked_codes(old_url)
        assert run_sql(old_url, "SELECT count(*) FROM places") == [(PERSON_COUNT,)]
