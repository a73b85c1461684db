"""Live rooms in a host, with sockets of queues alone, and people who need no log-in."""

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

PATIENCE_SECONDS = 30.0  # nothing is judged by the clock


class QueueTransport(Transport):
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
        """Has the client say a command."""
        self._said.put_nowait(json.dumps({"message": message, "params": params}))

    def gives(self, said: str | bytes | Exception | None) -> None:
        """Has the transport receive this as it is, or raise it."""
        self._said.put_nowait(said)

    async def heard(self) -> dict[str, Any]:
        """Takes the next frame that the client is told."""
        frame: dict[str, Any] = json.loads(
            await asyncio.wait_for(self.told.get(), PATIENCE_SECONDS)
        )
        return frame

    async def hears(self, message: str) -> dict[str, Any]:
        """Takes the next frame, which has to be this one; answers its parameters."""
        frame = await self.heard()
        assert (frame["result"], frame["message"]) == ("ok", message), frame
        params: dict[str, Any] = frame.get("params", {})
        return params

    async def refusal_code(self) -> str:
        """Takes the next frame, which has to be a refusal; answers its code."""
        frame = await self.heard()
        assert frame["result"] == "error", frame
        code: str = frame["params"]["code"]
        return code


@dataclass
class ServedSocket:
    """A socket that is being served."""

    transport: QueueTransport
    visit: asyncio.Task[int | None]

    async def ended(self) -> int | None:
        return await asyncio.wait_for(self.visit, PATIENCE_SECONDS)


@dataclass
class Host:
    """A program with a service and live rooms in it, and whoever it let in."""

    service: Attendance
    live: Live
    _person_count: int = 0
    _event_count: int = 0

    async def add_person(self) -> Actor:
        self._person_count += 1
        signed_up = await self.service.use_cases.sign_up(
            username=f"person{self._person_count}", password="like tea"
        )
        return Actor(signed_up.user_id, session_id_of(signed_up.token))

    async def create_event(self, creator: Actor, lasts: float = 3600) -> EventId:
        self._event_count += 1
        now = time.time()
        event = await self.service.use_cases.create_event(
            actor=creator.user_id,
            name=f"Event {self._event_count}",
            starts_at=now,
            ends_at=now + lasts,
        )
        return event.event_id

    def opens(
        self,
        actor: Actor,
        event_id: EventId,
        role: Role,
        transport: QueueTransport | None = None,
        **given: Any,
    ) -> ServedSocket:
        transport = transport or QueueTransport()
        visit = self.live.visit(actor, event_id, role, transport=transport, **given)
        return ServedSocket(transport, asyncio.create_task(visit))

    async def state_of(self, event_id: EventId, person: Actor) -> Any:
        """Reads what the store has of their place."""

        def look(unit: Any) -> Any:
            found = unit.places.of(event_id, [person.user_id])
            return found[0].state if found else None

        return await self.service.use_cases.get_event_by_id.observe(look)

    async def losses_of(self, event_id: EventId, person: Actor) -> list[bool]:
        """Tells of each of their connections in the event whether it is lost."""

        def look(unit: Any) -> list[bool]:
            return [
                each.lost_at is not None for each in unit.connections.of(event_id, person.user_id)
            ]

        found: list[bool] = await self.service.use_cases.get_event_by_id.observe(look)
        return found


@asynccontextmanager
async def hosted(terms: Terms | None = None) -> AsyncIterator[Host]:
    """Opens a host over memory."""
    with quickly_hashed():
        service = embedded(terms=terms or Terms())
        async with service, Live(service) as live:
            yield Host(service, live)
