"""Who waits for a turn is followed alone: not whoever it was in whose context they were read.

A connection is read in turns, so often in a step of somebody else's request. Contract: 1.11.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any, Final

import pytest
import pytest_asyncio

from attendance_web.http import request_turns
from attendance_web.http.request_turns import MAX_OF_ONE, RequestTurns
from attendance_web.main import Application
from attendance_web.serving.http_protocol import CallProtocol
from attendance_web.wire.client_gone import GONE_EXTENSION, Departure, follow_client_of, has_gone
from attendance_web.wire.log_fields import LOG_EXTENSION
from attendance_web.wire.refusal_pace import RefusalPace
from attendance_web.wire.seen_sessions import SeenSessions
from tests.support.eventually import eventually
from tests.support.protocol_servers import ProtocolServer

ANSWERED: Final = b"HTTP/1.1 204 No Content\r\n"
NEVER_SECONDS: Final = 3600.0


class TurnServer(ProtocolServer[CallProtocol]):
    """Answers in turns, once it may."""

    def __init__(self) -> None:
        async def application(scope: Any, receive: Any, send: Any) -> None:
            await self._serve_in_turn(scope, receive, send)

        super().__init__(application, CallProtocol)
        self.begun: list[str] = []
        self.logs: list[dict[str, str]] = []
        self.may_answer = asyncio.Event()
        self.writers: list[asyncio.StreamWriter] = []
        self._turns = RequestTurns(SeenSessions(), RefusalPace())

    async def _serve_in_turn(self, scope: Any, receive: Any, send: Any) -> None:
        scope["extensions"][LOG_EXTENSION] = log = dict[str, str]()
        self.logs.append(log)
        await self._turns.serve(self._answer, scope, receive, send)

    async def _answer(self, scope: Any, _receive: Any, send: Any) -> None:
        self.begun.append(scope["path"])
        await self.may_answer.wait()
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def asks(self, path: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        count = len(self.logs)
        reader, writer = await asyncio.open_connection(*self.address)
        self.writers.append(writer)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        await eventually(lambda: len(self.logs) > count)
        return reader, writer


def follow_somebody_gone() -> None:
    departure = Departure()
    departure.note()
    follow_client_of({"extensions": {GONE_EXTENSION: departure}})


@pytest_asyncio.fixture
async def served(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[TurnServer]:
    """A server whose turns last, and are all taken."""
    monkeypatch.setattr(request_turns, "MAX_TURN_SECONDS", NEVER_SECONDS)
    monkeypatch.setattr(request_turns, "TURN_WAIT_SECONDS", NEVER_SECONDS)
    made = TurnServer()
    follow_somebody_gone()
    async with made.listening():
        for _ in range(MAX_OF_ONE):
            await made.asks("/first")
        yield made
        made.may_answer.set()
        for writer in made.writers:
            writer.close()


async def test_who_waits_is_not_taken_for_another_who_has_gone(
    served: TurnServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Else they had a 500, and the log an error."""
    reader, _ = await served.asks("/waits")
    for _ in range(10):
        await asyncio.sleep(0)
    served.may_answer.set()
    async with asyncio.timeout(20):
        assert await reader.readline() == ANSWERED
    assert not [each for each in caplog.records if each.levelno >= logging.WARNING]


async def test_who_goes_while_they_wait_never_begins(
    served: TurnServer, caplog: pytest.LogCaptureFixture
) -> None:
    _, writer = await served.asks("/waits")
    writer.transport.abort()
    await eventually(lambda: served.logs[-1] == {"code": "client_left"})
    served.may_answer.set()
    for _ in range(10):
        await asyncio.sleep(0)
    assert "/waits" not in served.begun
    assert not [each for each in caplog.records if each.levelno >= logging.WARNING]


async def test_nor_is_a_socket() -> None:
    told: list[bool] = []

    async def tells(_scope: Any, _receive: Any, _send: Any) -> None:
        told.append(has_gone())

    stand_in: Any = None
    application = Application(stand_in, stand_in, tells, stand_in, stand_in)  # type: ignore[arg-type]
    follow_somebody_gone()
    await application({"type": "websocket"}, None, None)
    assert told == [False]
