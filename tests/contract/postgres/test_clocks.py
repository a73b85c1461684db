"""Two processes whose machines' clocks are ten minutes apart: all time is the database's."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import URL

from attendance_adapters import Attendance, connect
from attendance_adapters.system import SystemClock
from attendance_core.accounts import Actor, CredentialKind, Session
from attendance_core.events import Event
from attendance_core.marking.connections import Connection, Role
from attendance_core.marking.places import Held, Waiting
from attendance_core.marking.terms import Terms
from attendance_core.profiles import Profile
from attendance_core.testing.lectures import session_of
from attendance_core.vocabulary import EventId, Instant, UserId
from tests.support.eventually import eventually

TERMS = Terms(hold_seconds=1, grace_seconds=1)
SWEPT_SECONDS = 3.0  # in which a sweeper finds what has run out, and some for a busy machine
ahead_seconds: ContextVar[float] = ContextVar("ahead_seconds", default=0.0)  # of whoever asks


@dataclass
class Machine:
    """A process on a machine whose clock is wrong by so many seconds."""

    attendance: Attendance
    off_seconds: float

    async def does(self, doing: Awaitable[Any]) -> Any:
        """Carries it out by this machine's clock, with all that it begins."""

        async def carried_out() -> Any:
            ahead_seconds.set(self.off_seconds)
            return await doing

        return await asyncio.create_task(carried_out())

    async def now(self) -> Instant:
        """Reads the database's clock."""
        instant: Instant = await self.does(self.transact(lambda u: u.now()))
        return instant

    def transact(self, work: Any) -> Awaitable[Any]:
        return self.attendance.use_cases.mark_me.transact(work)

    async def state(self, event_id: EventId, user_id: UserId) -> Any:
        (place,) = await self.does(self.transact(lambda u: u.places.of(event_id, [user_id])))
        return place.state

    def socket(self, event_id: EventId, user_id: UserId, role: Role) -> Connection:
        return self.attendance.connection(Actor(user_id, session_of(user_id)), event_id, role)


@asynccontextmanager
async def a_machine(url: URL, off_seconds: float) -> AsyncIterator[Machine]:
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    made = Machine(connect(address, files_url="memory://", terms=TERMS), off_seconds)
    await made.does(made.attendance.start())
    try:
        yield made
    finally:
        await made.does(made.attendance.close())


@pytest.fixture
async def machines(
    postgres_url: URL, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Machine, Machine]]:
    true_time = time.time
    monkeypatch.setattr(time, "time", lambda: true_time() + ahead_seconds.get())
    async with a_machine(postgres_url, 300) as fast, a_machine(postgres_url, -300) as slow:
        yield fast, slow


async def add_people(machine: Machine) -> None:
    def work(unit: Any) -> None:
        now = unit.now()
        for number in (1, 2):
            user_id = unit.accounts.add(f"u{number}", "hash", now)
            unit.profiles.add(Profile(user_id, f"Person {number}"))
            session = Session(session_of(user_id), user_id, CredentialKind.COOKIE, now, now)
            unit.sessions.add(session)

    await machine.does(machine.attendance.use_cases.mark_me.transact(work))


async def an_event(machine: Machine) -> EventId:
    """Makes one that is over, or has not begun, by either machine's clock."""
    now = await machine.now()
    event: Event = await machine.does(
        machine.attendance.use_cases.create_event(
            actor=UserId(1), name="Lecture", starts_at=now - 60, ends_at=now + 60
        )
    )
    return event.event_id


async def test_holds_graces_and_leases_are_as_the_databases_clock_says(
    machines: tuple[Machine, Machine],
) -> None:
    fast, _ = machines
    clocks = [await each.does(asyncio.to_thread(SystemClock().now)) for each in machines]
    assert clocks[0] - clocks[1] == pytest.approx(600, abs=5)
    await add_people(fast)
    event_id = await an_event(fast)
    marker, anna = UserId(1), UserId(2)
    for holder, other in (machines, machines[::-1]):
        waiting = other.socket(event_id, anna, Role.MARK_ME)
        marking = holder.socket(event_id, marker, Role.MARKING)
        await other.does(other.attendance.use_cases.mark_me(connection=waiting))
        await holder.does(holder.attendance.use_cases.ready_to_mark(connection=marking))
        prepare = holder.attendance.use_cases.prepare_to_mark(connection=marking, target=anna)
        asked_at, begun = await other.now(), time.monotonic()
        await holder.does(prepare)
        held = await other.state(event_id, anna)
        assert isinstance(held, Held)
        assert held.until - asked_at == pytest.approx(TERMS.hold_seconds, abs=0.5)
        await eventually(lambda o=other: has_state(o, event_id, anna, Waiting))
        took = time.monotonic() - begun
        assert TERMS.hold_seconds - 0.1 < took < TERMS.hold_seconds + SWEPT_SECONDS

        begun = time.monotonic()
        await other.does(other.attendance.use_cases.hang_up(connections=[waiting], goodbye=False))
        assert isinstance(await holder.state(event_id, anna), Waiting)
        await eventually(lambda h=holder: has_state(h, event_id, anna, type(None)))
        took = time.monotonic() - begun
        assert TERMS.grace_seconds - 0.1 < took < TERMS.grace_seconds + SWEPT_SECONDS
    for machine in machines:
        assert machine.attendance.heartbeat.lost_lease_count == 0
        assert machine.attendance.heartbeat.store_answers


async def has_state(machine: Machine, event_id: EventId, user_id: UserId, kind: type) -> bool:
    return isinstance(await machine.state(event_id, user_id), kind)
