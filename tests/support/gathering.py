"""An event and people who are logged in, written into a database at once, and their sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final
from uuid import uuid4

from websockets.asyncio.client import connect as connect_socket

from attendance_adapters import connect
from attendance_core.events import Event
from attendance_core.ports import Transact, Unit
from attendance_core.testing.people import log_in_people
from attendance_core.testing.stand_ins import any_code
from attendance_core.vocabulary import EventId, UserId
from tests.support.service_process import Service
from tests.support.wires import Wire

OPEN_SECONDS: Final = 30.0  # until a socket is open
PEOPLE_AT_ONCE: Final = 200  # in a transaction, for which nobody waits for more than 4.5 s


@dataclass(frozen=True)
class Person:
    """Somebody who is logged in at every service over the database."""

    user_id: int
    token: str

    @property
    def cookie(self) -> str:
        """As a browser sends it; any `csrftoken` does, as long as calls repeat it in a header."""
        return f"sessionid={self.token}; csrftoken=chaos"


@dataclass(frozen=True)
class Gathering:
    """An event that is on, and people who are logged in."""

    event_id: str
    people: Sequence[Person]


async def gathering(database_url: str, person_count: int) -> Gathering:
    """Adds an event and so many people, without a log-in, which takes a fifth of a second."""
    (made,) = await gatherings(database_url, 1, person_count)
    return made


async def gatherings(database_url: str, count: int, person_count: int) -> list[Gathering]:
    """Adds so many gatherings, each with so many people."""
    async with connect(database_url, files_url="memory://") as attendance:
        transact = attendance.use_cases.mark_me.transact
        return [await _gather(transact, person_count) for _ in range(count)]


async def _gather(transact: Transact, person_count: int) -> Gathering:
    """Adds one; its people in as many transactions as they need."""
    people: list[Person] = []
    while len(people) < person_count:
        added_count = min(PEOPLE_AT_ONCE, person_count - len(people))
        logged_in = await transact(partial(log_in_people, added_count))
        people += [Person(each.user_id, each.token) for each in logged_in]
    event_id = EventId(uuid4())

    def work(unit: Unit) -> None:
        name, code, now = f"Lecture {event_id}", any_code(), unit.now()
        while unit.events.find_by_code(code) is not None:  # of 50 000 that may be there
            code = any_code()
        creator = UserId(people[0].user_id)
        unit.events.add(Event(event_id, name, creator, now - 60, now + 3600, code))

    await transact(work)
    return Gathering(str(event_id), people)


@asynccontextmanager
async def opened(service: Service, person: Person, role: str, event_id: str) -> AsyncIterator[Wire]:
    """Opens a socket that sends no pings of its own."""
    async with connect_socket(
        f"{service.ws_url}/ws/{role}?event_id={event_id}",
        additional_headers={"Cookie": person.cookie},
        compression=None,
        ping_interval=None,
        open_timeout=OPEN_SECONDS,
        proxy=None,
    ) as connection:
        yield Wire(connection)
