"""What is refused is told later, and whoever waits for it has no turn. Contract: 1.11."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from attendance_web.http import request_turns
from attendance_web.http.request_turns import MAX_OF_ONE, RequestTurns
from attendance_web.wire import refusal_pace
from attendance_web.wire.client_gone import GONE_EXTENSION, Departure, follow_client_of
from attendance_web.wire.refusal_pace import RefusalPace
from attendance_web.wire.seen_sessions import SeenSessions
from tests.support.begun_requests import FLOODER, NotingApplication, asks

MANY = 10 * MAX_OF_ONE


@pytest.fixture
def begun() -> NotingApplication:
    return NotingApplication()


@pytest.fixture
def seen() -> SeenSessions:
    return SeenSessions()


async def test_nobody_waits_for_a_refusal_who_has_gone(
    seen: SeenSessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusal_pace, "MAX_AT_ONCE", 0)
    monkeypatch.setattr(refusal_pace, "TOLD_AFTER_SECONDS", 3600)
    departure, told = Departure(), list[Any]()

    async def refuses(_scope: Any, _receive: Any, send: Any) -> None:
        follow_client_of({"extensions": {GONE_EXTENSION: departure}})
        await send({"type": "http.response.start", "status": 404})

    async def send(message: Any) -> None:
        told.append(message)

    asked = asks(RequestTurns(seen, RefusalPace()), refuses, FLOODER, send=send)
    for _ in range(10):
        await asyncio.sleep(0)
    assert not told
    departure.note()
    async with asyncio.timeout(5):
        await asked


async def test_a_refusal_that_waits_to_be_told_has_no_turn_meanwhile(
    begun: NotingApplication, seen: SeenSessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_turns, "MAX_TURN_SECONDS", 3600)
    monkeypatch.setattr(refusal_pace, "MAX_AT_ONCE", 0)
    monkeypatch.setattr(refusal_pace, "TOLD_AFTER_SECONDS", 3600)
    turns, told = RequestTurns(seen, RefusalPace()), list[Any]()

    async def refuses(scope: Any, receive: Any, send: Any) -> None:
        await begun(scope, receive, send)
        await send({"type": "http.response.start", "status": 404})

    async def send(message: Any) -> None:
        told.append(message)

    flood = [asks(turns, refuses, FLOODER, send=send) for _ in range(MANY)]
    async with asyncio.timeout(10):
        while len(begun.clients) < MANY:
            before = len(begun.clients)
            await asyncio.sleep(0)
            assert len(begun.clients) <= before + MAX_OF_ONE
    assert told == []
    for task in flood:
        task.cancel()
    await asyncio.wait(flood)


@pytest.mark.parametrize(
    ("path", "status", "is_paced"),
    [
        ("/", 200, False),
        ("/", 404, True),
        ("/", 503, True),
        ("/health/ready", 503, False),  # a balancer is told at once
        ("/health/nothing", 404, True),
    ],
)
async def test_what_is_refused_is_told_later(
    seen: SeenSessions,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    status: int,
    is_paced: bool,
) -> None:
    monkeypatch.setattr(refusal_pace, "MAX_AT_ONCE", 0)
    monkeypatch.setattr(refusal_pace, "TOLD_AFTER_SECONDS", 3600)
    told = list[Any]()

    async def answers(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": status})

    async def send(message: Any) -> None:
        told.append(message)

    asked = asks(RequestTurns(seen, RefusalPace()), answers, FLOODER, path, send=send)
    for _ in range(10):
        await asyncio.sleep(0)
    assert bool(told) is not is_paced
    asked.cancel()
    await asyncio.wait([asked])
