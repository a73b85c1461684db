"""Everything that is alive over one set of adapters: what a web service or a program holds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self, TypeVar

from attendance_adapters.container import use_cases_over
from attendance_adapters.files import ObjectFiles, sweep_orphans
from attendance_adapters.heartbeat import Heartbeat
from attendance_adapters.passwords import Argon2Passwords
from attendance_adapters.periodic import Periodic
from attendance_adapters.pictures import PillowPictures
from attendance_adapters.system import RandomIds
from attendance_core import ports
from attendance_core.accounts import Actor, LoggedIn, session_id_of
from attendance_core.marking.connections import Connection, Role, Terms
from attendance_core.vocabulary import ConnectionId, EventId, Seconds

if TYPE_CHECKING:
    from attendance_adapters.sql.postgres import PoolUse

T = TypeVar("T")

ORPHANS_SWEPT_EVERY: Seconds = 3600
TALLIES_FORGOTTEN_EVERY: Seconds = 60


class Store(Protocol):
    """Where everything but files is kept; both its ports, and its life."""

    @property
    def transact(self) -> ports.Transact: ...
    @property
    def observe(self) -> ports.Observe: ...
    async def referenced_files(self) -> frozenset[str]:
        """Lists the path of every picture and scan that somebody has."""
        ...

    async def start(self) -> None:
        """Raises CannotStart."""
        ...

    async def close(self) -> None:
        """Carries out what was handed over first; idempotent."""
        ...


class Notifier(ports.Notifier, Protocol):
    """What carries announcements, and its life. It counts, for whoever watches the service."""

    reconnects: int  # how often its server came back
    dropped: int  # announcements it did not carry to other processes

    async def start(self) -> None:
        """Also while its server is away: the service works without, only slower."""
        ...

    async def close(self) -> None:
        """Idempotent."""
        ...


def _nothing() -> None:
    """A store that needs no preparation."""


class Attendance:
    """The use cases over these adapters, and the life of both.

    Nothing is opened before `start`. ``prepare`` is called first then, in a thread: it brings
    the store up to date or raises CannotStart.
    """

    def __init__(
        self,
        *,
        store: Store,
        notifier: Notifier,
        files: ObjectFiles,
        terms: Terms,
        prepare: Callable[[], None] = _nothing,
        pool: Callable[[], PoolUse] | None = None,
    ) -> None:
        self._store = store
        self._prepare = prepare
        self.in_use = 0  # transactions and reads under way in the store, or waiting there
        # How many connections the store may have, and how many are taken; None: it has no pool
        self.pool = pool
        self._pictures = PillowPictures()
        self._passwords = Argon2Passwords()
        self._orphans = Periodic("sweep-orphans", ORPHANS_SWEPT_EVERY, self._sweep_orphans)
        self._open = AsyncExitStack()
        self._closing: asyncio.Task[None] | None = None
        self.notifier = notifier
        self.files = files
        self.terms = terms
        self.ids: ports.Ids = RandomIds()
        self.use_cases = use_cases_over(
            transact=self._transact,
            observe=self._observe,
            files=files,
            pictures=self._pictures,
            passwords=self._passwords,
            ids=self.ids,
            terms=terms,
        )
        self._tallies = Periodic(
            "forget-tallies", TALLIES_FORGOTTEN_EVERY, self.use_cases.forget_tallies
        )
        self.heartbeat = Heartbeat(
            start_process=self.use_cases.start_process,
            renew_lease=self.use_cases.renew_lease,
            sweep=self.use_cases.sweep,
            ids=self.ids,
            terms=terms,
        )

    async def _transact(self, work: Callable[[ports.Unit], T]) -> T:
        self.in_use += 1
        try:
            return await self._store.transact(work)
        finally:
            self.in_use -= 1

    async def _observe(self, look: Callable[[ports.Unit], T]) -> T:
        self.in_use += 1
        try:
            return await self._store.observe(look)
        finally:
            self.in_use -= 1

    async def _sweep_orphans(self) -> None:
        await sweep_orphans(self.files, self._store.referenced_files, time.time())

    async def start(self) -> None:
        """Opens the store and takes up this process's lease; once.

        Raises CannotStart, Unavailable.
        """
        async with AsyncExitStack() as opened:
            await asyncio.to_thread(self._prepare)
            opened.callback(self._passwords.close)
            opened.callback(self._pictures.close)
            opened.push_async_callback(self._store.close)
            await self._store.start()
            opened.push_async_callback(self.notifier.close)
            await self.notifier.start()
            opened.push_async_callback(self.heartbeat.close)
            await self.heartbeat.start()
            opened.push_async_callback(self._orphans.close)
            self._orphans.start()
            opened.push_async_callback(self._tallies.close)
            self._tallies.start()
            self._open = opened.pop_all()

    async def close(self) -> None:
        """Finishes what was handed over and lets go of everything.

        Idempotent, and goes on when the caller is cancelled.
        """
        if self._closing is None:
            self._closing = asyncio.create_task(self._open.aclose())
        await asyncio.shield(self._closing)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    def connection(self, who: Actor | LoggedIn, event_id: EventId, role: Role) -> Connection:
        """A new connection of this process, to be opened by `MarkMe` or `ReadyToMark`."""
        session_id = who.session_id if isinstance(who, Actor) else session_id_of(who.token)
        return Connection(
            ConnectionId(self.ids.connection_id()),
            event_id,
            who.user_id,
            role,
            self.heartbeat.process_id,
            session_id,
        )
