"""Whether this process lives, and whether it can answer calls. For load balancers."""

from __future__ import annotations

from typing import Any, Final

from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler

from attendance_web.http.call_services import CallServices


async def live() -> Response[bytes]:
    """Answers, which proves that the event loop does."""
    return _answer(200, b"live")


async def ready(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Tells whether the store takes our proofs of life, and nobody has asked us to stop."""
    services: CallServices = request.app.state.services
    if services.is_draining():
        return _answer(503, b"draining")
    if not services.store_answers():
        return _answer(503, b"unavailable")
    return _answer(200, b"ready")


def _answer(status: int, text: bytes) -> Response[bytes]:
    headers = {"Cache-Control": "no-store"}
    return Response(text, status_code=status, media_type="text/plain", headers=headers)


ROUTES: Final = [
    HTTPRouteHandler("/health/live", http_method="GET", include_in_schema=False)(live),
    HTTPRouteHandler("/health/ready", http_method="GET", include_in_schema=False)(ready),
]
