"""The short address of an event as a QR code. Contract: 8.10."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from attendance_core.errors import EventNotFound
from attendance_core.vocabulary import EventId
from attendance_web.event_page import SHORT_PATH, public_origin_of
from attendance_web.http.call_services import CallServices
from attendance_web.pictures import PICTURE_POLICY
from attendance_web.qr_codes import QrCodes
from attendance_web.wire.refusals import UnknownPath


async def event_qr_code(
    request: Request[Any, Any, Any], event_id: FromPath[str]
) -> Response[bytes]:
    """Shows the short address of an event as a QR code to be scanned.

    Raises UnknownPath, Unavailable.
    """
    services: CallServices = request.app.state.services
    qr_codes: QrCodes = request.app.state.qr_codes
    origin = public_origin_of(request)
    try:
        wanted_event_id = EventId(UUID(event_id))
    except ValueError:
        raise UnknownPath from None
    if origin is None:
        raise UnknownPath
    key = f"{origin} {wanted_event_id}"
    qr_code = qr_codes.find(key)  # also of one that is deleted since, as browsers have it
    if qr_code is None:
        try:
            seen = await services.use_cases.get_event_by_id(event_id=wanted_event_id)
        except EventNotFound:
            raise UnknownPath from None
        address = f"{origin}{SHORT_PATH}/{seen.event.code}"
        qr_code = await qr_codes.draw(key, address, services.seen_sessions.caller_of(request.scope))
    headers = {"Cache-Control": "private, max-age=3600", "Content-Security-Policy": PICTURE_POLICY}
    return Response(qr_code, media_type="image/svg+xml", headers=headers)


ROUTES: Final = [
    HTTPRouteHandler("/events/{event_id:str}/qr.svg", http_method="GET", include_in_schema=False)(
        event_qr_code
    )
]
