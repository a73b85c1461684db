"""Logs a line for each request and socket, and gives all their lines an id to share."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

import structlog

from attendance_core.vocabulary import Seconds
from attendance_web.serving.access_floods import AccessFloods
from attendance_web.serving.logs import PlainLine
from attendance_web.wire.callers import address_of
from attendance_web.wire.counts import EVENT_STREAM
from attendance_web.wire.headers import header
from attendance_web.wire.log_fields import LOG_EXTENSION, log_fields_of, noted_caller_of

if TYPE_CHECKING:
    from uvicorn._types import (
        ASGI3Application,
        ASGIReceiveCallable,
        ASGISendCallable,
        ASGISendEvent,
        Scope,
    )

REQUEST_ID: Final = b"x-request-id"
HEALTH_PATH: Final = "/health/"  # asked every few seconds by a machine; nobody reads those lines
MORE: Final = "more requests"  # than have a line of their own, of one caller in a second


@dataclass(frozen=True, slots=True)
class Answered:
    """Describes one request or socket, once it is over."""

    method: str | None  # None: a socket
    path: str
    code: int | None  # the status, or what we closed a socket with
    seconds: Seconds  # until a stream has begun, and until the end of any other


def ignore_answer(answered: Answered) -> None:
    """Has nobody hear of answers."""


logger = logging.getLogger("attendance.access")


class AccessLog:
    """Logs each request and socket, as ASGI middleware around everything.

    A line has the path without its query, which may hold names, and never a header or a body.
    Whoever has a great many in a second has one that counts the rest. ``on_answer`` is called with
    each, those of health, too.
    """

    def __init__(self, app: ASGI3Application, on_answer: Callable[[Answered], None]) -> None:
        self._app = app
        self._on_answer = on_answer
        self._floods = AccessFloods(_log_more)

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
        stream_begun_in: Seconds | None = None  # where the answer is one
        cast(Any, scope)["extensions"] = {
            **(scope.get("extensions") or {}),
            LOG_EXTENSION: {},  # the code of a refusal, which may come with status 200
        }

        async def send_on(event: ASGISendEvent) -> None:
            nonlocal code, stream_begun_in
            if event["type"] == "http.response.start":
                code = event["status"]
                kind = header(event.get("headers", ()), "content-type") or ""
                if kind.startswith(EVENT_STREAM):
                    stream_begun_in = time.perf_counter() - begun
                event["headers"] = [*event.get("headers", ()), (REQUEST_ID, request_id.encode())]
            elif event["type"] == "websocket.close":
                code = event.get("code", 1000)
            await send(event)

        try:
            await self._app(scope, receive, send_on)
        finally:
            seconds = time.perf_counter() - begun
            method = scope["method"] if scope["type"] == "http" else None
            self._on_answer(Answered(method, path, code, stream_begun_in or seconds))
            if not path.startswith(HEALTH_PATH) and logger.isEnabledFor(logging.INFO):
                self._log(scope, method, path, code, seconds)

    def _log(
        self, scope: Scope, method: str | None, path: str, code: int | None, seconds: Seconds
    ) -> None:
        """Writes a line, where their caller has not had as many as a second may have."""
        address, fields = address_of(scope), log_fields_of(scope)
        if not self._floods.take_line(noted_caller_of(scope), address):
            return
        values = {
            "method": method or "GET",
            "path": path,
            "code": code,
            **({"refused": fields["code"]} if fields else {}),
            "ms": round(seconds * 1000, 1),
            "client": address or None,
        }
        event = "socket" if method is None else "request"
        logger.handle(PlainLine(logger.name, event, values))


def _log_more(address: str, count: int) -> None:
    values = {"client": address or None, "count": count}
    logger.handle(PlainLine(logger.name, MORE, values))
