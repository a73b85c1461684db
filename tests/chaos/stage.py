"""What everybody of a run shares: the doors to the service, the events, and chance."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tests.chaos.history import History
from tests.chaos.proxy import Proxy
from tests.chaos.workers import Worker
from tests.support.gathering import Person

# Seconds. Contract: 1.16, an answer within 5, and then people try again; some wait for longer, so
# that what never comes can be told from what a busy machine makes late
PATIENCES: Final = (7.0, 7.0, 7.0, 25.0)
DOOR_SECONDS: Final = 0.3  # until somebody looks again whether a process serves
REMEMBERED: Final = 500  # marks that somebody may want to annul


@dataclass(frozen=True, slots=True)
class KnownMark:
    """A mark that somebody was told of."""

    event: str
    person: int
    n: int


@dataclass
class Stage:
    """One run; ``is_calm`` while people hold still so that what they see can be compared."""

    history: History
    workers: Sequence[Worker]
    proxies: Sequence[Proxy]  # of each of them
    chance: random.Random
    pace: float  # seconds between two things a marker does, on average
    hold_seconds: float
    events: list[str] = field(default_factory=list)  # where people can go
    creators: dict[str, Person] = field(default_factory=dict)  # of those of this part
    helpers: dict[str, set[Person]] = field(default_factory=dict)  # who was asked to help there
    known_marks: deque[KnownMark] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    events_ever: set[str] = field(default_factory=set)  # those of this part, also where it is over
    is_calm: bool = False
    operations: int = 0
    socket_aborts: set[Callable[[], Awaitable[None]]] = field(
        default_factory=set
    )  # of open sockets
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def begin_part(self) -> None:
        """Begins another part, with events of its own."""
        self.is_calm, self.events, self.events_ever = False, [], set()
        self.creators.clear()
        self.helpers.clear()
        self.known_marks.clear()

    def open_event(self, event: str, creator: Person) -> None:
        """Lets people go there from now on."""
        self.events.append(event)
        self.events_ever.add(event)
        self.creators[event] = creator

    def close_event(self, event: str) -> None:
        """Has nobody go there any more."""
        if event in self.events:
            self.events.remove(event)

    async def end_sockets(self) -> None:
        """Ends every socket that somebody has left open."""
        await asyncio.gather(*(end() for end in list(self.socket_aborts)))

    def patience(self) -> float:
        """Draws for how many seconds somebody waits."""
        return self.chance.choice(PATIENCES)

    async def door(self) -> int:
        """Finds a worker that serves, as a load balancer does; at times it has gone by then."""
        while True:
            serving = [each.number for each in self.workers if each.serves.is_set()]
            if serving:
                return self.chance.choice(serving)
            await asyncio.sleep(DOOR_SECONDS)

    async def think(self, seconds: float) -> None:
        """Waits, for between nothing and twice as long."""
        await asyncio.sleep(self.chance.uniform(0, 2 * seconds))

    async def call(
        self, person: Person, method: str, path: str, **fields: Any
    ) -> dict[str, Any] | None:
        """Makes a call; answers the envelope of its answer, None where there was none."""
        worker = await self.door()
        proxy = self.proxies[worker]
        number = next(self.numbers)
        self.operations += 1
        about = {"person": person.user_id, "event": fields.get("event_id", ""), "socket": number}
        self.history.add("called", **about, call=path, worker=worker, given=fields)
        status, body, link = 0, b"", 0
        try:
            async with asyncio.timeout(self.patience()):
                reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
                link = writer.get_extra_info("sockname")[1]
                try:
                    writer.write(_request(person, method, path, fields))
                    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
                    status = int(head.split()[1]) if head else 0
                finally:
                    writer.transport.abort()
        except (OSError, TimeoutError):
            status = 0
        try:
            envelope: dict[str, Any] | None = json.loads(body) if status else None
        except ValueError:  # cut in the middle
            envelope, status = None, 0
        self.history.add(
            "answered",
            **about,
            call=path,
            status=status,
            error=None if envelope is None else envelope["error"],
            refusal="" if envelope is None else envelope.get("code", ""),
            n=_entry_number(envelope),
            link=link,
            worker=worker,
        )
        return envelope if status == 200 else None


def _entry_number(envelope: dict[str, Any] | None) -> int | None:
    """Finds the number of the entry that an answer names."""
    response = None if envelope is None else envelope.get("response")
    return response.get("n") if isinstance(response, dict) else None


def _request(person: Person, method: str, path: str, fields: dict[str, Any]) -> bytes:
    body = b"" if method == "GET" else json.dumps(fields).encode()
    query = "&".join(f"{name}={value}" for name, value in fields.items())
    target = f"{path}?{query}" if method == "GET" and query else path
    head = [
        f"{method} {target} HTTP/1.1",
        "Host: 127.0.0.1",
        "Connection: close",
        f"Cookie: {person.cookie}",
        "X-CSRFToken: chaos",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body
