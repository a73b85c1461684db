"""Serves descriptions for programs: JSON that never changes while the service runs."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler

from attendance_web.http.envelope import JSON
from attendance_web.http.packing import accepts_gzip


def description_route(paths: Sequence[str], describe: Callable[[], Any]) -> HTTPRouteHandler:
    """Serves a description as JSON; a page of its own would only load it again.

    It is made and packed once, when somebody first asks for it, which few processes live to see:
    anybody may ask as often as they like.
    """

    @cache
    def write() -> bytes:
        return msgspec.json.encode(describe())

    @cache
    def pack() -> bytes:
        return gzip.compress(write(), mtime=0)

    async def answer(request: Request[Any, Any, Any]) -> Response[bytes]:
        headers = {"Cache-Control": "private, no-cache", "Vary": "Accept-Encoding"}
        if not accepts_gzip(request.scope["headers"]):
            return Response(write(), media_type=JSON, headers=headers)
        headers["Content-Encoding"] = "gzip"
        return Response(pack(), media_type=JSON, headers=headers)

    return HTTPRouteHandler(list(paths), http_method="GET", include_in_schema=False)(answer)
