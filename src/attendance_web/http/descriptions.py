"""Serves descriptions for programs: JSON that never changes while the service runs."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable, Sequence
from contextvars import Context
from typing import Any, NamedTuple

import msgspec
from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler

from attendance_web.http.envelope import JSON
from attendance_web.http.packing import accepts_gzip


class _Written(NamedTuple):
    """Holds a description as it is sent, plain and packed."""

    plain: bytes
    packed: bytes


class _Description:
    """Makes one when somebody first asks for it, which few processes live to see.

    It is made once, in a thread, however many ask meanwhile: that of the calls takes 50 ms.
    """

    def __init__(self, describe: Callable[[], Any]) -> None:
        self._describe = describe
        self._written: _Written | None = None
        self._making: asyncio.Task[None] | None = None

    async def written(self) -> _Written:
        """Waits until it is made."""
        while self._written is None:
            loop = asyncio.get_running_loop()
            making = self._making
            if making is None or making.done() or making.get_loop() is not loop:
                # Of its own, or its logs would tell the request of whoever came first
                work = asyncio.to_thread(self._write)
                making = self._making = loop.create_task(work, context=Context())
            # Whoever first asked may go, and the others wait on
            await asyncio.shield(making)
        return self._written

    def _write(self) -> None:
        plain = msgspec.json.encode(self._describe())
        self._written = _Written(plain, gzip.compress(plain, mtime=0))


def description_route(paths: Sequence[str], describe: Callable[[], Any]) -> HTTPRouteHandler:
    """Serves a description as JSON; a page of its own would only load it again.

    Anybody may ask for it as often as they like.
    """
    description = _Description(describe)

    async def answer(request: Request[Any, Any, Any]) -> Response[bytes]:
        written = await description.written()
        headers = {"Cache-Control": "private, no-cache", "Vary": "Accept-Encoding"}
        if not accepts_gzip(request.scope["headers"]):
            return Response(written.plain, media_type=JSON, headers=headers)
        headers["Content-Encoding"] = "gzip"
        return Response(written.packed, media_type=JSON, headers=headers)

    return HTTPRouteHandler(list(paths), http_method="GET", include_in_schema=False)(answer)
