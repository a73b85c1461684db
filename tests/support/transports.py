"""A host with live rooms, and a transport that has all a transport may have."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from attendance_core.accounts import Actor
from attendance_core.vocabulary import EventId
from tests.support.live_host import Host, QueueTransport, hosted

NO_EVENT = EventId(UUID(int=0))


@pytest.fixture(autouse=True)
def closed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sockets are closed at once when the host stops."""
    monkeypatch.setattr("attendance_web.live.sockets.SPREAD_SECONDS", 0.0)


@pytest.fixture
async def host() -> AsyncIterator[Host]:
    async with hosted() as opened:
        yield opened


class Accepting(QueueTransport):
    """A transport that has all a transport may have; ``done`` is what it was asked to do."""

    def __init__(self) -> None:
        super().__init__()
        self.done: list[Any] = []

    async def accept(self) -> None:
        self.done.append("accepted")

    async def close(self, code: int) -> None:
        self.done.append(code)


async def losses_are(host: Host, event_id: EventId, person: Actor, lost: list[bool]) -> bool:
    return await host.losses_of(event_id, person) == lost
