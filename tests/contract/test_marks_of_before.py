"""The ledger and the version before, whose only record is `marks`. Contract: 8.1, 8.4.

What that version says to the database is written here as it says it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import URL, Connection, text

from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.sql import migrate, migration_steps
from attendance_adapters.sql.maintenance import run_on_connection
from attendance_adapters.sql.migrate import upgrade
from attendance_adapters.sql.postgres import PostgresStore
from attendance_adapters.sql.revisions import is_current
from attendance_adapters.sql.sqlite import SqliteStore
from attendance_core.errors import SomebodyWasMarked
from attendance_core.marking.ledger import Origin, month_of
from attendance_core.marking.places import Marked
from attendance_core.marking.terms import Terms
from attendance_core.pieces import ListQuery
from attendance_core.testing.clock import TestClock
from attendance_core.testing.people import annul, mark
from attendance_core.vocabulary import EventId, UserId
from tests.support.migrating import add_person, run_sql

pytestmark = pytest.mark.long

LAST_WITHOUT_LEDGER = "0010"  # a revision, as is the next
FIRST_WITH_MARKS_IN_LEDGER = "0012"
MICROSECONDS_A_SECOND = 1_000_000
JUNE = 1_780_272_000  # the first second of a month
EVENT = EventId(UUID(int=1))
ADD_PLACE = """INSERT INTO places (event_id, user_id, member, version)
    SELECT :event_id, user_id, :member, 0 FROM accounts WHERE user_id = :user_id"""
PUT_PLACE = """UPDATE places SET member = :member, since = NULL, held_by = NULL, held_until = NULL,
    version = :version WHERE event_id = :event_id AND user_id = :user_id"""
ADD_MARK = """INSERT INTO marks (event_id, user_id, marker_id, at, points)
    VALUES (:event_id, :user_id, :marker_id, :at, :points)"""
SELECT_STATE = """SELECT places.version, marks.marker_id, marks.at, marks.points
    FROM places LEFT OUTER JOIN marks
    ON marks.event_id = places.event_id AND marks.user_id = places.user_id
    WHERE places.event_id = :event_id AND places.user_id = :user_id"""
SELECT_KARMA = "SELECT coalesce(sum(points), 0) FROM marks WHERE marker_id = :marker_id"
REMOVE_SCAN = "DELETE FROM scans WHERE user_id = :user_id"
ADD_SCAN = """INSERT INTO scans (user_id, file, uploaded_at, state, judged_at, reason)
    VALUES (:user_id, 'f', 1, :state, :judged_at, NULL)"""


def execute(on: Connection, statement: str, **given: Any) -> list[Any]:
    if "event_id" in given:
        event_id = UUID(int=given["event_id"])
        given["event_id"] = event_id if on.dialect.name == "postgresql" else event_id.hex
    answer = on.execute(text(statement), given)
    return [tuple(row) for row in answer] if answer.returns_rows else []


def enters(on: Connection, event: int, person: int) -> None:
    execute(on, ADD_PLACE, event_id=event, user_id=person, member=False)


def marks(on: Connection, event: int, person: int, marker: int, at: int, version: int = 3) -> None:
    """Marks somebody as its confirm does: the place, then the mark."""
    execute(on, PUT_PLACE, event_id=event, user_id=person, member=True, version=version)
    execute(
        on,
        ADD_MARK,
        event_id=event,
        user_id=person,
        marker_id=marker,
        at=at * MICROSECONDS_A_SECOND,
        points=50,
    )


def judges(on: Connection, person: int, at: int, state: str = "approved") -> None:
    execute(on, REMOVE_SCAN, user_id=person)
    execute(on, ADD_SCAN, user_id=person, state=state, judged_at=at * MICROSECONDS_A_SECOND)


class VersionBefore:
    """The version before, over a database that this one has migrated."""

    def __init__(self, url: URL) -> None:
        self.url = url

    def does(self, step: Any, *arguments: Any) -> Any:
        def run(on: Connection) -> Any:
            found = step(on, *arguments)
            on.commit()
            return found

        return run_on_connection(self.url, run)

    def state(self, event: int, person: int) -> Any:
        ((version, marker, at, points),) = self.does(
            lambda on: execute(on, SELECT_STATE, event_id=event, user_id=person)
        )
        return (marker, None if at is None else at // MICROSECONDS_A_SECOND, points, version)

    def karma(self, marker: int) -> int:
        ((karma,),) = self.does(lambda on: execute(on, SELECT_KARMA, marker_id=marker))
        return int(karma)


def add_four_people(on: Connection) -> None:
    for number in range(1, 5):
        add_person(on, number, f"Person {number}")
    for person in (1, 2, 3, 4):
        enters(on, 1, person)


@pytest.fixture
def old(url: URL) -> VersionBefore:
    upgrade(url)
    old = VersionBefore(url)
    old.does(add_four_people)
    return old


@pytest.fixture
async def store(old: VersionBefore) -> AsyncIterator[Any]:
    clock, notifier = TestClock(), LocalNotifier()
    made: SqliteStore | PostgresStore
    if old.url.get_backend_name() == "sqlite":
        made = SqliteStore(Path(str(old.url.database)), clock, notifier)
    else:
        made = PostgresStore(old.url, notifier, clock=clock)
    await made.start()
    yield made
    await made.close()


async def entries(store: Any, person: int = 2) -> list[tuple[Any, ...]]:
    """Reads the number, the actor, the origin and the name of each; the first one first."""
    found = await store.observe(lambda u: u.ledger.of(EVENT, UserId(person), ListQuery()))
    return [
        (line.entry.n, line.entry.actor_id, line.entry.origin, line.notes.marked_as)
        for line in reversed(found)
    ]


class TestSideBySide:
    """While one version replaces the other, both work on one database."""

    async def test_old_marks_new_annuls_old_marks_again(
        self, old: VersionBefore, store: Any
    ) -> None:
        person, terms = UserId(2), Terms()
        old.does(marks, 1, 2, 1, JUNE)
        (place,) = await store.observe(lambda u: u.places.of(EVENT, [person]))
        assert place.state == Marked(UserId(1), JUNE, 1, Origin.HOLD)
        assert (place.last_n, place.version) == (1, 3)
        assert await store.observe(lambda u: u.ledger.karma(UserId(1), terms)) == 50

        await store.transact(lambda u: annul(u, person, UserId(3), JUNE + 1, EVENT))
        assert old.state(1, 2) == (None, None, None, 4)
        assert old.karma(1) == 0

        old.does(marks, 1, 2, 4, JUNE + 2, 7)
        (place,) = await store.observe(lambda u: u.places.of(EVENT, [person]))
        assert place.state == Marked(UserId(4), JUNE + 2, 3, Origin.HOLD)
        assert await entries(store) == [
            (1, 1, Origin.HOLD, "Person 2"),
            (2, 3, None, None),
            (3, 4, Origin.HOLD, "Person 2"),
        ]
        for marker, karma in ((1, 0), (4, 50)):
            assert old.karma(marker) == karma
            found = await store.observe(
                lambda u, marker=marker: u.ledger.karma(UserId(marker), terms)
            )
            assert found == karma

    async def test_what_the_new_one_marks_the_old_one_reads(
        self, old: VersionBefore, store: Any
    ) -> None:
        await store.transact(lambda u: mark(u, UserId(2), UserId(1), JUNE, EVENT))
        assert old.state(1, 2) == (1, JUNE, 50, 2)
        assert old.karma(1) == 50
        assert await entries(store) == [(1, 1, Origin.HOLD, "Person 2")]
        with pytest.raises(Exception, match=r"(?i)unique"):
            old.does(marks, 1, 2, 4, JUNE)
        await store.transact(lambda u: annul(u, UserId(2), UserId(1), JUNE, EVENT))
        await store.transact(lambda u: mark(u, UserId(2), UserId(4), JUNE + 5, EVENT))
        assert old.state(1, 2) == (4, JUNE + 5, 50, 5)

    async def test_a_tick_that_the_old_one_gives_counts(
        self, old: VersionBefore, store: Any
    ) -> None:
        old.does(judges, 1, 5)
        old.does(judges, 2, 5)
        old.does(judges, 2, 6, "rejected")
        old.does(marks, 1, 2, 1, JUNE)
        (line,) = await store.observe(lambda u: u.ledger.of(EVENT, None, ListQuery()))
        entry = line.entry
        assert (entry.actor_checked, entry.person_checked) == (True, True)
        old.does(marks, 1, 1, 2, JUNE)
        entry = await store.observe(lambda u: u.ledger.find(EVENT, UserId(1), 1))
        assert (entry.actor_checked, entry.person_checked) == (False, True)

    async def test_an_event_whose_marks_were_all_annulled_stays(
        self, old: VersionBefore, store: Any
    ) -> None:
        """Contract: 5.6."""
        old.does(marks, 1, 2, 1, JUNE)
        await store.transact(lambda u: annul(u, UserId(2), UserId(3), JUNE, EVENT))
        with pytest.raises(SomebodyWasMarked):
            await store.transact(lambda u: u.events.remove(EVENT))


PERSON_COUNT = 43
BATCH_SIZE = 10


def mark_everybody(on: Connection) -> None:
    """Has everybody marked by the next one, at the border of a month; some have a tick."""
    for number in range(1, PERSON_COUNT + 1):
        add_person(on, number, f"Person {number}")
    for number in range(1, PERSON_COUNT):
        if number % 3 == 0:
            judges(on, number, JUNE - 2 + number % 5)
        if number % 7 == 0:
            judges(on, number, JUNE - 9, "rejected")
    for number in range(1, PERSON_COUNT):
        enters(on, 1 + number % 4, number)
        marks(on, 1 + number % 4, number, number + 1, JUNE - number % 2)
    on.commit()


def had_tick(number: int, at: int) -> bool:
    return (
        number % 3 == 0
        and number % 7 != 0
        and number < PERSON_COUNT
        and JUNE - 2 + number % 5 <= at
    )


class Died(Exception):
    """What ends a migration in the middle."""


class TestMarksOfOld:
    """Contract: 8.4, they become n = 1, hold, checked only if the scan was judged by then."""

    def test_they_are_in_the_ledger_whenever_the_migration_dies(
        self, url: URL, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        upgrade(url, LAST_WITHOUT_LEDGER)
        run_on_connection(url, mark_everybody)
        monkeypatch.setattr(migration_steps, "BATCH_SIZE", BATCH_SIZE)
        deaths = 0

        def die(_: float) -> None:
            raise Died

        monkeypatch.setattr(migrate, "sleep", die)
        while not is_current(url):
            try:
                upgrade(url)
            except Died:
                deaths += 1
        assert deaths >= PERSON_COUNT // BATCH_SIZE
        columns = "user_id, n, previous_n, actor_id, at, month, origin, actor_checked"
        rows = run_sql(
            url, f"SELECT {columns}, person_checked, reason FROM ledger ORDER BY user_id"
        )
        expected = []
        for number in range(1, PERSON_COUNT):
            at = JUNE - number % 2
            checked = had_tick(number + 1, at), had_tick(number, at)
            when = (at * MICROSECONDS_A_SECOND, month_of(at))
            expected.append((number, 1, None, number + 1, *when, "hold", *checked, None))
        assert [tuple(row) for row in rows] == expected
        assert {checked for *_, checked, _ in expected} == {True, False}
        assert run_sql(url, "SELECT count(*) FROM ledger_notes") == [(0,)]
        places = run_sql(url, "SELECT last_n, count(*) FROM places GROUP BY last_n")
        assert [tuple(row) for row in places] == [(1, PERSON_COUNT - 1)]
        assert run_sql(url, "SELECT count(*) FROM marks") == [(PERSON_COUNT - 1,)]

    def test_what_the_old_one_marks_meanwhile_is_there_once(
        self, url: URL, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        upgrade(url, LAST_WITHOUT_LEDGER)
        run_on_connection(url, mark_everybody)
        monkeypatch.setattr(migration_steps, "BATCH_SIZE", BATCH_SIZE)
        old, people = VersionBefore(url), iter(range(1, PERSON_COUNT))

        def go_on(_: float) -> None:
            number = next(people)
            event = 1 + (number + 1) % 4
            old.does(lambda on: enters(on, event, number))
            old.does(marks, event, number, number + 1, JUNE)

        monkeypatch.setattr(migrate, "sleep", go_on)
        upgrade(url, FIRST_WITH_MARKS_IN_LEDGER)
        more_count = next(people) - 1
        assert more_count >= PERSON_COUNT // BATCH_SIZE
        found = run_sql(url, "SELECT count(*), min(n), max(n) FROM ledger")
        assert [tuple(row) for row in found] == [(PERSON_COUNT - 1 + more_count, 1, 1)]
        missing = """SELECT count(*) FROM places LEFT JOIN ledger
            ON ledger.event_id = places.event_id AND ledger.user_id = places.user_id
            WHERE last_n <> 1 OR ledger.n IS NULL"""
        assert run_sql(url, missing) == [(0,)]
