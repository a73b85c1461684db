"""A line in the log for each request and socket, and the id that all their lines share."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, Final

import structlog

if TYPE_CHECKING:
    from uvicorn._types import (
        ASGI3Application,
        ASGIReceiveCallable,
        ASGISendCallable,
        ASGISendEvent,
        Scope,
    )

REQUEST_ID: Final = b"x-request-id"
HEALTH: Final = "/health/"  # asked every few seconds by a machine; nobody reads those lines

logger: structlog.stdlib.BoundLogger = structlog.get_logger("attendance.access")


class AccessLog:
    """ASGI middleware around everything. A line has the path without its query, which may hold
    names, and never a header or a body.
    """

    def __init__(self, app: ASGI3Application) -> None:
        self._app = app

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
        structlog.contextvars.bind_contextvars(request_id=request_id)
        begun, path = time.perf_counter(), scope["path"]  # Litestar writes its own there
        code: int | None = None  # the status, or what we closed a socket with

        async def send_on(event: ASGISendEvent) -> None:
            nonlocal code
            if event["type"] == "http.response.start":
                code = event["status"]
                event["headers"] = [*event.get("headers", ()), (REQUEST_ID, request_id.encode())]
            elif event["type"] == "websocket.close":
                code = event.get("code", 1000)
            await send(event)

        try:
            await self._app(scope, receive, send_on)
        finally:
            if not path.startswith(HEALTH):
                client = scope.get("client")
                logger.info(
                    "request" if scope["type"] == "http" else "socket",
                    method=scope["method"] if scope["type"] == "http" else "GET",
                    path=path,
                    code=code,
                    ms=round((time.perf_counter() - begun) * 1000, 1),
                    client=client[0] if client else None,
                )
