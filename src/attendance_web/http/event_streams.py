"""Sends answers that go on until there is nothing more to tell. Contract: WatchAttendance.

A piece is sent when it is there, and the next is made of what is true by then: a client that reads
slowly misses what lies between, and one that reads nothing is let go.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from typing import Any, Final, Generic, Protocol, TypeVar

from litestar import Response
from litestar.datastructures import Cookie
from litestar.response.base import ASGIResponse

from attendance_core.attendance import Viewer
from attendance_core.errors import Unavailable
from attendance_core.vocabulary import Seconds
from attendance_web.http.client_leaving import client_departure
from attendance_web.http.envelope import NO_STORE
from attendance_web.http.long_answers import LongAnswer
from attendance_web.wire.callers import address_of, network_of
from attendance_web.wire.client_gone import has_gone
from attendance_web.wire.counts import EVENT_STREAM
from attendance_web.wire.log_fields import log_fields_of
from attendance_web.wire.refusals import ClientLeft

A = TypeVar("A")  # what one of its events tells

SEND_SECONDS: Final[Seconds] = 15.0  # for one piece, of a client that reads slowly


class Stream(Protocol):
    """Tells something over a while."""

    def pieces(self) -> AsyncIterator[bytes]: ...

    def close(self) -> None:
        """Has the pieces end."""


# Opens a stream for as long as it lasts: for whom, and for which network
OpenStream = Callable[[Viewer, str], AbstractAsyncContextManager[Stream]]


@dataclass(frozen=True, slots=True)
class EventStream(Generic[A]):
    """An answer to somebody who watches."""

    viewer: Viewer


class StreamResponse(Response[bytes]):
    """Hands Litestar an answer whose stream is opened when it is sent."""

    def __init__(
        self,
        viewer: Viewer,
        *,
        open_stream: OpenStream,
        cookies: list[Cookie],
        deadline: Seconds | None,
    ) -> None:
        super().__init__(b"")
        self._answer = _StreamAnswer(
            viewer, open_stream=open_stream, cookies=cookies, deadline=deadline
        )

    def to_asgi_response(self, app: Any, request: Any, **_: Any) -> ASGIResponse:
        """Makes the answer, of which nothing has been told yet."""
        return self._answer


class _StreamAnswer(LongAnswer):
    """Opens one stream, and sends what it tells.

    It has to be open by its ``deadline``, by the clock of the event loop.
    """

    def __init__(
        self,
        viewer: Viewer,
        *,
        open_stream: OpenStream,
        cookies: list[Cookie],
        deadline: Seconds | None,
    ) -> None:
        # nginx and others keep no part of it back where they are told so
        headers = {**NO_STORE, "X-Accel-Buffering": "no"}
        super().__init__(headers=headers, cookies=cookies, media_type=EVENT_STREAM)
        self._open_stream = open_stream
        self._viewer = viewer
        self._deadline = deadline

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Sends the stream to its end.

        Raises TooManyRequests, Unavailable, ClientLeft, before it has begun.
        """
        if has_gone():
            raise ClientLeft
        network = network_of(address_of(scope))
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout_at(self._deadline):
                    stream = await stack.enter_async_context(
                        self._open_stream(self._viewer, network)
                    )
            except TimeoutError:
                raise Unavailable from None
            gone = stack.enter_context(client_departure(receive))
            gone.add_done_callback(lambda _: stream.close())
            await self.start_response(send)
            try:
                async for piece in stream.pieces():
                    await _send_in_time(send, piece, more_body=True)
                await _send_in_time(send, b"", more_body=False)
            except TimeoutError:
                log_fields_of(scope)["code"] = "too_slow"  # cut off


async def _send_in_time(send: Any, piece: bytes, *, more_body: bool) -> None:
    """Sends a piece. Raises TimeoutError where the client does not read."""
    async with asyncio.timeout(SEND_SECONDS):
        await send({"type": "http.response.body", "body": piece, "more_body": more_body})
