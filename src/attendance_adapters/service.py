"""Everything that runs over one set of adapters: what a web service or a program holds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from attendance_adapters.container import build_use_cases
from attendance_adapters.errors import NoHeartbeat
from attendance_adapters.heartbeat import Heartbeat
from attendance_adapters.housekeeping import make_housekeeping
from attendance_adapters.missing_extras import needing
from attendance_adapters.pictures import PillowPictures
from attendance_adapters.service_ports import (
    ClaimableFiles,
    IdentityProvider,
    Notifier,
    Passwords,
    SheetSource,
    Store,
)
from attendance_adapters.sheets import SheetFiles
from attendance_adapters.sweeper import Sweeper
from attendance_adapters.system import RandomIds
from attendance_core import ports
from attendance_core.accounts import Actor, LoggedIn, session_id_of
from attendance_core.arguments import check_kind, check_kinds
from attendance_core.marking.connections import Connection, Role
from attendance_core.marking.terms import Terms
from attendance_core.no_provider import NoIdentityProvider
from attendance_core.vocabulary import ConnectionId, EventId
from attendance_core.wrong_use import AlreadyStarted, Closed, NotStarted, WrongLoop

if TYPE_CHECKING:
    from attendance_adapters.sql.postgres import PoolUse

T = TypeVar("T")


def _prepare_nothing() -> None:
    """Prepares a store that needs no preparation."""


class Attendance:
    """Builds the use cases over these adapters, and starts and closes all of it.

    Nothing is opened before `start`. ``prepare`` is called first then, in a thread: it brings
    the store up to date or raises CannotStart. Without a ``sheet_source``, which knows the
    store, the rows of sheets are read here and fed to whoever writes them. Without a ``provider``
    people log in by a password alone; without ``passwords`` these are hashed by argon2id.

    ``files`` are any `ports.Files`; what no row names is deleted where they are `ListedFiles`, too.
    Without a ``heartbeat``, for reports and scripts, no lease is taken and nothing is swept, and
    nobody can open a socket.
    """

    def __init__(
        self,
        *,
        store: Store,
        notifier: Notifier,
        files: ports.Files,
        terms: Terms,
        prepare: Callable[[], None] = _prepare_nothing,
        pool_use: Callable[[], PoolUse] | None = None,
        sheet_source: SheetSource | None = None,
        provider: IdentityProvider | None = None,
        passwords: Passwords | None = None,
        heartbeat: bool = True,
    ) -> None:
        self._store = store
        self._prepare = prepare
        self._awaited_call_count = 0  # transactions and looks that somebody waits for
        self.pool_use = pool_use  # of the store; None where it has no pool
        self._pictures = PillowPictures()
        self._passwords = passwords or _make_argon2_passwords()
        self._sheets = SheetFiles(sheet_source)
        self._provider = provider or NoIdentityProvider()
        self._closers = AsyncExitStack()
        self._closing: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None  # the one it was started in
        self._is_closed = False
        self._has_heartbeat = heartbeat
        self.notifier = notifier
        self.files = files
        self.terms = terms
        self.ids: ports.Ids = RandomIds()
        self.sheets: ports.Sheets = self._sheets
        self.use_cases = build_use_cases(
            transact=self._transact,
            observe=self._observe,
            browse=self._browse,
            files=files,
            pictures=self._pictures,
            passwords=self._passwords,
            ids=self.ids,
            provider=self._provider,
            terms=terms,
        )
        self.heartbeat = Heartbeat(
            take_lease=self.use_cases.take_lease,
            renew_lease=self.use_cases.renew_lease,
            ids=self.ids,
            terms=terms,
        )
        self.sweeper = Sweeper(sweep=self.use_cases.sweep, heartbeat=self.heartbeat)

    @property
    def list_looks_at_once(self) -> int:
        """How many looks through lists the store carries out at once."""
        return self._store.list_looks_at_once

    @property
    def store_call_count(self) -> int:
        """How many transactions and looks run in the store, or wait for it."""
        return self._awaited_call_count + self._store.abandoned_count

    async def _transact(self, work: Callable[[ports.Unit], T]) -> T:
        with self._awaiting_store():
            return await self._store.transact(work)

    async def _observe(self, look: Callable[[ports.Unit], T]) -> T:
        with self._awaiting_store():
            return await self._store.observe(look)

    async def _browse(self, look: Callable[[ports.Unit], T]) -> T:
        with self._awaiting_store():
            return await self._store.browse(look)

    @contextmanager
    def _awaiting_store(self) -> Iterator[None]:
        """Counts a transaction or a look meanwhile. Raises NotStarted, Closed, WrongLoop."""
        if self._is_closed:
            raise Closed("this service is closed: make another one")
        if self._loop is None:
            raise NotStarted("this service is not started: use it within `async with`")
        if self._loop is not asyncio.get_running_loop():
            raise WrongLoop("this service was started in another event loop: use it there")
        self._awaited_call_count += 1
        try:
            yield
        finally:
            self._awaited_call_count -= 1

    async def start(self) -> None:
        """Opens the store and takes up this process's lease, where it has a heartbeat; once.

        One whose store could not be prepared may be started again. Raises CannotStart, Unavailable;
        AlreadyStarted, Closed.
        """
        if self._is_closed:
            raise Closed("this service is closed: make another one")
        if self._loop is not None:
            raise AlreadyStarted("this service is started already")
        self._loop = asyncio.get_running_loop()
        try:
            await asyncio.to_thread(self._prepare)
        except BaseException:
            self._loop = None
            raise
        try:
            await self._open()
        except BaseException:
            self._is_closed = True
            raise

    async def _open(self) -> None:
        async with AsyncExitStack() as opened:
            opened.callback(self._passwords.close)
            opened.callback(self._pictures.close)
            opened.callback(self._sheets.close)
            opened.push_async_callback(self._provider.close)
            opened.push_async_callback(self._store.close)
            await self._store.start()
            if isinstance(self.files, ClaimableFiles):
                await self.files.claim(self._transact)
            opened.push_async_callback(self.notifier.close)
            await self.notifier.start()
            if self._has_heartbeat:
                opened.push_async_callback(self.heartbeat.close)
                await self.heartbeat.start()
                opened.push_async_callback(self.sweeper.close)
                self.sweeper.start()
                for job in make_housekeeping(self.use_cases, self._store, self.files):
                    opened.push_async_callback(job.close)
                    job.start()
            self._closers = opened.pop_all()

    async def close(self) -> None:
        """Finishes what was handed over and closes everything; nothing before the start.

        Idempotent, and goes on when the caller is cancelled. Raises WrongLoop.
        """
        if self._loop is None or self._is_closed:
            return
        if self._loop is not asyncio.get_running_loop():
            raise WrongLoop("this service was started in another event loop: close it there")
        if self._closing is None:
            self._closing = asyncio.create_task(self._close_all())
        await asyncio.shield(self._closing)

    async def _close_all(self) -> None:
        try:
            await self._closers.aclose()
        finally:
            self._is_closed = True

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

    def connection(self, user: Actor | LoggedIn, event_id: EventId, role: Role) -> Connection:
        """Makes a new connection of this process, to be opened by `MarkMe` or `ReadyToMark`.

        Raises NoHeartbeat, TypeError.
        """
        if not self._has_heartbeat:
            raise NoHeartbeat("this service has no heartbeat, and so no sockets")
        check_kind("user", user, Actor, LoggedIn, words="an Actor or a LoggedIn")
        check_kinds(event_id=event_id)
        check_kind("role", role, Role)
        session_id = user.session_id if isinstance(user, Actor) else session_id_of(user.token)
        return Connection(
            ConnectionId(self.ids.connection_id()),
            event_id,
            user.user_id,
            role,
            self.heartbeat.process_id,
            session_id,
        )


def _make_argon2_passwords() -> Passwords:
    """Makes what hashes by argon2id. Raises MissingExtra."""
    with needing("passwords by argon2id"):
        from attendance_adapters.argon2_passwords import Argon2Passwords
    return Argon2Passwords()
