"""Whatever is refused often is told a little later, and nobody else waits. Contract: 1.11."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, Final

import httpx
import pytest
import pytest_asyncio

from attendance_core.vocabulary import Seconds
from attendance_web.http import call_arguments
from attendance_web.live import openings
from attendance_web.wire import refusal_pace
from attendance_web.wire.callers import Caller
from attendance_web.wire.refusal_pace import RefusalPace
from attendance_web.wire.turns import FairTurns, NoTurn
from tests.support.eventually import eventually
from tests.support.houses import house_in_memory as house
from tests.support.live_house import House
from tests.support.site import Browser, Site, opened_site, response

__all__ = ["house"]
pytestmark = pytest.mark.asyncio(loop_scope="module")

NEVER_SECONDS: Final = 3600.0
LONG_SECONDS: Final = 2.0  # the house ends no sooner
MOMENT_SECONDS: Final = 0.1  # in which whoever is told at once is told
HANDSHAKE: Final = (
    b"GET /ws/marking HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
AS_JSON: Final = {"Content-Type": "application/json"}
LOG_IN: Final = "/accounts/login/"
GET_PROFILE: Final = "/api/profile/GetProfile"
REFUSED: Final[dict[str, Callable[[Browser], Coroutine[Any, Any, httpx.Response]]]] = {
    "no such path": lambda who: who.get("/api/none/None"),
    "no such page": lambda who: who.get("/e/AAAAAA"),
    "another method": lambda who: who.post("/api/events/GetEvents"),
    "a broken body": lambda who: who.send(LOG_IN, content=b"{", headers=AS_JSON),
    "a text of another charset": lambda who: who.send(LOG_IN, content=b"\xff", headers=AS_JSON),
    "too many marks": lambda who: who.post(LOG_IN, username="a" + "\u0316" * 80, password="a"),
    "a field that is missing": lambda who: who.post(LOG_IN),
    "no token": lambda who: who.client.post(LOG_IN, json={}, headers={"X-CSRFToken": "other"}),
    "not logged in": lambda who: who.get(GET_PROFILE, user_id=1),
    "too large": lambda who: who.send(LOG_IN, content=b" " * 20_000, headers=AS_JSON),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site() -> AsyncIterator[Site]:
    """No refusal is told at once."""
    async with opened_site(None, refusals_at_once=0) as opened:
        yield opened


@pytest.mark.parametrize("kind", REFUSED)
async def test_a_refusal_waits_and_nothing_else(
    site: Site, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusal_pace, "TOLD_AFTER_SECONDS", NEVER_SECONDS)
    browser = site.browser()
    await browser.csrf_token()
    refused = [asyncio.create_task(REFUSED[kind](browser)) for _ in range(20)]
    _, waiting = await asyncio.wait(refused, timeout=MOMENT_SECONDS)
    assert len(waiting) == len(refused)
    # Though all of them have begun, the same caller has a turn for whatever is not refused
    response(await site.browser().get("/api/auth/GetCurrentUserId"))
    for task in refused:
        task.cancel()
    await asyncio.wait(refused)


class Given(dict[str, Any]):
    """What a body said, which can be seen to be forgotten."""


async def test_what_waits_keeps_nothing_of_its_body(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refused upload counts no more, and kept twice its size until that was told."""
    read: list[weakref.ref[Given]] = []

    def parse(content_type: str | None, body: bytes) -> Given:
        given = Given()
        read.append(weakref.ref(given))
        return given

    monkeypatch.setattr(call_arguments, "parse_body", parse)
    monkeypatch.setattr(refusal_pace, "TOLD_AFTER_SECONDS", NEVER_SECONDS)
    refused = asyncio.create_task(REFUSED["a field that is missing"](site.browser()))
    await eventually(lambda: bool(read))
    await asyncio.sleep(MOMENT_SECONDS)
    assert not refused.done()
    assert [given() for given in read] == [None]
    refused.cancel()
    await asyncio.wait({refused})


async def test_it_is_told_in_the_end(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusal_pace, "TOLD_AFTER_SECONDS", 0.01)
    assert (await site.browser().get(GET_PROFILE, user_id=1)).status_code == 401


async def test_nobody_waits_for_a_refusal_who_has_left(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusal_pace, "MAX_AT_ONCE", 0)
    monkeypatch.setattr(refusal_pace, "TOLD_AFTER_SECONDS", NEVER_SECONDS)
    monkeypatch.setattr(openings, "POLL_EVERY", MOMENT_SECONDS / 10)
    monkeypatch.setattr(house.app.sockets, "refusal_pace", RefusalPace())
    _, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write(HANDSHAKE)
    await eventually(lambda: house.app.sockets.tracked_count == 1)
    await asyncio.sleep(MOMENT_SECONDS)
    assert house.app.sockets.tracked_count == 1
    writer.close()
    await writer.wait_closed()
    await eventually(lambda: house.app.sockets.tracked_count == 0)


async def test_a_refused_opening_waits_and_no_other(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusal_pace, "MAX_AT_ONCE", 0)
    monkeypatch.setattr(refusal_pace, "TOLD_AFTER_SECONDS", LONG_SECONDS)
    monkeypatch.setattr(house.app.sockets, "refusal_pace", RefusalPace())
    (anna,) = await house.add_people(1)
    event_id = await house.create_event(anna)
    paths = ("/ws/marking", f"/ws/marking?event_id={event_id}")
    refused = [asyncio.create_task(house.opens(path)) for path in paths]
    _, waiting = await asyncio.wait(refused, timeout=MOMENT_SECONDS)
    assert len(waiting) == len(refused)
    await (await anna.marking(event_id)).hears("marking_list")
    for task in refused:
        task.cancel()
    await asyncio.wait(refused)


class NotingPace(RefusalPace):
    """Notes what is refused, and tells it at once."""

    def __init__(self) -> None:
        super().__init__()
        self.noted: list[Exception | None] = []

    def note(self, error: Exception | None, caller: Caller, came_at: Seconds) -> Seconds:
        self.noted.append(error)
        return 0.0


async def test_an_opening_that_finds_no_turn_is_counted_too(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_turns = FairTurns(at_once=0, of_one=0, waiting=0, waiting_of_one=0)
    monkeypatch.setattr(house.app.sockets.opening_queue, "turns", no_turns)
    monkeypatch.setattr(house.app.sockets, "refusal_pace", pace := NotingPace())
    (anna,) = await house.add_people(1)
    wire = await anna.marking(await house.create_event(anna))
    assert (await wire.turns_away())[0] == "unavailable"
    assert [type(each) for each in pace.noted] == [NoTurn]
