"""A client of WatchAttendance over a real connection: it reads events, and knows how each ended."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ssl import SSLContext
from typing import Any, NamedTuple

import httpx

from tests.support.eventually import PATIENCE_SECONDS

PATH = "/api/events/WatchAttendance"
STATES = ("joined", "waiting", "held", "marked")


class StreamEvent(NamedTuple):
    """An event of a stream."""

    name: str
    data: dict[str, Any]


class StreamRefusal(NamedTuple):
    """What was answered instead of a stream."""

    status: int
    code: str


@dataclass
class StreamReader:
    """One stream; ``comment_count`` counts what came between its events."""

    answer: httpx.Response
    lines: AsyncIterator[str]
    comment_count: int = 0

    async def event(self) -> StreamEvent | None:
        """Reads the next one; None at the end of the answer."""
        name = ""
        try:
            while True:
                line = await asyncio.wait_for(anext(self.lines), PATIENCE_SECONDS)
                if line.startswith("event: "):
                    name = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    return StreamEvent(name, json.loads(line.removeprefix("data: ")))
                elif line == ":":
                    self.comment_count += 1
        except StopAsyncIteration:
            return None

    async def counts(self) -> tuple[int, ...]:
        """Reads joined, waiting, held and marked of the next event, which has to be counts."""
        found = await self.event()
        assert found is not None and found.name == "counts", found
        return tuple(found.data[each] for each in STATES)

    async def shows(self, *counts: int) -> None:
        """Reads on until it is told these counts."""
        while await self.counts() != counts:
            pass

    async def refusal(self) -> StreamRefusal:
        """Reads the status and the code of an answer that is no stream."""
        await self.answer.aread()
        return StreamRefusal(self.answer.status_code, self.answer.json()["code"])


@asynccontextmanager
async def watching(
    url: str,
    event_id: Any = None,
    *,
    session: str = "",
    secret: str = "",
    verify: SSLContext | bool = False,
) -> AsyncIterator[StreamReader]:
    """Asks for a stream, as an organiser or by the secret of a board.

    ``verify`` says whom it trusts, of a proxy: to load whom all do takes longer than asking.
    """
    headers = {"Accept-Language": "en"}
    headers |= {"Cookie": f"sessionid={session}"} if session else {}
    headers |= {"Authorization": f"Board {secret}"} if secret else {}
    given = {} if event_id is None else {"event_id": str(event_id)}
    async with (
        httpx.AsyncClient(trust_env=False, verify=verify, timeout=PATIENCE_SECONDS) as client,
        client.stream("GET", url + PATH, params=given, headers=headers) as answer,
    ):
        yield StreamReader(answer, answer.aiter_lines())
