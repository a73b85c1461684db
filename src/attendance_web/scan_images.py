"""The images of scans: for their owner, and for the moderator who has taken one. Contract: 9.9.

To whoever else asks, and once it is judged or the lease has ended, there is no such address.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any, Final, TypedDict
from uuid import UUID

from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from attendance_core.accounts import Actor, CredentialKind
from attendance_core.errors import MissingScope, NotLoggedIn, ScanNotFound, TooManyRequests
from attendance_core.ports import FileContent, FileSize
from attendance_core.vocabulary import ScanId, SessionId, UserId
from attendance_web.http.body_parsing import parse_query
from attendance_web.http.call_services import CallServices
from attendance_web.http.envelope import NO_STORE
from attendance_web.http.files import PIECE_BYTES, FileResponse, OpenFile, no_pieces
from attendance_web.http.head_method import wants_head
from attendance_web.http.scan_turns import SEND_SECONDS
from attendance_web.pictures import PICTURE_POLICY, RETRY_SECONDS, TURN_WAIT_SECONDS
from attendance_web.wire.credentials import credential_from, is_secure
from attendance_web.wire.refusals import UnknownPath
from attendance_web.wire.turns import FairTurns, NoTurn
from attendance_web.wire.urls import LEASE_ARGUMENT, OWN_SCAN_PATH, SCANS_PATH
from attendance_web.wire.values import UUID_FORM

Read = Callable[[], Awaitable[FileContent]]
Measure = Callable[[], Awaitable[FileSize]]


class _TakenScan(TypedDict):
    """Holds what a scan that was taken is asked for with."""

    actor: UserId
    session_id: SessionId
    scan_id: ScanId
    secret: str


HEADERS: Final = {**NO_STORE, "Content-Security-Policy": PICTURE_POLICY}


async def own_scan(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Shows me the scan that I handed in, until it is judged. Raises NotLoggedIn, Unavailable."""
    services: CallServices = request.app.state.services
    actor = await _actor_of(services, request.scope)
    get_own_scan = services.use_cases.get_own_scan
    if wants_head(request.scope):
        return _head_response(services, actor, partial(get_own_scan.measure, actor=actor.user_id))
    read = partial(get_own_scan, actor=actor.user_id)
    return _response(services, services.scan_turns.own, actor, read)


async def taken_scan(request: Request[Any, Any, Any], scan: FromPath[str]) -> Response[bytes]:
    """Shows a scan to the moderator who has taken it, in the session that took it.

    Raises NotLoggedIn, UnknownPath, Unavailable.
    """
    services: CallServices = request.app.state.services
    actor = await _actor_of(services, request.scope)
    secret = parse_query(request.scope["query_string"]).get(LEASE_ARGUMENT)
    if not UUID_FORM.fullmatch(scan) or not isinstance(secret, str):
        raise UnknownPath
    taken = _TakenScan(
        actor=actor.user_id, session_id=actor.session_id, scan_id=ScanId(UUID(scan)), secret=secret
    )
    get_taken_scan = services.use_cases.get_taken_scan
    if wants_head(request.scope):
        return _head_response(services, actor, partial(get_taken_scan.measure, **taken))
    return _response(services, services.scan_turns.taken, actor, partial(get_taken_scan, **taken))


async def _actor_of(services: CallServices, scope: Any) -> Actor:
    """Finds who asks, by their cookie: no token opens a scan. Raises NotLoggedIn, MissingScope,
    Unavailable.

    The store is asked anew each time, so that nothing is shown by a session that has ended.
    """
    credential = credential_from(scope["headers"], secure=is_secure(scope))
    actor = None if credential is None else await services.session_cache.find_in_store(credential)
    if actor is None or credential is None:
        raise NotLoggedIn
    if credential.kind is CredentialKind.BEARER:
        raise MissingScope
    services.limits.count_call(actor.user_id)
    return actor


def _response(
    services: CallServices, turns: FairTurns, actor: Actor, read: Read
) -> Response[bytes]:
    return FileResponse(_opened(services, turns, actor, read), HEADERS)


def _head_response(services: CallServices, actor: Actor, measure: Measure) -> Response[bytes]:
    return FileResponse(_measured(services, actor, measure), HEADERS)


@asynccontextmanager
async def _opened(
    services: CallServices, turns: FairTurns, actor: Actor, read: Read
) -> AsyncIterator[OpenFile]:
    """Opens a scan in the turn of its reader, which lasts until it is closed.

    Raises UnknownPath, TooManyRequests, Unavailable.
    """
    clock = asyncio.get_running_loop().time
    until = clock() + TURN_WAIT_SECONDS
    async with AsyncExitStack() as turn:
        try:
            await turn.enter_async_context(turns.turn(actor.user_id, TURN_WAIT_SECONDS))
            async with services.picture_turns.turn(actor.user_id, max(0.0, until - clock())):
                content, media_type = await read()
        except NoTurn:
            raise TooManyRequests(seconds=RETRY_SECONDS) from None
        except ScanNotFound:
            raise UnknownPath from None
        yield OpenFile(len(content), media_type, _pieces(content), SEND_SECONDS)


@asynccontextmanager
async def _measured(
    services: CallServices, actor: Actor, measure: Measure
) -> AsyncIterator[OpenFile]:
    """Opens a scan of which nobody wants more than the head, so that it waits for no other one.

    Raises as `_opened`.
    """
    try:
        async with services.picture_turns.turn(actor.user_id, TURN_WAIT_SECONDS):
            size, media_type = await measure()
    except NoTurn:
        raise TooManyRequests(seconds=RETRY_SECONDS) from None
    except ScanNotFound:
        raise UnknownPath from None
    yield OpenFile(size, media_type, no_pieces())


async def _pieces(content: bytes) -> AsyncGenerator[bytes]:
    for start in range(0, len(content), PIECE_BYTES):
        yield content[start : start + PIECE_BYTES]


ROUTES: Final = [
    HTTPRouteHandler(OWN_SCAN_PATH, http_method="GET", include_in_schema=False)(own_scan),
    HTTPRouteHandler(SCANS_PATH + "/{scan:str}", http_method="GET", include_in_schema=False)(
        taken_scan
    ),
]
