"""A service that says to a client what a script has, and hears what it says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from attendance_core.errors import Refusal, Taken, Unavailable
from attendance_core.marking import frames as core
from attendance_core.vocabulary import UserId
from attendance_web.client import Client, Marking, pauses
from attendance_web.live import messages

PATIENCE_SECONDS = 30.0
EVENT = UUID(int=7)
ANNA, BORIS = UserId(7), UserId(12)
Script = Callable[["ServiceSide"], Awaitable[None]]


class ServiceSide:
    """The service's side of one connection."""

    def __init__(self, connection: ServerConnection) -> None:
        self.connection = connection

    async def says(self, frame: core.Frame) -> None:
        await self.connection.send(messages.encode(frame, "en").text)

    async def says_no(self, refusal: Refusal | Unavailable) -> None:
        await self.connection.send(messages.encode_error(refusal, "en").text)

    async def hears(self) -> str:
        """Reads the next command; pings are answered, and passed over."""
        while True:
            said = json.loads(await self.connection.recv())
            if said["message"] != "ping":
                return f"{said['message']} {said['params'].get('user_id', '')}".strip()
            await self.connection.send(messages.PONG.text)

    async def lists(self, *people: UserId) -> None:
        await self.says(core.MarkingList(tuple(core.Listed(each, float(each)) for each in people)))

    def cut(self) -> None:
        self.connection.transport.abort()

    async def listens(self) -> None:
        with suppress(ConnectionClosed):
            while True:
                await self.hears()


class ScriptedService:
    """Follows one script a connection, the last one for all that follow."""

    def __init__(self, *scripts: Script) -> None:
        self.scripts = list(scripts)
        self.opened: list[ServiceSide] = []
        self.failures: list[BaseException] = []

    async def __call__(self, connection: ServerConnection) -> None:
        side = ServiceSide(connection)
        self.opened.append(side)
        script = self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
        try:
            await script(side)
        except ConnectionClosed:
            pass
        except BaseException as failure:
            self.failures.append(failure)
            raise


@asynccontextmanager
async def marking_at(
    *scripts: Script, **how: Any
) -> AsyncIterator[tuple[ScriptedService, Marking]]:
    service = ScriptedService(*scripts)
    async with (
        asyncio.timeout(PATIENCE_SECONDS),
        serve(service, "127.0.0.1", 0) as server,
        Client(f"http://127.0.0.1:{port_of(server)}", token="t", **how) as client,
        client.marking(EVENT) as marking,
    ):
        yield service, marking
    assert service.failures == []


def port_of(server: Any) -> int:
    port: int = server.sockets[0].getsockname()[1]
    return port


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pauses, "FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(pauses, "MAX_PAUSE_SECONDS", 0.02)


async def lists_both(side: ServiceSide) -> None:
    await side.lists(ANNA, BORIS)
    await side.listens()


def ids(marking: Marking) -> list[int]:
    return [each.user_id for each in marking.waiting]


def refusal_with(code: str) -> Refusal:
    refusal: Refusal = type("Said", (Taken,), {"code": code})()
    return refusal
