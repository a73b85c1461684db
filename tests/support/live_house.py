"""A real service in this process and loop: real sockets, a real database, people made at once.

`House` is one service with terms short enough to wait for; `Visitor` is a person in it.
"""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, cast

import uvicorn
from uvicorn._types import ASGI3Application
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

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
from tests.support.quick_app import quick_app
from tests.support.quick_passwords import quickly_hashed
from tests.support.sqlite_file import with_database

QUICK = Terms(hold_seconds=1.0, grace_seconds=1.0, lease_seconds=8, karma_per_mark=50)
PATIENCE = 8.0  # seconds that anything promised within 5 s may take on a slow machine
A_MOMENT = 0.25  # seconds in which something that must not come would have come


class Ended(Exception):
    """The socket was closed, with this code."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(str(code))


class TurnedAway(NamedTuple):
    """The codes of the one error frame that came, and of the close."""

    refusal: str
    close: int


@dataclass
class Wire:
    """One socket as a client sees it; for a marker, the list it has folded."""

    connection: ClientConnection
    listed: list[int] = field(default_factory=list)

    async def heard(self) -> dict[str, Any]:
        """The next frame. Raises Ended."""
        try:
            text = await asyncio.wait_for(self.connection.recv(), PATIENCE)
        except ConnectionClosed as closed:
            raise Ended(closed.rcvd.code if closed.rcvd else 1006) from None
        frame: dict[str, Any] = json.loads(text)
        self._fold(frame)
        return frame

    def _fold(self, frame: dict[str, Any]) -> None:
        params = frame.get("params", {})
        match frame["message"]:
            case "marking_list":
                self.listed = list(params["marking_list"])
            case "user_joined":
                assert params["user_id"] not in self.listed
                self.listed.append(params["user_id"])
            case "user_left":
                self.listed.remove(params["user_id"])
            case "marked" if params["user_id"] in self.listed:
                self.listed.remove(params["user_id"])

    async def says(self, message: str, **params: Any) -> None:
        await self.connection.send(json.dumps({"message": message, "params": params}))

    async def asks(self, message: str, **params: Any) -> dict[str, Any]:
        """The frame that follows what it says."""
        await self.says(message, **params)
        return await self.heard()

    async def hears(self, message: str, **params: Any) -> dict[str, Any]:
        """The next frame, which has to be this one; only the parameters named are compared."""
        frame = await self.heard()
        given = frame.get("params", {})
        assert (frame["result"], frame["message"]) == ("ok", message), frame
        assert {name: given[name] for name in params} == params, frame
        return frame

    async def is_refused(self, code: str, message: str, **params: Any) -> None:
        """What it says is answered by an error frame with this code."""
        frame = await self.asks(message, **params)
        assert frame["result"] == "error", frame
        assert frame["params"]["code"] == code, frame

    async def hears_nothing(self) -> None:
        """No frame comes: whatever was on its way is here before the answer to a ping."""
        await asyncio.sleep(A_MOMENT)
        frame = await self.asks("ping")
        assert frame["message"] == "pong", frame

    async def close_code(self) -> int:
        """The code it was closed with; no frame may come before. 1006 without a Close frame."""
        try:
            raise AssertionError(await self.heard())
        except Ended as ended:
            return ended.code

    async def turns_away(self) -> TurnedAway:
        """Hears one error frame, and the close."""
        frame = await self.heard()
        assert frame["result"] == "error", frame
        assert frame["message"]
        return TurnedAway(frame["params"]["code"], await self.close_code())

    async def says_goodbye(self, code: int = 1000) -> None:
        await self.connection.close(code)

    def cut(self) -> None:
        """The connection is lost, as when a cable is pulled and the other end resets."""
        self.connection.transport.abort()


@dataclass
class Visitor:
    """A person with one session."""

    house: House
    user_id: int
    token: str
    open: list[Wire] = field(default_factory=list)

    async def mark_me(self, event_id: EventId | str, **headers: str) -> Wire:
        return await self._opens("mark_me", event_id, headers)

    async def marking(self, event_id: EventId | str, **headers: str) -> Wire:
        """Without reading the list."""
        return await self._opens("marking", event_id, headers)

    async def marks(self, event_id: EventId) -> Wire:
        """A `marking` socket whose list was read."""
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
        self._people = 0
        self._events = 0

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

    async def person(self) -> Visitor:
        """Somebody new, with a session."""
        self._people += 1
        name, token = f"person{self._people}", f"token-{self._people}"

        def work(unit: Any) -> UserId:
            now = unit.now()
            user_id: UserId = unit.accounts.add(name, "no password", now)
            unit.profiles.add(Profile(user_id, name))
            unit.sessions.add(
                Session(session_id_of(token), user_id, CredentialKind.COOKIE, now, now)
            )
            return user_id

        return Visitor(self, await self._transact(work), token)

    async def people(self, number: int) -> list[Visitor]:
        return [await self.person() for _ in range(number)]

    async def another_session(self, visitor: Visitor) -> Visitor:
        """The same person, logged in a second time."""
        token = f"{visitor.token}-{len(self._wires)}-{time.monotonic_ns()}"

        def work(unit: Any) -> None:
            now = unit.now()
            session = Session(
                session_id_of(token), UserId(visitor.user_id), CredentialKind.COOKIE, now, now
            )
            unit.sessions.add(session)

        await self._transact(work)
        return Visitor(self, visitor.user_id, token)

    async def program(
        self, visitor: Visitor, scopes: Iterable[TokenScope] = TokenScope, lasts: float = 86_400
    ) -> Program:
        """A program of theirs, which shows a token."""
        secret = f"att_{visitor.token}-{time.monotonic_ns()}"
        token = await self._transact(
            lambda unit: add_token(unit, visitor.user_id, secret, scopes, lasts=lasts)
        )
        return Program(self, visitor.user_id, secret, token.token_id)

    async def event(self, creator: Visitor, starts: float = -60, lasts: float = 3600) -> EventId:
        self._events += 1
        starts_at = time.time() + starts
        event = await self.attendance.use_cases.create_event(
            actor=UserId(creator.user_id),
            name=f"Lecture {self._events}",
            starts_at=starts_at,
            ends_at=starts_at + lasts,
        )
        return event.event_id

    async def state_of(self, event_id: EventId, visitor: Visitor) -> Any:
        """What the store says of their place: Waiting, Held, Marked or None."""

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
        """Whether they have so many connections in the event, lost ones too."""
        person = UserId(visitor.user_id)
        found = await self._observe(lambda unit: unit.connections.of(event_id, person))
        return len(found) == number

    async def has_lost(self, event_id: EventId, visitor: Visitor) -> bool:
        """Whether all connections they have in the event are lost ones."""
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


async def eventually(holds: Any, within: float = PATIENCE) -> None:
    """Waits until the (possibly async) condition holds."""
    until = time.monotonic() + within
    while True:
        found = holds()
        if asyncio.iscoroutine(found):
            found = await found
        if found:
            return
        assert time.monotonic() < until, "it never came true"
        await asyncio.sleep(0.02)


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
        attendance = embedded(with_database(folder), terms=terms, clock=clock)
    app = quick_app(attendance)
    config = config_of(cast(ASGI3Application, app))
    config.lifespan = "on"
    async with served(config, send_buffer) as (_, port):
        house = House(attendance, app, port)
        try:
            yield house
        finally:
            await house.close()
