"""Whether this process lives, and whether it can answer calls. For load balancers."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Final

from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler

from attendance_core.accounts import Credential
from attendance_core.vocabulary import Seconds
from attendance_web.calls import Web

logger = logging.getLogger(__name__)

READY_WITHIN: Seconds = 2.0


async def live() -> Response[bytes]:
    """The event loop answers."""
    return _said(200, b"live")


async def ready(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The store answers in time, and nobody has asked this process to stop."""
    web: Web = request.app.state.web
    if web.is_draining():
        return _said(503, b"draining")
    try:
        async with asyncio.timeout(READY_WITHIN):
            await web.use_cases.identify(token="", credential=Credential.COOKIE)
    except Exception:
        logger.warning("not ready: the store does not answer", exc_info=True)
        return _said(503, b"unavailable")
    return _said(200, b"ready")


def _said(status: int, word: bytes) -> Response[bytes]:
    headers = {"Cache-Control": "no-store"}
    return Response(word, status_code=status, media_type="text/plain", headers=headers)


ROUTES: Final = [
    HTTPRouteHandler("/health/live", http_method="GET", include_in_schema=False)(live),
    HTTPRouteHandler("/health/ready", http_method="GET", include_in_schema=False)(ready),
]
