"""A real service in this process and loop: real sockets, a real database, people made at once.

`House` is one service with terms short enough to wait for; `Visitor` is a person in it.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, cast

import uvicorn
from uvicorn._types import ASGI3Application
from websockets.asyncio.client import connect

from attendance_adapters import Attendance, embedded
from attendance_core.accounts import CredentialKind, Session, session_id_of
from attendance_core.bearer_tokens import TokenScope
from attendance_core.marking.terms import Terms
from attendance_core.ports import Clock
from attendance_core.profiles import Profile
from attendance_core.testing.tokens import add_token
from attendance_core.vocabulary import EventId, TokenId, UserId
from attendance_web.main import Application
from attendance_web.serving.server import config_of
from tests.support.eventually import eventually
from tests.support.quick_app import quick_app
from tests.support.quick_passwords import quickly_hashed
from tests.support.sqlite_file import folder_with_database
from tests.support.wires import Wire

QUICK = Terms(hold_seconds=1.0, grace_seconds=1.0, lease_seconds=8, karma_per_mark=50)


@dataclass
class Visitor:
    """A person with one session."""

    house: House
    user_id: int
    token: str

    async def mark_me(self, event_id: EventId | str, **headers: str) -> Wire:
        """Opens a `mark_me` socket."""
        return await self._opens("mark_me", event_id, headers)

    async def marking(self, event_id: EventId | str, **headers: str) -> Wire:
        """Opens a `marking` socket; its list is still to be heard."""
        return await self._opens("marking", event_id, headers)

    async def comes_to_mark(self, event_id: EventId) -> Wire:
        """Opens a `marking` socket, and hears its list."""
        wire = await self.marking(event_id)
        await wire.hears("marking_list")
        return wire

    async def _opens(self, path: str, event_id: EventId | str, headers: dict[str, str]) -> Wire:
        return await self.house.opens(
            f"/ws/{path}?event_id={event_id}", Cookie=f"sessionid={self.token}", **headers
        )


@dataclass
class Program:
    """What shows a token of somebody, and no cookie."""

    house: House
    user_id: int
    secret: str
    token_id: TokenId

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"}

    async def opens(self, role: str, event_id: EventId) -> Wire:
        return await self.house.opens(f"/ws/{role}?event_id={event_id}", **self.headers)


class House:
    """One service; everything opened through it is ended with it."""

    def __init__(self, attendance: Attendance, app: Application, port: int) -> None:
        self.attendance = attendance
        self.app = app
        self.port = port
        self._wires: list[Wire] = []
        self._person_count = 0
        self._event_count = 0

    async def opens(self, path: str, **headers: str) -> Wire:
        spelt = {name.replace("_", "-"): value for name, value in headers.items()}
        connection = await connect(
            f"ws://127.0.0.1:{self.port}{path}",
            additional_headers=spelt,
            compression=None,
            ping_interval=None,
            close_timeout=1,  # of one whom the service has cut
            proxy=None,
        )
        wire = Wire(connection)
        self._wires.append(wire)
        return wire

    async def add_person(self) -> Visitor:
        """Adds somebody new, with a session."""
        self._person_count += 1
        name, token = f"person{self._person_count}", f"token-{self._person_count}"

        def work(unit: Any) -> UserId:
            now = unit.now()
            user_id: UserId = unit.accounts.add(name, "no password", now)
            unit.profiles.add(Profile(user_id, name))
            unit.sessions.add(
                Session(session_id_of(token), user_id, CredentialKind.COOKIE, now, now)
            )
            return user_id

        return Visitor(self, await self._transact(work), token)

    async def add_people(self, number: int) -> list[Visitor]:
        return [await self.add_person() for _ in range(number)]

    async def add_session(self, visitor: Visitor) -> Visitor:
        """Logs the same person in a second time."""
        token = f"{visitor.token}-{len(self._wires)}-{time.monotonic_ns()}"

        def work(unit: Any) -> None:
            now = unit.now()
            session = Session(
                session_id_of(token), UserId(visitor.user_id), CredentialKind.COOKIE, now, now
            )
            unit.sessions.add(session)

        await self._transact(work)
        return Visitor(self, visitor.user_id, token)

    async def add_program(
        self, visitor: Visitor, scopes: Iterable[TokenScope] = TokenScope, lasts: float = 86_400
    ) -> Program:
        """Gives a program of theirs a token, by which it is known."""
        secret = f"att_{visitor.token}-{time.monotonic_ns()}"
        token = await self._transact(
            lambda unit: add_token(unit, visitor.user_id, secret, scopes, lasts=lasts)
        )
        return Program(self, visitor.user_id, secret, token.token_id)

    async def create_event(
        self, creator: Visitor, starts: float = -60, lasts: float = 3600
    ) -> EventId:
        """Creates one that starts so many seconds after now; unless told, a minute before.

        So ``lasts=61.5`` ends it in a second and a half.
        """
        self._event_count += 1
        starts_at = time.time() + starts
        event = await self.attendance.use_cases.create_event(
            actor=UserId(creator.user_id),
            name=f"Lecture {self._event_count}",
            starts_at=starts_at,
            ends_at=starts_at + lasts,
        )
        return event.event_id

    async def state_of(self, event_id: EventId, visitor: Visitor) -> Any:
        """Reads what the store has of their place: Waiting, Held, Marked or None."""

        def look(unit: Any) -> Any:
            found = unit.places.of(event_id, [UserId(visitor.user_id)])
            return found[0].state if found else None

        return await self._observe(look)

    async def karma(self, visitor: Visitor) -> int:
        karma: int = await self._observe(
            lambda unit: unit.ledger.karma(UserId(visitor.user_id), Terms())
        )
        return karma

    async def has_sockets(self, event_id: EventId, visitor: Visitor, number: int) -> bool:
        """Tells whether they have so many connections in the event, lost ones too."""
        person = UserId(visitor.user_id)
        found = await self._observe(lambda unit: unit.connections.of(event_id, person))
        return len(found) == number

    async def has_lost_all(self, event_id: EventId, visitor: Visitor) -> bool:
        """Tells whether all connections they have in the event are lost ones."""
        person = UserId(visitor.user_id)
        found = await self._observe(lambda unit: unit.connections.of(event_id, person))
        return all(each.lost_at is not None for each in found)

    async def has_no_socket(self, event_id: EventId, visitor: Visitor) -> bool:
        return await self.has_sockets(event_id, visitor, 0)

    async def logs_out(self, visitor: Visitor) -> None:
        await self.attendance.use_cases.log_out(session_id=session_id_of(visitor.token))

    async def leaves(self, visitor: Visitor, event_id: EventId) -> None:
        await self.attendance.use_cases.leave_event(
            actor=UserId(visitor.user_id), event_id=event_id
        )

    async def close(self) -> None:
        for wire in self._wires:
            await wire.connection.close()

    async def _transact(self, work: Any) -> Any:
        return await self.attendance.use_cases.mark_me.transact(work)

    async def _observe(self, look: Any) -> Any:
        return await self.attendance.use_cases.get_event_by_id.observe(look)


class Served(NamedTuple):
    """A server that runs in this loop, and the port that it listens at."""

    server: uvicorn.Server
    port: int


@asynccontextmanager
async def served(config: uvicorn.Config, send_buffer: int | None = None) -> AsyncIterator[Served]:
    """Serves at a free port until the end of the block.

    ``send_buffer`` bytes is what the system keeps for a client who does not read.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    if send_buffer is not None:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server._serve([listener]))
    await eventually(lambda: server.started or serving.done())
    try:
        yield Served(server, listener.getsockname()[1])
    finally:
        server.should_exit = True
        await serving
        listener.close()


@asynccontextmanager
async def opened_house(
    folder: Path | None,
    terms: Terms = QUICK,
    clock: Clock | None = None,
    send_buffer: int | None = None,
) -> AsyncIterator[House]:
    """Opens one over SQLite in this folder, or in memory without one; see `served`."""
    with quickly_hashed():
        attendance = embedded(folder_with_database(folder), terms=terms, clock=clock)
    app = quick_app(attendance)
    config = config_of(cast(ASGI3Application, app))
    config.lifespan = "on"
    async with served(config, send_buffer) as (_, port):
        house = House(attendance, app, port)
        try:
            yield house
        finally:
            await house.close()
