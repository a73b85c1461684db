"""People with an account at a service that runs, their events, and what they do at sockets."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import uuid4

from websockets.asyncio.client import ClientConnection

from tests.support.http_browser import HttpBrowser
from tests.support.service_process import Service
from tests.support.wires import Wire


@dataclass
class Person:
    """Somebody with an account, who outlives services."""

    browser: HttpBrowser
    user_id: int

    @asynccontextmanager
    async def opens(self, role: str, event_id: str) -> AsyncIterator[Wire]:
        async with self.browser.socket(f"/ws/{role}", event_id) as connection:
            yield Wire(connection)

    def state(self, event_id: str, creator: Person) -> str:
        """Reads what the attendance of an event says of them."""
        people = creator.browser.get("/api/events/GetAttendance", event_id=event_id)
        (state,) = (
            each["state"] for each in people["participants"] if each["user_id"] == self.user_id
        )
        return str(state)

    def karma(self) -> int:
        return int(self.browser.get("/api/profile/GetProfile", user_id=self.user_id)["karma"])


def sign_up_people(service: Service, number: int) -> list[Person]:
    """Signs so many up, each with a password and a user name of their own."""
    made = []
    for _ in range(number):
        browser = HttpBrowser(service.url, "en")
        browser.get("/api/auth/GetCurrentUserId")
        given = {"username": f"p{uuid4().hex[:12]}", "password": "correct horse battery"}
        made.append(Person(browser, browser.post("/accounts/signup/", **given)["user_id"]))
    return made


def create_event(creator: Person) -> str:
    """Creates one that is on, with a name of its own; answers its id."""
    now = int(time.time())
    times: dict[str, Any] = {"time_from": now - 60, "time_to": now + 3600}
    name = f"Lecture {uuid4().hex}"
    return str(creator.browser.post("/api/events/CreateEvent", name=name, **times)["event_id"])


async def chooses(marker: Wire, asker: Person) -> None:
    """Has a marker choose somebody; of what others do they may hear first."""
    frame = await marker.asks("prepare_to_mark", user_id=asker.user_id)
    while frame["message"] != "prepared":
        assert frame["result"] == "ok", frame
        frame = await marker.heard()


async def marks(marker: Wire, asker: Wire, user_id: int) -> None:
    """Has a marker hold and mark a person, who hears of it and is closed."""
    assert (await marker.asks("prepare_to_mark", user_id=user_id))["message"] == "prepared"
    assert (await marker.asks("confirm_marking"))["message"] == "marked"
    await asker.hears("was_marked")
    assert await asker.close_code() == 1000


class MarkerAndAsker(NamedTuple):
    """Two open sockets of one event, and the id of the person who waits."""

    marking: ClientConnection
    waiting: ClientConnection
    asker_id: int


@asynccontextmanager
async def marker_and_asker(service: Service) -> AsyncIterator[MarkerAndAsker]:
    """Opens both in an event of its own; the marker has read the list."""
    marker, asker = sign_up_people(service, 2)
    event_id = create_event(marker)
    async with (
        asker.browser.socket("/ws/mark_me", event_id) as waiting,
        marker.browser.socket("/ws/marking", event_id) as marking,
    ):
        assert json.loads(await marking.recv())["params"]["marking_list"] == [asker.user_id]
        yield MarkerAndAsker(marking, waiting, asker.user_id)
