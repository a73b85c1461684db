"""The images of scans: for their owner, and for the moderator who has taken one. Contract: 9.9.

To whoever else asks, and once it is judged or the lease has ended, there is no such address.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from attendance_core.accounts import Actor, CredentialKind
from attendance_core.errors import MissingScope, NotLoggedIn, ScanNotFound, TooManyRequests
from attendance_core.ports import FileContent
from attendance_core.vocabulary import ScanId
from attendance_web.http.body_parsing import parse_query
from attendance_web.http.call_services import CallServices
from attendance_web.http.envelope import NO_STORE
from attendance_web.pictures import PICTURE_POLICY, RETRY_SECONDS, TURN_WAIT_SECONDS
from attendance_web.wire.credentials import credential_from, is_secure
from attendance_web.wire.refusals import UnknownPath
from attendance_web.wire.turns import NoTurn
from attendance_web.wire.urls import LEASE_ARGUMENT, OWN_SCAN, SCANS
from attendance_web.wire.values import UUID_FORM


async def own_scan(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Shows me the scan that I handed in, until it is judged.

    Raises NotLoggedIn, UnknownPath, TooManyRequests, Unavailable.
    """
    services: CallServices = request.app.state.services
    actor = await _actor_of(services, request.scope)
    try:
        async with services.picture_turns.turn(actor.user_id, TURN_WAIT_SECONDS):
            return _response(await services.use_cases.get_own_scan(actor=actor.user_id))
    except NoTurn:
        raise TooManyRequests(seconds=RETRY_SECONDS) from None
    except ScanNotFound:
        raise UnknownPath from None


async def taken_scan(request: Request[Any, Any, Any], scan: FromPath[str]) -> Response[bytes]:
    """Shows a scan to the moderator who has taken it, in the session that took it.

    Raises NotLoggedIn, UnknownPath, TooManyRequests, Unavailable.
    """
    services: CallServices = request.app.state.services
    actor = await _actor_of(services, request.scope)
    secret = parse_query(request.scope["query_string"]).get(LEASE_ARGUMENT)
    if not UUID_FORM.fullmatch(scan) or not isinstance(secret, str):
        raise UnknownPath
    try:
        async with services.picture_turns.turn(actor.user_id, TURN_WAIT_SECONDS):
            file = await services.use_cases.get_taken_scan(
                actor=actor.user_id,
                session_id=actor.session_id,
                scan_id=ScanId(UUID(scan)),
                secret=secret,
            )
    except NoTurn:
        raise TooManyRequests(seconds=RETRY_SECONDS) from None
    except ScanNotFound:
        raise UnknownPath from None
    return _response(file)


async def _actor_of(services: CallServices, scope: Any) -> Actor:
    """Finds who asks, by their cookie: no token opens a scan. Raises NotLoggedIn, MissingScope,
    Unavailable.

    The store is asked anew each time, so that nothing is shown by a session that has ended.
    """
    credential = credential_from(scope["headers"], secure=is_secure(scope))
    actor = None if credential is None else await services.session_cache.find_anew(credential)
    if actor is None or credential is None:
        raise NotLoggedIn
    if credential.kind is CredentialKind.BEARER:
        raise MissingScope
    services.limits.count_call(actor.user_id)
    return actor


def _response(file: FileContent) -> Response[bytes]:
    headers = {**NO_STORE, "Content-Security-Policy": PICTURE_POLICY}
    return Response(file.content, media_type=file.media_type, headers=headers)


ROUTES: Final = [
    HTTPRouteHandler(OWN_SCAN, http_method="GET", include_in_schema=False)(own_scan),
    HTTPRouteHandler(SCANS + "/{scan:str}", http_method="GET", include_in_schema=False)(taken_scan),
]
