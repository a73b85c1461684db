"""Sends a person who types the address of a call to the page. Contract: 1.12."""

from __future__ import annotations

from typing import Any, Final

from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler

from attendance_core.accounts import CredentialKind
from attendance_core.errors import Unavailable
from attendance_web.http.call_services import CallServices
from attendance_web.wire.credentials import credential_from, is_secure
from attendance_web.wire.headers import RawHeaders, headers_named
from attendance_web.wire.refusals import UnknownPath

ACCOUNTS_PATH: Final = "/accounts/"
UNIVERSITY_PATH: Final = "/accounts/oidc/"  # which answers browsers itself
PAGE_PATH: Final = "/"
EVENTS_SCREEN: Final = "/#/"
METHODS: Final[list[Any]] = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]


def wants_a_page(scope: Any) -> bool:
    """Tells whether a browser shows what is answered to a person."""
    path = f"{scope['path'].rstrip('/')}/"
    return (
        scope["method"] == "GET"
        and path.startswith(ACCOUNTS_PATH)
        and not path.startswith(UNIVERSITY_PATH)
        and accepts_html(scope["headers"])
    )


def accepts_html(headers: RawHeaders) -> bool:
    """Tells whether a person sees what is answered, by a browser."""
    media_types = ",".join(headers_named(headers, "accept")).split(",")
    return any(each.partition(";")[0].strip().lower() == "text/html" for each in media_types)


async def redirect_to_page(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Sends a browser to the page, to the events where somebody is logged in."""
    services: CallServices = request.app.state.services
    credential = credential_from(request.scope["headers"], secure=is_secure(request.scope))
    actor = None
    if credential is not None and credential.kind is CredentialKind.COOKIE:  # Contract: 9.3
        try:
            actor = await services.use_cases.identify(token=credential.token, kind=credential.kind)
        except Unavailable:
            actor = None  # the page says so, and asks again
    headers = {
        "Location": PAGE_PATH if actor is None else EVENTS_SCREEN,
        "Cache-Control": "no-store",
    }
    return Response(b"", status_code=302, media_type="text/plain", headers=headers)


async def redirect_or_refuse(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Sends a browser to the page from an address that no call has. Raises UnknownPath."""
    if wants_a_page(request.scope):
        return await redirect_to_page(request)
    raise UnknownPath


ROUTES: Final = [
    HTTPRouteHandler(
        ["/accounts", "/accounts/{rest:path}"], http_method=METHODS, include_in_schema=False
    )(redirect_or_refuse)
]
