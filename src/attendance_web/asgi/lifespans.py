"""Begins and ends a service and its live rooms with the process that serves them."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, MutableMapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from threading import current_thread, main_thread
from types import FrameType
from typing import Any

from attendance_web.live.live import Live
from attendance_web.live.socket import Receive, Send

logger = logging.getLogger(__name__)

Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]


def lifespan_of(
    live: Live, *, drains_on: signal.Signals | None = None
) -> Callable[[object], AbstractAsyncContextManager[None]]:
    """Makes what FastAPI and Starlette take as ``lifespan``.

    The service and its rooms begin before the first request, and end behind the last.

    ``drains_on`` is the signal by which the server is told to stop, as ``signal.SIGTERM``: `drain`
    begins then. A server that waits for its answers before it ends the lifespan waits for streams
    of counts otherwise, which go on for hours. It still gets the signal itself; nothing is done of
    one that nobody listens to, or outside of the main thread, where no signal can be heard.
    """

    @asynccontextmanager
    async def running(_: object) -> AsyncIterator[None]:
        async with live.service, live:
            with _draining_on(drains_on, live):
                yield

    return running


@contextmanager
def _draining_on(number: signal.Signals | None, live: Live) -> Iterator[None]:
    """Drains once this signal comes, and hands it on to whoever has listened to it."""
    before = None if number is None else signal.getsignal(number)
    if number is None or not callable(before) or current_thread() is not main_thread():
        yield
        return
    hand_on, loop = before, asyncio.get_running_loop()
    drain_tasks: list[asyncio.Task[None]] = []  # the loop itself keeps none

    def begin() -> None:
        drain_tasks.append(loop.create_task(live.drain()))

    def hear(received: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(begin)
        hand_on(received, frame)

    signal.signal(number, hear)
    try:
        yield
    finally:
        if signal.getsignal(number) is hear:
            signal.signal(number, before)


def lifespan(
    live: Live, application: Application, *, drains_on: signal.Signals | None = None
) -> Application:
    """Wraps an ASGI application that has no lifespan, as Django's.

    The service and its live rooms begin and end with the server. ``drains_on``: see `lifespan_of`.
    """
    running = lifespan_of(live, drains_on=drains_on)

    async def wrapped(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await application(scope, receive, send)
            return
        await receive()
        stage = "startup"
        try:
            async with running(application):
                await send({"type": "lifespan.startup.complete"})
                stage = "shutdown"
                await receive()
        except Exception as error:
            logger.exception("the service could not begin, or end")
            await send({"type": f"lifespan.{stage}.failed", "message": str(error)})
        else:
            await send({"type": "lifespan.shutdown.complete"})

    return wrapped
