"""Requests begin in turns, a few of one at each step of the event loop. Contract: 1.11."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from attendance_core.accounts import Actor, session_id_of
from attendance_core.vocabulary import UserId
from attendance_web.http import request_turns
from attendance_web.http.request_turns import MAX_OF_ONE, RequestTurns, came_at
from attendance_web.wire.refusal_pace import RefusalPace
from attendance_web.wire.seen_sessions import SeenSessions
from tests.support.begun_requests import FLOODER, OTHER, NotingApplication, asks

MANY = 10 * MAX_OF_ONE


@pytest.fixture
def begun() -> NotingApplication:
    return NotingApplication()


@pytest.fixture
def seen() -> SeenSessions:
    return SeenSessions()


@pytest.fixture
def turns(seen: SeenSessions) -> RequestTurns:
    return RequestTurns(seen, RefusalPace())


async def test_nobody_comes_behind_all_of_a_flood(
    turns: RequestTurns, begun: NotingApplication
) -> None:
    flood = [asks(turns, begun, FLOODER) for _ in range(MANY)]
    other = asks(turns, begun, OTHER)
    await asyncio.gather(*flood, other)
    assert begun.clients.index(OTHER) <= MAX_OF_ONE
    assert len(begun.clients) == MANY + 1


async def test_the_time_of_a_request_goes_by_when_it_came(
    turns: RequestTurns, begun: NotingApplication
) -> None:
    """Contract: 1.16. And not by when its turn came."""
    clock, told = asyncio.get_running_loop().time, list[float]()

    async def tells(scope: Any, _: Any, __: Any) -> None:
        told.append(came_at(scope))

    begun.may_go_on.clear()
    flood = [asks(turns, begun, FLOODER) for _ in range(MAX_OF_ONE)]
    await asyncio.sleep(0)
    late = asks(turns, tells, FLOODER)
    await asyncio.sleep(0)
    asked_at = clock()
    assert not told
    begun.may_go_on.set()
    await asyncio.gather(*flood, late)
    assert told[0] <= asked_at


async def test_a_few_begin_at_a_step_though_none_suspends(
    turns: RequestTurns, begun: NotingApplication
) -> None:
    flood = [asks(turns, begun, FLOODER) for _ in range(MANY)]
    await asyncio.sleep(0)
    before = len(begun.clients)
    assert before == MAX_OF_ONE
    while not all(task.done() for task in flood):
        await asyncio.sleep(0)
        assert len(begun.clients) <= before + MAX_OF_ONE
        before = len(begun.clients)


async def test_who_is_known_is_in_nobodys_line(
    turns: RequestTurns, begun: NotingApplication, seen: SeenSessions
) -> None:
    """A lecture hall is one address."""
    seen.note(Actor(UserId(1), session_id_of("token")))
    flood = [asks(turns, begun, FLOODER) for _ in range(MANY)]
    known = asks(turns, begun, FLOODER, token="token")
    await known
    assert len(begun.clients) <= 2 * MAX_OF_ONE + 1
    made_up = asks(turns, begun, FLOODER, token="made up")
    await made_up
    assert len(begun.clients) == MANY + 2
    await asyncio.gather(*flood)


async def test_who_waits_for_the_store_is_in_nobodys_way(
    turns: RequestTurns, begun: NotingApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_turns, "MAX_TURN_SECONDS", 0.001)
    begun.may_go_on.clear()
    flood = [asks(turns, begun, FLOODER) for _ in range(MANY)]
    async with asyncio.timeout(30):
        while len(begun.clients) < MANY:
            await asyncio.sleep(0.001)
    begun.may_go_on.set()
    await asyncio.gather(*flood)


async def test_a_few_of_those_who_waited_too_long_begin_at_a_step(
    turns: RequestTurns, begun: NotingApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Contract: 1.11. All of a flood have waited too long in the same instant."""
    monkeypatch.setattr(request_turns, "MAX_TURN_SECONDS", 3600)
    monkeypatch.setattr(request_turns, "TURN_WAIT_SECONDS", 0.1)
    begun.may_go_on.clear()
    flood = [asks(turns, begun, FLOODER) for _ in range(MANY)]
    at_once, before = 0, 0
    async with asyncio.timeout(30):
        while len(begun.clients) < MANY:
            await asyncio.sleep(0)
            at_once = max(at_once, len(begun.clients) - before)
            before = len(begun.clients)
    assert at_once <= MAX_OF_ONE
    begun.may_go_on.set()
    await asyncio.gather(*flood)


async def test_so_do_those_who_have_waited_for_that_as_long_again(
    turns: RequestTurns, begun: NotingApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or of five thousand requests some thousand began together, which took 0.7 s."""
    loop, ahead = asyncio.get_running_loop(), 0.0
    clock = loop.time
    monkeypatch.setattr(loop, "time", lambda: clock() + ahead)
    flood = [asks(turns, begun, FLOODER) for _ in range(MANY)]
    at_once, before = 0, 0
    while len(begun.clients) < MANY:
        ahead += 1.0  # steps are long beside a flood
        await asyncio.sleep(0)
        at_once = max(at_once, len(begun.clients) - before)
        before = len(begun.clients)
    assert at_once <= 2 * MAX_OF_ONE
    await asyncio.gather(*flood)


async def test_nobody_waits_for_ever(
    turns: RequestTurns, begun: NotingApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_turns, "MAX_TURN_SECONDS", 3600)
    monkeypatch.setattr(request_turns, "TURN_WAIT_SECONDS", 0.01)
    begun.may_go_on.clear()
    flood = [asks(turns, begun, FLOODER) for _ in range(MANY)]
    async with asyncio.timeout(30):
        while len(begun.clients) < MANY:
            await asyncio.sleep(0.001)
    begun.may_go_on.set()
    await asyncio.gather(*flood)


async def test_our_health_waits_for_no_other_request(
    turns: RequestTurns, begun: NotingApplication
) -> None:
    begun.may_go_on.clear()
    flood = [asks(turns, begun, FLOODER) for _ in range(MANY)]
    await asyncio.sleep(0)
    health = asks(turns, begun, FLOODER, "/health/live")
    await asyncio.sleep(0)
    assert len(begun.clients) == MAX_OF_ONE + 1
    begun.may_go_on.set()
    await asyncio.gather(*flood, health)


async def test_nobody_comes_behind_all_who_ask_for_our_health(
    turns: RequestTurns, begun: NotingApplication
) -> None:
    flood = [asks(turns, begun, FLOODER, "/health/live") for _ in range(MANY)]
    others = [asks(turns, begun, OTHER), asks(turns, begun, OTHER, "/health/live")]
    await asyncio.gather(*flood, *others)
    assert begun.clients.index(OTHER) <= MAX_OF_ONE
    assert begun.clients[: MAX_OF_ONE + 2].count(OTHER) == 2


async def test_who_asks_without_a_pause_leaves_most_of_the_time_to_others(
    begun: NotingApplication, seen: SeenSessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Contract: 1.11. Others have it while their turns rest."""
    monkeypatch.setattr(request_turns, "FREE_SECONDS", 0.0)
    loop, now, taken_seconds = asyncio.get_running_loop(), 0.0, 0.0
    monkeypatch.setattr(loop, "time", lambda: now)
    turns = RequestTurns(seen, RefusalPace(), lambda: 0.0)

    async def takes_long(scope: Any, receive: Any, send: Any) -> None:
        nonlocal now, taken_seconds
        await begun(scope, receive, send)
        now += 0.001
        taken_seconds += 0.001

    flood = [asks(turns, takes_long, FLOODER) for _ in range(MANY)]
    while not all(each.done() for each in flood):
        await asks(turns, begun, OTHER)
        now += 0.0001
    assert taken_seconds < now / 2
    assert begun.clients.count(OTHER) > MANY


async def test_the_turns_of_a_page_do_not_rest(
    begun: NotingApplication, seen: SeenSessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_turns, "FREE_SECONDS", 3600)
    monkeypatch.setattr(request_turns, "REST_FACTOR", 1e9)
    monkeypatch.setattr(request_turns, "MAX_REST_SECONDS", 3600)
    monkeypatch.setattr(request_turns, "TURN_WAIT_SECONDS", 3600)
    turns = RequestTurns(seen, RefusalPace())
    async with asyncio.timeout(10):
        await asyncio.gather(*(asks(turns, begun, FLOODER) for _ in range(MANY)))


async def test_nor_do_those_of_the_files_of_a_page(
    begun: NotingApplication, seen: SeenSessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hall that opens it anew asks for fifty each."""
    monkeypatch.setattr(request_turns, "FREE_SECONDS", 0.0)
    monkeypatch.setattr(request_turns, "REST_FACTOR", 1e9)
    monkeypatch.setattr(request_turns, "MAX_REST_SECONDS", 3600)
    monkeypatch.setattr(request_turns, "TURN_WAIT_SECONDS", 3600)
    turns = RequestTurns(seen, RefusalPace())
    async with asyncio.timeout(10):
        files = [asks(turns, begun, FLOODER, "/static/1/page.js") for _ in range(MANY)]
        await asyncio.gather(*files)
    for _ in range(MAX_OF_ONE):
        await asks(turns, begun, FLOODER)
    waits = asks(turns, begun, FLOODER)
    await asyncio.sleep(0.01)
    assert not waits.done(), "what is no file does rest"
    waits.cancel()
