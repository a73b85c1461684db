"""When a service and its live rooms begin and end: with the process that serves them."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from attendance_web.live.live import Live
from attendance_web.live.socket import Receive, Send

logger = logging.getLogger(__name__)

Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]


def lifespan_of(live: Live) -> Callable[[object], AbstractAsyncContextManager[None]]:
    """Makes what FastAPI and Starlette take as ``lifespan``: it has the service and its rooms begin
    before the first request, and end behind the last.
    """

    @asynccontextmanager
    async def begun(_: object) -> AsyncIterator[None]:
        async with live.service, live:
            yield

    return begun


def lifespan(live: Live, application: Application) -> Application:
    """Wraps an ASGI application that has no lifespan, as Django's, so that the service and its live
    rooms begin and end with the server.
    """
    begun = lifespan_of(live)

    async def wrapped(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await application(scope, receive, send)
            return
        await receive()
        stage = "startup"
        try:
            async with begun(application):
                await send({"type": "lifespan.startup.complete"})
                stage = "shutdown"
                await receive()
        except Exception as error:
            logger.exception("the service could not begin, or end")
            await send({"type": f"lifespan.{stage}.failed", "message": str(error)})
        else:
            await send({"type": "lifespan.shutdown.complete"})

    return wrapped
