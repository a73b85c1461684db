"""A socket that is carried by nothing but two queues, and people who need no log-in."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from attendance_adapters import Attendance, embedded
from attendance_core.accounts import Actor, session_id_of
from attendance_core.marking.connections import Role
from attendance_core.marking.terms import Terms
from attendance_core.vocabulary import EventId
from attendance_web.live import Live, Transport
from tests.support.quick_passwords import quickly_hashed

PATIENCE = 30.0  # seconds; nothing is judged by the clock


class Carried(Transport):
    """A transport that a test speaks through; it has only what every transport needs."""

    def __init__(self) -> None:
        self.told: asyncio.Queue[str] = asyncio.Queue()
        self._said: asyncio.Queue[Any] = asyncio.Queue()

    async def receive(self) -> str | bytes | None:
        said = await self._said.get()
        if isinstance(said, Exception):
            raise said
        answer: str | bytes | None = said
        return answer

    async def send(self, text: str) -> None:
        self.told.put_nowait(text)

    def says(self, message: str, **params: Any) -> None:
        self._said.put_nowait(json.dumps({"message": message, "params": params}))

    def gives(self, said: str | bytes | Exception | None) -> None:
        """Has this received as it is, or raised."""
        self._said.put_nowait(said)

    async def heard(self) -> dict[str, Any]:
        frame: dict[str, Any] = json.loads(await asyncio.wait_for(self.told.get(), PATIENCE))
        return frame

    async def hears(self, message: str) -> dict[str, Any]:
        """The parameters of the next frame, which has to be this one."""
        frame = await self.heard()
        assert (frame["result"], frame["message"]) == ("ok", message), frame
        params: dict[str, Any] = frame.get("params", {})
        return params

    async def is_refused(self) -> str:
        """The code of the next frame, which has to be a refusal."""
        frame = await self.heard()
        assert frame["result"] == "error", frame
        code: str = frame["params"]["code"]
        return code


@dataclass
class Visited:
    """A socket that is being served."""

    line: Carried
    visit: asyncio.Task[int | None]

    async def ended(self) -> int | None:
        return await asyncio.wait_for(self.visit, PATIENCE)


@dataclass
class Host:
    """A service, its live rooms, and whoever was let in."""

    service: Attendance
    live: Live
    people: int = 0
    events: int = 0

    async def person(self) -> Actor:
        self.people += 1
        signed_up = await self.service.use_cases.sign_up(
            username=f"person{self.people}", password="like tea"
        )
        return Actor(signed_up.user_id, session_id_of(signed_up.token))

    async def event(self, creator: Actor, lasts: float = 3600) -> EventId:
        self.events += 1
        now = time.time()
        event = await self.service.use_cases.create_event(
            actor=creator.user_id, name=f"Event {self.events}", starts_at=now, ends_at=now + lasts
        )
        return event.event_id

    def opens(
        self, actor: Actor, event_id: EventId, role: Role, line: Carried | None = None, **given: Any
    ) -> Visited:
        line = line or Carried()
        visit = self.live.visit(actor, event_id, role, transport=line, **given)
        return Visited(line, asyncio.create_task(visit))

    async def state_of(self, event_id: EventId, person: Actor) -> Any:
        """What the store says of their place."""

        def look(unit: Any) -> Any:
            found = unit.places.of(event_id, [person.user_id])
            return found[0].state if found else None

        return await self.service.use_cases.get_event_by_id.observe(look)

    async def sockets_of(self, event_id: EventId, person: Actor) -> list[bool]:
        """Whether each of their connections in the event is a lost one."""

        def look(unit: Any) -> list[bool]:
            return [
                each.lost_at is not None for each in unit.connections.of(event_id, person.user_id)
            ]

        found: list[bool] = await self.service.use_cases.get_event_by_id.observe(look)
        return found


@asynccontextmanager
async def hosted(terms: Terms | None = None) -> AsyncIterator[Host]:
    """A host over memory."""
    with quickly_hashed():
        service = embedded(terms=terms or Terms())
        async with service, Live(service) as live:
            yield Host(service, live)
