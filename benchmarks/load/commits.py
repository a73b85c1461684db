"""Marks that are confirmed durably by some tasks at once: by the use case, and by hand."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, TypeVar
from uuid import uuid4

from attendance_adapters import Attendance, connect
from attendance_adapters.in_memory import MemoryFiles
from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.sql.sqlite import SqliteStore
from attendance_adapters.system import RandomIds, SystemClock
from attendance_core import ports
from attendance_core.accounts import CredentialKind, Session
from attendance_core.events import Event
from attendance_core.marking.connections import Connection, Role
from attendance_core.marking.places import Held
from attendance_core.marking.terms import Terms
from attendance_core.profiles import Profile
from attendance_core.vocabulary import ConnectionId, EventId, ProcessId, SessionId
from benchmarks.floors.steps import event_of, opened_steps, token_of

T = TypeVar("T")
AN_HOUR: Final = 3600.0


async def confirm_by_use_case(url: str, tasks: int, confirms: int) -> float:
    """Measures the confirms a second of the use case, over the database there."""
    async with connect(url, files_url="memory://") as attendance:
        return await _use_case_rate(attendance, tasks, confirms)


async def confirm_by_use_case_ungrouped(file: Path, tasks: int, confirms: int) -> float:
    """Measures the same over a SQLite file, with a COMMIT each."""
    async with _sharing_nothing(file) as attendance:
        return await _use_case_rate(attendance, tasks, confirms)


async def confirm_by_hand(name: str, database: str, tasks: int, confirms: int) -> float:
    """Measures the confirms a second of the steps of this name, over an empty database."""
    steps = await opened_steps(name, database, 2 * confirms, 1)
    markers = []
    for at in range(1, confirms + 1):
        asker = await steps.open("mark_me", event_of(0), token_of(confirms + at))
        marker = await steps.open("marking", event_of(0), token_of(at))
        await steps.hold(marker, asker.user_id)
        markers.append(marker)
    rate = await _rate(steps.confirm, markers, tasks)
    await steps.close()
    return rate


@asynccontextmanager
async def _sharing_nothing(file: Path) -> AsyncIterator[Attendance]:
    notifier = LocalNotifier()
    store = SqliteStore(file, SystemClock(), notifier, max_group_size=1)
    files = MemoryFiles()
    async with Attendance(store=store, notifier=notifier, files=files, terms=Terms()) as attendance:
        yield attendance


async def _use_case_rate(attendance: Attendance, tasks: int, confirms: int) -> float:
    use_cases, process_id = attendance.use_cases, ProcessId(RandomIds().process_id())
    await use_cases.take_lease(process_id=process_id)
    markers = await use_cases.mark_me.transact(
        lambda unit: _hold_one_each(unit, process_id, confirms)
    )
    return await _rate(
        lambda connection: use_cases.confirm_marking(connection=connection), markers, tasks
    )


async def _rate(
    confirm: Callable[[T], Awaitable[object]], markers: Sequence[T], tasks: int
) -> float:
    left = iter(markers)

    async def confirm_some() -> None:
        for marker in left:
            await confirm(marker)

    begun = time.perf_counter()
    await asyncio.gather(*(confirm_some() for _ in range(tasks)))
    return len(markers) / (time.perf_counter() - begun)


def _hold_one_each(unit: ports.Unit, process_id: ProcessId, confirms: int) -> list[Connection]:
    """Makes an event in which every marker holds a person of their own."""
    now = unit.now()
    people = [unit.accounts.add(f"u{uuid4().hex}", "hash", now) for _ in range(2 * confirms)]
    event_id, code = EventId(uuid4()), RandomIds().event_code()
    unit.events.add(Event(event_id, str(event_id), people[0], now - 60, now + AN_HOUR, code))
    for user_id in people:
        unit.profiles.add(Profile(user_id, f"Person {user_id}"))
        unit.places.make(event_id, user_id)
    places = unit.places.lock(event_id, people)
    markers = []
    for marker, person in zip(people[:confirms], people[confirms:], strict=True):
        held = Held(now, marker, now + AN_HOUR)
        unit.places.put(places[person].changed(member=True, state=held))
        session_id = SessionId(uuid4().hex)
        unit.sessions.add(Session(session_id, marker, CredentialKind.COOKIE, now, now))
        connection = Connection(
            ConnectionId(uuid4()), event_id, marker, Role.MARKING, process_id, session_id
        )
        unit.connections.add(connection)
        markers.append(connection)
    return markers
