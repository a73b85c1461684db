"""How many marks a second are confirmed durably, with and without sharing a COMMIT.

    python -m benchmarks.commit

The same confirms, over a real SQLite file, by 1, 16 and 64 tasks at once; each round runs every
variant once, so that a slow moment of the machine falls on all of them. Medians are printed.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from attendance_adapters.container import build_use_cases
from attendance_adapters.files import ObjectFiles
from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.passwords import Argon2Passwords
from attendance_adapters.pictures import PillowPictures
from attendance_adapters.sql.addresses import sqlite_url
from attendance_adapters.sql.migrate import upgrade
from attendance_adapters.sql.sqlite import SqliteStore
from attendance_adapters.sql.sqlite_writer import MAX_GROUP_SIZE
from attendance_adapters.system import RandomIds, SystemClock
from attendance_core import ports
from attendance_core.accounts import CredentialKind, Session
from attendance_core.events import Event
from attendance_core.marking.connections import Connection, Role
from attendance_core.marking.places import Held
from attendance_core.marking.terms import Terms
from attendance_core.profiles import Profile
from attendance_core.use_cases import UseCases
from attendance_core.vocabulary import ConnectionId, EventId, ProcessId, SessionId

ROUNDS = 5
CONFIRMS = 640  # in a run; each by a marker of their own
TASKS = (1, 16, 64)
GROUPS = {"one COMMIT each": 1, "shared COMMIT": MAX_GROUP_SIZE}


@dataclass(frozen=True)
class Room:
    """An event in which every marker holds a person of their own."""

    use_cases: UseCases
    markers: list[Connection]


def fill(unit: ports.Unit, process_id: ProcessId) -> list[Connection]:
    """Makes the room: as many markers as confirms, each with one person held."""
    now = unit.now()
    people = [unit.accounts.add(f"u{uuid4().hex}", "hash", now) for _ in range(2 * CONFIRMS)]
    event_id, code = EventId(uuid4()), RandomIds().event_code()
    unit.events.add(Event(event_id, str(event_id), people[0], now - 60, now + 3600, code))
    markers = []
    for user_id in people:
        unit.profiles.add(Profile(user_id, f"Person {user_id}"))
        unit.places.make(event_id, user_id)
    places = unit.places.lock(event_id, people)
    for marker, person in zip(people[:CONFIRMS], people[CONFIRMS:], strict=True):
        unit.places.put(places[person].changed(member=True, state=Held(now, marker, now + 3600)))
        session_id = SessionId(uuid4().hex)
        unit.sessions.add(Session(session_id, marker, CredentialKind.COOKIE, now, now))
        connection = Connection(
            ConnectionId(uuid4()), event_id, marker, Role.MARKING, process_id, session_id
        )
        unit.connections.add(connection)
        markers.append(connection)
    return markers


async def confirm_all(room: Room, tasks: int) -> float:
    """Marks a second."""
    left = iter(room.markers)

    async def confirm() -> None:
        for connection in left:
            await room.use_cases.confirm_marking(connection=connection)

    began = time.perf_counter()
    await asyncio.gather(*(confirm() for _ in range(tasks)))
    return len(room.markers) / (time.perf_counter() - began)


async def opened(database: Path, group_most: int) -> tuple[SqliteStore, UseCases]:
    """A new database and the use cases over it."""
    upgrade(sqlite_url(database))
    store = SqliteStore(database, SystemClock(), LocalNotifier(), max_group_size=group_most)
    await store.start()
    return store, build_use_cases(
        transact=store.transact,
        observe=store.observe,
        browse=store.browse,
        files=ObjectFiles.at("memory://"),
        pictures=PillowPictures(),
        passwords=Argon2Passwords(),
        ids=RandomIds(),
        terms=Terms(),
    )


async def measure(folder: Path) -> dict[tuple[str, int], list[float]]:
    """Every variant in every round."""
    process_id = ProcessId(RandomIds().process_id())
    variants = {name: await opened(folder / f"{most}.db", most) for name, most in GROUPS.items()}
    for _, use_cases in variants.values():
        await use_cases.take_lease(process_id=process_id)
    found: dict[tuple[str, int], list[float]] = {}
    for _ in range(ROUNDS):
        for tasks in TASKS:
            for name, (store, use_cases) in variants.items():
                markers = await store.transact(lambda unit: fill(unit, process_id))
                rate = await confirm_all(Room(use_cases, markers), tasks)
                found.setdefault((name, tasks), []).append(rate)
    for store, _ in variants.values():
        await store.close()
    return found


def main() -> None:
    """Prints one line a number of tasks."""
    # Here and not in /tmp, which may be no disk
    with tempfile.TemporaryDirectory(dir=".") as folder:
        found = asyncio.run(measure(Path(folder)))
    alone, shared = GROUPS
    print(f"marks confirmed a second, median of {ROUNDS} rounds")
    for tasks in TASKS:
        before, after = (statistics.median(found[name, tasks]) for name in (alone, shared))
        print(
            f"{tasks:3} at once: {before:6.0f} with {alone}, {after:6.0f} with {shared},"
            f" {after / before:.1f} times"
        )


if __name__ == "__main__":
    main()
