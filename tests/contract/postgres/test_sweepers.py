"""Several processes that sweep one PostgreSQL at once: nothing twice, and nothing lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import URL

from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.sql import pg_connect, pg_pool, postgres
from attendance_adapters.sql.postgres import PostgresStore
from attendance_core.marking.announcements import PlaceChanged
from attendance_core.marking.connections import Process, Role
from attendance_core.marking.places import BARRED_SECONDS, Barred, Held, Place, Waiting
from attendance_core.testing.clock import NOON, TestClock
from attendance_core.testing.lectures import EVENT, PROCESS, Lecture, numbered_connection, use_cases
from attendance_core.vocabulary import ProcessId, UserId

OTHER, DEAD = ProcessId(UUID(int=3)), ProcessId(UUID(int=4))
EACH_COUNT = 20  # people to whom the same has happened
HELD = range(3, 3 + EACH_COUNT)  # by a marker each, until some time ago
LOST = range(HELD.stop, HELD.stop + EACH_COUNT)  # their connection was, and their grace is over
OF_DEAD = range(LOST.stop, LOST.stop + EACH_COUNT)  # their process has died
HELD_OF_DEAD = range(OF_DEAD.stop, OF_DEAD.stop + EACH_COUNT)  # both
THERE = range(HELD_OF_DEAD.stop, HELD_OF_DEAD.stop + EACH_COUNT)  # nothing has
LATER = NOON + 200
HOURS_IN_SECONDS = 36_000.0


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is, nobody who waits for a connection or a row is turned away."""
    monkeypatch.setattr(postgres, "ANSWER_SECONDS", HOURS_IN_SECONDS)
    monkeypatch.setattr(pg_pool, "POOL_SECONDS", HOURS_IN_SECONDS)
    monkeypatch.setattr(pg_connect, "SILENT_SECONDS", HOURS_IN_SECONDS)
    for setting in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
        monkeypatch.setitem(pg_connect.SETTINGS, setting, "0")


@pytest.fixture
async def stores(
    postgres_url: URL, notifier: LocalNotifier, clock: TestClock, patience: None
) -> AsyncIterator[list[PostgresStore]]:
    made = [PostgresStore(postgres_url, notifier, clock=clock) for _ in range(2)]
    for each in made:
        await each.start()
    yield made
    for each in made:
        await each.close()


async def lecture_after_a_crash(store: PostgresStore) -> Lecture:
    lecture = await Lecture.begun(store, waiting=5 * EACH_COUNT)

    def work(unit: Any) -> None:
        for process_id in (PROCESS, OTHER):
            unit.processes.put(Process(process_id, LATER, NOON - 3600))
        unit.processes.put(Process(DEAD, NOON, NOON - 3600))
        for user_id in (*HELD, *HELD_OF_DEAD):
            held = Held(NOON, UserId(1000 + user_id), LATER - 1)
            unit.places.put(Place(EVENT, UserId(user_id), True, held, 1))
        for waiting in lecture.waiting:
            if waiting.user_id in LOST:
                unit.connections.lose([waiting.connection_id], NOON)
            elif waiting.user_id in (*OF_DEAD, *HELD_OF_DEAD):
                unit.connections.remove([waiting.connection_id])
                theirs = numbered_connection(
                    1000 + waiting.user_id, waiting.user_id, Role.MARK_ME, DEAD
                )
                unit.connections.add(theirs)

    await store.transact(work)
    return lecture


def sweep_once_all_have_looked(
    store: PostgresStore, process_id: ProcessId, looked: asyncio.Barrier
) -> Coroutine[Any, Any, int]:
    """Makes a sweep that ends what it has found when all others have found the same."""

    async def observe(look: Callable[[Any], Any]) -> Any:
        found = await store.observe(look)
        await looked.wait()
        return found

    return replace(use_cases(store).sweep, observe=observe)(process_id=process_id)


async def test_two_over_lost_connections_dead_processes_and_lapsed_holds_end_each_once(
    stores: list[PostgresStore], notifier: LocalNotifier, clock: TestClock
) -> None:
    one, _ = stores
    lecture = await lecture_after_a_crash(one)
    before = {
        user_id: await lecture.place(user_id) for user_id in map(UserId, range(3, THERE.stop))
    }
    clock.at = LATER
    told: list[Any] = []
    await notifier.subscribe(EVENT, told.append)
    looked = asyncio.Barrier(2 * len(stores))
    sweeps = [
        sweep_once_all_have_looked(store, process_id, looked)
        for _ in range(2)
        for store, process_id in zip(stores, (PROCESS, OTHER), strict=True)
    ]
    found_count = 2 * EACH_COUNT + 3 * EACH_COUNT  # holds and connections
    assert await asyncio.gather(*sweeps) == [found_count] * len(sweeps)

    gone = [*LOST, *OF_DEAD, *HELD_OF_DEAD]
    assert all(isinstance(each, PlaceChanged) for each in told)
    assert sorted(each.place.user_id for each in told) == sorted([*HELD, *gone])
    for user_id, place in before.items():
        after = await lecture.place(user_id)
        state, changed = place.state, user_id not in THERE
        if user_id in HELD:
            state = Waiting(NOON)
        elif user_id in gone:
            state = None
        had = place.state if isinstance(place.state, Held) else None
        barred = None if had is None else Barred(had.marker, had.until + BARRED_SECONDS)
        version = place.version + changed
        assert after == replace(place, state=state, version=version, barred=barred)
    listed = await one.observe(lambda u: u.places.waiting_or_held(EVENT))
    assert {each.user_id for each in listed} == {*HELD, *THERE}
    for user_id in before:
        left = await lecture.connections(user_id)
        assert len(left) == (0 if user_id in gone else 1)
    assert [await use_cases(each).sweep(process_id=PROCESS) for each in stores] == [0, 0]
