"""Whoever leaves request after request before it is answered has the next ones wait.

Contract: 1.11. Decision 0016.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import pytest

from attendance_core.accounts import Actor, session_id_of
from attendance_core.testing.stand_ins import ManualStopwatch
from attendance_core.vocabulary import UserId
from attendance_web.http import left_requests
from attendance_web.http.request_turns import RequestTurns
from attendance_web.wire import leaving_pace, refusal_pace
from attendance_web.wire.client_gone import (
    GONE_EXTENSION,
    NOTE_LEFT_EXTENSION,
    Departure,
    follow_client_of,
    wait_while_there,
)
from attendance_web.wire.leaving_pace import MAX_OF_NETWORK, MAX_OF_PERSON
from attendance_web.wire.log_fields import LOG_EXTENSION
from attendance_web.wire.refusal_pace import RefusalPace
from attendance_web.wire.seen_sessions import SeenSessions

HALL_ADDRESS, ELSEWHERE = "192.0.2.1", "192.0.2.2"
NOBODY = ""
MANY_STEPS: Final = 50  # of the loop: whatever waits for a turn alone has begun by then
NEVER: Final = 3600.0
PATIENCE_SECONDS: Final = 20.0


@dataclass
class Asked:
    """A request, its client and what became of it."""

    task: asyncio.Task[None] | None = None
    departure: Departure = field(default_factory=Departure)
    has_begun: bool = False
    log: dict[str, str] = field(default_factory=dict)

    async def leave(self) -> None:
        assert self.task is not None
        self.departure.note()
        await self.task


class People:
    """Whoever asks, known by a session or not, and goes away."""

    def __init__(self) -> None:
        self.seen = SeenSessions()
        self.turns = RequestTurns(self.seen, RefusalPace(), ManualStopwatch())
        self.left_connection_count = 0
        self.strict_count = 0  # of those

    def _note_connection_left(self, *, is_strict: bool) -> None:
        self.left_connection_count += 1
        self.strict_count += is_strict

    def asks(self, person: str, client: str = HALL_ADDRESS, answer: int | None = None) -> Asked:
        """Asks for what takes for ever, or is answered with this status."""
        asked, headers = Asked(), []
        if person:
            self.seen.note(Actor(UserId(int(person)), session_id_of(person)))
            headers = [(b"cookie", f"sessionid={person}".encode())]
        scope: dict[str, Any] = {
            "path": "/",
            "client": (client, 1),
            "headers": headers,
            "scheme": "http",
            "extensions": {
                GONE_EXTENSION: asked.departure,
                NOTE_LEFT_EXTENSION: self._note_connection_left,
                LOG_EXTENSION: asked.log,
            },
        }

        async def serve(scope: Any, _receive: Any, send: Any) -> None:
            asked.has_begun = True
            follow_client_of(scope)
            if answer is not None:
                await send({"type": "http.response.start", "status": answer})
            await wait_while_there(NEVER)

        async def send(_message: Any) -> None: ...

        asked.task = asyncio.create_task(self.turns.serve(serve, scope, None, send))
        return asked

    async def leaves(self, person: str, times: int, answer: int | None = None) -> None:
        """Asks and leaves, again and again."""
        for _ in range(times):
            asked = self.asks(person, answer=answer)
            await wait_for_begin(asked)
            await asked.leave()

    @contextmanager
    def asking(self, *asks: Asked) -> Iterator[None]:
        yield
        for asked in asks:
            assert asked.task is not None
            asked.task.cancel()


async def wait_for_begin(*asks: Asked) -> None:
    """Waits until all have begun, in their turns; raises TimeoutError if one does not."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not all(asked.has_begun for asked in asks):
            await asyncio.sleep(0)


async def waits(asked: Asked) -> bool:
    """Tells whether it does not begin, though its turn would have come."""
    for _ in range(MANY_STEPS):
        await asyncio.sleep(0)
    return not asked.has_begun


@pytest.fixture
def people(monkeypatch: pytest.MonkeyPatch) -> People:
    """Whoever owes anything owes it for as long as a test lasts."""
    monkeypatch.setattr(leaving_pace, "MAX_WAIT_SECONDS", NEVER)
    for name in ("OF_PERSON_A_SECOND", "OF_NETWORK_A_SECOND"):
        monkeypatch.setattr(left_requests, name, 1 / NEVER)
    monkeypatch.setattr(refusal_pace, "MAX_AT_ONCE", 0)
    return People()


async def test_who_leaves_too_many_waits_before_the_next_begins(people: People) -> None:
    await people.leaves("1", MAX_OF_PERSON)
    await people.leaves("1", 1)
    late, neighbour = people.asks("1"), people.asks("2")
    unknown, elsewhere = people.asks(NOBODY), people.asks(NOBODY, ELSEWHERE)
    with people.asking(neighbour, unknown, elsewhere):
        assert await waits(late)
        await wait_for_begin(neighbour, unknown, elsewhere)
        await late.leave()
        assert not late.has_begun
        assert late.log == {"code": "client_left"}


async def test_who_leaves_a_few_waits_for_nothing(people: People) -> None:
    await people.leaves("1", MAX_OF_PERSON)
    asked = people.asks("1")
    with people.asking(asked):
        await wait_for_begin(asked)
    assert people.left_connection_count == 0


async def test_what_is_left_of_an_answer_does_not_count(people: People) -> None:
    await people.leaves("1", 2 * MAX_OF_PERSON, answer=200)
    asked = people.asks("1")
    with people.asking(asked):
        await wait_for_begin(asked)


async def test_a_refusal_that_is_left_before_it_is_told_counts(people: People) -> None:
    """Else whoever has had too much is back as fast as they can, for nothing."""
    await people.leaves("1", MAX_OF_PERSON + 1, answer=429)
    late = people.asks("1")
    assert await waits(late)
    await late.leave()


async def test_a_hall_that_loads_its_page_anew_feels_nothing(people: People) -> None:
    """Three hundred phones at one address, each logged in, and each leaving a page's files."""
    for person in range(1, 301):
        await people.leaves(str(person), 10)
    assert people.left_connection_count == 0
    asked = [people.asks(str(person)) for person in range(1, 301)]
    newcomer = people.asks(NOBODY)
    with people.asking(*asked, newcomer):
        await wait_for_begin(*asked, newcomer)


async def test_a_network_has_more_as_long_as_nobody_there_is_known(people: People) -> None:
    await people.leaves(NOBODY, MAX_OF_NETWORK + 1)
    assert (people.left_connection_count, people.strict_count) == (MAX_OF_NETWORK + 1, 1)
    late, known = people.asks(NOBODY), people.asks("1")
    elsewhere = people.asks(NOBODY, ELSEWHERE)
    with people.asking(known, elsewhere):
        assert await waits(late)
        await wait_for_begin(known, elsewhere)
        await late.leave()


async def test_connections_count_from_when_their_person_has_left_too_many(people: People) -> None:
    await people.leaves("1", MAX_OF_PERSON)
    assert people.left_connection_count == 0
    await people.leaves("1", 1)
    assert people.left_connection_count == 1
    for expected in (2, 3, 4):
        late = people.asks("1")
        await asyncio.sleep(0)
        await late.leave()
        assert people.left_connection_count == people.strict_count == expected
