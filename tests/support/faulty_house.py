"""The service over a store that a test can hold up or let fail, one use case at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
import uvicorn

from attendance_adapters import Attendance
from attendance_adapters.in_memory import MemoryFiles, MemoryStore
from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.system import SystemClock
from attendance_core.errors import Unavailable
from attendance_core.marking.terms import Terms
from attendance_core.ports import Clock, Missed
from attendance_core.vocabulary import EventId
from attendance_web.main import Application
from attendance_web.serving.ws_protocol import PeerProtocol
from tests.support.asgi_serving import serving
from tests.support.eventually import eventually
from tests.support.live_house import House, Visitor
from tests.support.quick_app import quick_app
from tests.support.wires import Wire

Run = Callable[[Any], Awaitable[Any]]

OPENINGS = pytest.mark.parametrize(
    ("role", "use_case"), [("mark_me", "MarkMe"), ("marking", "ReadyToMark")]
)
FAILURES = pytest.mark.parametrize("error", [Unavailable(), ValueError("a bug")])


class FaultyNotifier(LocalNotifier):
    """One that tells who listens, and that may say it has missed something."""

    def listener_count(self, event_id: EventId) -> int:
        return len(self._listeners._by_event.get(event_id, ()))

    def misses(self, event_id: EventId) -> None:
        self._listeners.tell(event_id, Missed())


class FaultyStore:
    """A memory store in which a use case, named like `MarkMe`, may hang or fail."""

    def __init__(self, notifier: LocalNotifier, clock: Clock | None = None) -> None:
        self.kept = MemoryStore(clock or SystemClock(), notifier)
        self.asked: list[str] = []  # the use cases, in the order of asking
        self._fails: dict[str, Exception] = {}
        self._fails_once: dict[str, Exception] = {}
        self._loses: dict[str, Exception] = {}
        self._gates: dict[str, asyncio.Event] = {}
        self._late: dict[str, asyncio.Event] = {}
        self._under_way: list[asyncio.Task[Any]] = []

    async def start(self) -> None:
        await self.kept.start()

    async def close(self) -> None:
        await self.kept.close()

    @property
    def list_looks_at_once(self) -> int:
        return self.kept.list_looks_at_once

    @property
    def abandoned_count(self) -> int:
        return self.kept.abandoned_count

    async def referenced_files(self) -> frozenset[str]:
        return await self.kept.referenced_files()

    async def scrub(self) -> None:
        await self.kept.scrub()

    async def transact(self, work: Any) -> Any:
        return await self._reach(work, self.kept.transact)

    async def observe(self, look: Any) -> Any:
        return await self._reach(look, self.kept.observe)

    async def browse(self, look: Any) -> Any:
        return await self._reach(look, self.kept.browse)

    async def _reach(self, work: Any, run: Run) -> Any:
        # A look for a piece of a list is a function with the query that is asked for
        name = getattr(work, "func", work).__qualname__.partition(".")[0]
        self.asked.append(name)
        if name in self._gates:
            await self._gates[name].wait()
        if (error := self._fails_once.pop(name, self._fails.get(name))) is not None:
            raise error
        if name in self._late:
            late = asyncio.create_task(self._carry_out_late(self._late[name], work, run))
            self._under_way.append(late)
            return await asyncio.shield(late)
        answer = await run(work)
        if name in self._loses:
            raise self._loses[name]
        return answer

    @asynccontextmanager
    async def carrying_out_late(self, name: str) -> AsyncIterator[None]:
        """Has these carried out at the end of the block, though whoever asked may have gone."""
        gate = self._late[name] = asyncio.Event()
        try:
            yield
        finally:
            del self._late[name]
            gate.set()
            await asyncio.gather(*self._under_way)

    async def _carry_out_late(self, gate: asyncio.Event, work: Any, run: Run) -> Any:
        await gate.wait()
        return await run(work)

    @contextmanager
    def holding(self, name: str) -> Iterator[None]:
        """Has whoever asks for it wait for the end of the block."""
        gate = self._gates[name] = asyncio.Event()
        try:
            yield
        finally:
            del self._gates[name]
            gate.set()

    def fails_once(self, error: Exception, name: str) -> None:
        """Has the next of these fail, and be carried out not at all."""
        self._fails_once[name] = error

    @contextmanager
    def failing(self, error: Exception, *names: str) -> Iterator[None]:
        """Has all of these fail during the block, and be carried out not at all."""
        self._fails.update(dict.fromkeys(names, error))
        try:
            yield
        finally:
            for name in names:
                del self._fails[name]

    @contextmanager
    def losing_the_answer(self, error: Exception, name: str) -> Iterator[None]:
        """Has it carried out, and whoever asked hear of this error."""
        self._loses[name] = error
        try:
            yield
        finally:
            del self._loses[name]

    async def until_asked(self, name: str, times: int = 1) -> None:
        """Waits until it has been asked for so often, from the beginning."""
        await eventually(lambda: self.asked.count(name) >= times)


class FaultyHouse(House):
    """A house of which a test knows the store and the server."""

    def __init__(
        self,
        attendance: Attendance,
        app: Application,
        port: int,
        store: FaultyStore,
        server: uvicorn.Server,
    ) -> None:
        super().__init__(attendance, app, port)
        self.store = store
        self._server = server

    def cancels_every_socket(self) -> None:
        """Cancels the tasks of all sockets, as a server does at the end of its patience."""
        for task in self._server.server_state.tasks:
            task.cancel()

    def is_serving(self) -> bool:
        """Tells whether a socket or a call is being served."""
        return bool(self._server.server_state.tasks)

    def unread_connection_count(self) -> int:
        """Counts the connections with frames that no socket has read yet."""
        protocols: Any = self._server.server_state.connections
        return sum(not each.queue.empty() for each in protocols if isinstance(each, PeerProtocol))


@asynccontextmanager
async def opened_faulty_house(terms: Terms | None = None, clock: Clock | None = None) -> Any:
    """Opens one whose terms are long: nothing ends by itself while a test goes on."""
    notifier = FaultyNotifier()
    store = FaultyStore(notifier, clock)
    attendance = Attendance(
        store=store,
        notifier=notifier,
        files=MemoryFiles(),
        terms=terms or Terms(),
    )
    app = quick_app(attendance)
    async with serving(app, lifespan="on") as (server, port):
        house = FaultyHouse(attendance, app, port, store, server)
        yield house
        await house.close()


@pytest.fixture
async def house(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FaultyHouse]:
    monkeypatch.setattr("attendance_web.live.hang_ups.FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr("attendance_web.live.hang_ups.MAX_PAUSE_SECONDS", 0.05)
    monkeypatch.setattr("attendance_web.live.hang_ups.MAX_FAILURES", 1000)
    monkeypatch.setattr("attendance_web.live.sockets.SPREAD_SECONDS", 0.0)
    async with opened_faulty_house() as opened:
        yield opened


async def opens(house: FaultyHouse, visitor: Visitor, role: str, event_id: EventId) -> Wire:
    return await house.opens(f"/ws/{role}?event_id={event_id}", Cookie=f"sessionid={visitor.token}")
