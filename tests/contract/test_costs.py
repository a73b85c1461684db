"""What commands, calls and readings cost with 10 people and with 2 000: statements, and memory.

It is counted and never timed. Where a number is meant to grow, or shrinks, the table is changed.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest
import pytest_asyncio

from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.sql import sqlite
from attendance_adapters.sql.compiled import Compiler
from attendance_adapters.sql.footings import Footings
from attendance_adapters.sql.places import FIND_PLACES, WAITING_OR_HELD_PLACES, place_from
from attendance_adapters.sql.sqlite import SqliteStore
from attendance_core.marking.connections import Role
from attendance_core.marking.places import BARRED_SECONDS
from attendance_core.testing.clock import TestClock
from attendance_core.testing.lectures import EVENT, PROCESS, Lecture, numbered_connection
from attendance_core.vocabulary import UserId
from tests.support.sqlite_file import an_empty_database

pytestmark = pytest.mark.asyncio(loop_scope="module")

FEW, MANY = 10, 2_000  # people
MAX_MEMORY_BYTES: Final = 64 * 1024  # for a hold and its refusal, which take some 12 000

ANNA, BORIS = UserId(3), UserId(4)
# Second ones, of people of the lecture
ASKER_CONNECTION = numbered_connection(9_001, 3, Role.MARK_ME)
MARKER_CONNECTION = numbered_connection(9_002, 2, Role.MARKING)
MORE_OF_MARKER = [numbered_connection(number, 2, Role.MARKING) for number in (9_003, 9_004)]


async def first_piece(lecture: Lecture) -> object:
    async for piece in lecture.do.get_attendance.pieces(actor=UserId(1), event_id=EVENT):
        return piece
    raise AssertionError("nobody is there")


async def opens_more_of_marker(lecture: Lecture) -> None:
    for each in MORE_OF_MARKER:
        await lecture.do.ready_to_mark(connection=each)


class Use(NamedTuple):
    """One use of a use case, and how many statements it takes."""

    statement_count: int
    run: Callable[[Lecture], Awaitable[Any]]


# In the order in which they are run, on SQLite
USES: dict[str, Use] = {
    "prepare": Use(
        2, lambda lecture: lecture.do.prepare_to_mark(connection=lecture.markers[0], target=ANNA)
    ),
    "refuse": Use(3, lambda lecture: lecture.do.refuse_to_mark(connection=lecture.markers[0])),
    "prepare another": Use(
        2,
        lambda lecture: lecture.do.prepare_to_mark(connection=lecture.markers[0], target=BORIS),
    ),
    "confirm": Use(
        4, lambda lecture: lecture.do.confirm_marking(connection=lecture.markers[0], target=BORIS)
    ),
    "mark at once": Use(
        8,
        lambda lecture: lecture.do.mark_at_once(
            actor=lecture.markers[0].user_id, event_id=EVENT, user_id=UserId(7)
        ),
    ),
    "open mark_me": Use(4, lambda lecture: lecture.do.mark_me(connection=ASKER_CONNECTION)),
    "open marking": Use(4, lambda lecture: lecture.do.ready_to_mark(connection=MARKER_CONNECTION)),
    "goodbye": Use(
        2,
        lambda lecture: lecture.do.hang_up(connections=[ASKER_CONNECTION], goodbye=True),
    ),
    "loss": Use(
        1, lambda lecture: lecture.do.hang_up(connections=[MARKER_CONNECTION], goodbye=False)
    ),
    "open marking twice": Use(9, opens_more_of_marker),
    "goodbyes of one person": Use(
        2, lambda lecture: lecture.do.hang_up(connections=MORE_OF_MARKER, goodbye=True)
    ),
    "GetProfile": Use(1, lambda lecture: lecture.do.get_profile(actor=UserId(1), user_id=ANNA)),
    "GetAttendance, its first page": Use(2, first_piece),
    "read a room": Use(
        1,
        lambda lecture: lecture.do.read_room(event_id=EVENT, process_id=PROCESS, watched=[ANNA]),
    ),
    "glance at rooms": Use(
        1,
        lambda lecture: lecture.do.glance_at_rooms(event_ids=[EVENT], process_id=PROCESS),
    ),
}


@contextmanager
def counting(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """Collects the statements of stores meanwhile; not BEGIN, COMMIT and those of triggers."""
    asked: list[object] = []
    prepare = Compiler.prepare

    def prepare_and_note(self: Compiler, statement: Any, *parameters: Any) -> Any:
        asked.append(statement)
        return prepare(self, statement, *parameters)

    with monkeypatch.context() as patch:
        patch.setattr(Compiler, "prepare", prepare_and_note)
        yield asked


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=[FEW, MANY])
async def lecture(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Lecture]:
    """A lecture of so many people, two of whom mark, while all others wait."""
    path: Path = an_empty_database(tmp_path_factory.mktemp("costs"))
    store = SqliteStore(path, TestClock(), LocalNotifier())
    with pytest.MonkeyPatch.context() as monkeypatch:
        # Else a look that takes long on a busy machine is begun anew, and counted twice
        monkeypatch.setattr(sqlite, "SLICES_IN_EVENT_LOOP", 10**9)
        await store.start()
        yield await Lecture.begun(store, waiting=request.param - 2)
        await store.close()


async def statement_counts_of(lecture: Lecture, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Runs all of these one after another, and counts the statements of each."""
    counts = {}
    for name, use in USES.items():
        with counting(monkeypatch) as asked:
            await use.run(lecture)
        counts[name] = len(asked)
    return counts


async def hold_and_refuse(lecture: Lecture) -> None:
    await lecture.do.prepare_to_mark(connection=lecture.markers[1], target=UserId(6))
    await lecture.do.refuse_to_mark(connection=lecture.markers[1])


async def memory_bytes_of_hold_and_refusal(lecture: Lecture) -> int:
    """Counts the bytes that a hold and its refusal have in hand at once, having run before."""
    lecture.store._clock.pass_(2 * BARRED_SECONDS)
    await hold_and_refuse(lecture)
    lecture.store._clock.pass_(2 * BARRED_SECONDS)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        await hold_and_refuse(lecture)
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


async def test_each_asks_as_many_statements_with_few_people_as_with_many(
    lecture: Lecture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await statement_counts_of(lecture, monkeypatch) == {
        name: use.statement_count for name, use in USES.items()
    }


async def test_a_warm_command_has_little_in_hand(lecture: Lecture) -> None:
    assert await memory_bytes_of_hold_and_refusal(lecture) < MAX_MEMORY_BYTES


class TestPlanted:
    """Regressions that are planted, each of which a count above shows."""

    async def test_a_statement_more_is_counted(
        self, lecture: Lecture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lock = Footings.lock_for_command

        def looks_before(self: Footings, connection: Any, *rest: Any) -> Any:
            keys = {"event_id": EVENT, "user_ids": [connection.user_id]}
            self._execute(FIND_PLACES, keys)
            return lock(self, connection, *rest)

        counts = []
        for _ in range(2):
            lecture.store._clock.pass_(2 * BARRED_SECONDS)
            with counting(monkeypatch) as asked:
                await hold_and_refuse(lecture)
            counts.append(len(asked))
            monkeypatch.setattr(Footings, "lock_for_command", looks_before)
        assert counts[1] == counts[0] + 2  # one in the hold, one in the refusal

    async def test_a_room_that_is_read_by_a_command_is_seen(
        self, lecture: Lecture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lock = Footings.lock_for_command

        def reads_all(self: Footings, connection: Any, *rest: Any) -> Any:
            list(map(place_from, self._execute(WAITING_OR_HELD_PLACES, {"event_id": EVENT})))
            return lock(self, connection, *rest)

        monkeypatch.setattr(Footings, "lock_for_command", reads_all)
        is_large = (
            len(await lecture.store.observe(lambda u: u.places.waiting_or_held(EVENT))) > MANY / 2
        )
        assert (await memory_bytes_of_hold_and_refusal(lecture) > MAX_MEMORY_BYTES) == is_large
