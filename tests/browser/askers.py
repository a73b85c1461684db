"""Hundreds who wait, made at once: written straight into the service's database, with real sockets.

Signing up takes as long as it should, which is minutes for so many.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect

from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.sql.sqlite import SqliteStore
from attendance_adapters.system import SystemClock
from attendance_core import ports
from attendance_core.accounts import CredentialKind, Session, session_id_of
from attendance_core.profiles import Profile
from tests.support.service_process import Service

OPENED_AT_ONCE = 20  # that open their sockets together


class Askers:
    """People who wait in one event, named by the number they came as."""

    def __init__(self, service: Service, event_id: str) -> None:
        self._address = f"{service.ws_url}/ws/mark_me?event_id={event_id}"
        self._database = service.folder / "var/attendance.db"
        self._sockets: list[ClientConnection] = []
        self._open_sockets = AsyncExitStack()

    async def come(self, count: int) -> None:
        """Has so many more sign up and wait."""
        tokens = [uuid4().hex for _ in range(count)]

        def work(unit: ports.Unit) -> None:
            now = unit.now()
            for number, token in enumerate(tokens):
                user_id = unit.accounts.add(token, "nobody logs in with this", now)
                unit.profiles.add(Profile(user_id, f"Student {number:03}"))
                session_id = session_id_of(token)
                unit.sessions.add(Session(session_id, user_id, CredentialKind.COOKIE, now, now))

        store = SqliteStore(self._database, SystemClock(), LocalNotifier())
        await store.start()
        try:
            await store.transact(work)
        finally:
            await store.close()
        for first in range(0, count, OPENED_AT_ONCE):
            some = tokens[first : first + OPENED_AT_ONCE]
            self._sockets += await asyncio.gather(*(self._wait(token) for token in some))

    async def _wait(self, token: str) -> ClientConnection:
        headers = {"Cookie": f"sessionid={token}"}
        socket = connect(self._address, additional_headers=headers, compression=None, proxy=None)
        return await self._open_sockets.enter_async_context(socket)

    async def go(self, count: int) -> None:
        """Has the last to come go, with a goodbye."""
        going, self._sockets = self._sockets[-count:], self._sockets[:-count]
        await asyncio.gather(*(socket.close() for socket in going))

    async def go_home(self) -> None:
        """Closes all sockets that are left."""
        await self._open_sockets.aclose()
