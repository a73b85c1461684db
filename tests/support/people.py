"""People with an account at a service that runs, their events, and what they do at sockets."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from websockets.asyncio.client import ClientConnection

from tests.support.live_house import Wire
from tests.support.service_process import Service
from tests.support.visitor import Visitor


@dataclass
class Person:
    """Somebody with an account, who outlives services."""

    visitor: Visitor
    user_id: int

    @asynccontextmanager
    async def opens(self, role: str, event_id: str) -> AsyncIterator[Wire]:
        async with self.visitor.socket(f"/ws/{role}", event_id) as connection:
            yield Wire(connection)

    def state(self, event_id: str, creator: Person) -> str:
        """What the attendance says of them."""
        people = creator.visitor.get("/api/events/GetAttendance", event_id=event_id)
        (state,) = (
            each["state"] for each in people["participants"] if each["user_id"] == self.user_id
        )
        return str(state)

    def karma(self) -> int:
        return int(self.visitor.get("/api/profile/GetProfile", user_id=self.user_id)["karma"])


def people(service: Service, number: int) -> list[Person]:
    made = []
    for _ in range(number):
        visitor = Visitor(service.url, "en")
        visitor.get("/api/auth/GetCurrentUserId")
        given = {"username": f"p{uuid4().hex[:12]}", "password": "correct horse battery"}
        made.append(Person(visitor, visitor.post("/accounts/signup/", **given)["user_id"]))
    return made


def an_event(creator: Person) -> str:
    now = int(time.time())
    times: dict[str, Any] = {"time_from": now - 60, "time_to": now + 3600}
    name = f"Lecture {uuid4().hex}"
    return str(creator.visitor.post("/api/events/CreateEvent", name=name, **times)["event_id"])


async def marks(marker: Wire, asker: Wire, user_id: int) -> None:
    assert (await marker.asks("prepare_to_mark", user_id=user_id))["message"] == "prepared"
    assert (await marker.asks("confirm_marking"))["message"] == "marked"
    await asker.hears("was_marked")
    assert await asker.close_code() == 1000


@asynccontextmanager
async def marker_and_waiting(
    service: Service,
) -> AsyncIterator[tuple[ClientConnection, ClientConnection, int]]:
    """Both sockets of one event, and the id of the person who waits."""
    marker, waiting = people(service, 2)
    event_id = an_event(marker)
    async with (
        waiting.visitor.socket("/ws/mark_me", event_id) as asks,
        marker.visitor.socket("/ws/marking", event_id) as marks,
    ):
        assert json.loads(await marks.recv())["params"]["marking_list"] == [waiting.user_id]
        yield marks, asks, waiting.user_id
