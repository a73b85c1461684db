"""How a call is declared, once: its place, what it takes, what it answers, and who may make it.

A slice's file has the Structs on top and plain functions below. From a declaration come the
Litestar handler, the OpenAPI operation and README's table. Contract: 1.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any, Final

from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler

from attendance_core.errors import NotLoggedIn, Unavailable
from attendance_web.http import csrf
from attendance_web.http.body import in_body, in_query
from attendance_web.http.call import BODY_BYTES, Asked, Call, Web
from attendance_web.http.envelope import done
from attendance_web.http.fields import reader_of
from attendance_web.wire.credentials import shown
from attendance_web.wire.headers import RawHeaders, header
from attendance_web.wire.refusals import BadBody, BodyTooLarge, WrongMethod

ANSWER_SECONDS: Final = 4.0  # Contract: 1.16, also for a busy process
LARGE_BYTES: Final = 256 * 1024  # read beside the event loop from here on


def handler_of(call: Call) -> HTTPRouteHandler:
    """The Litestar handler; it reads the request itself, so Litestar parses nothing."""

    async def handle(request: Request[Any, Any, Any]) -> Response[bytes]:
        if request.scope["method"] != call.method:
            raise WrongMethod(allowed=call.method)
        return await make(call, request)

    handle.__name__ = re.sub(r"(?<!^)(?=[A-Z][a-z])", "_", call.name).lower()
    # OPTIONS is ours too: Litestar would answer it by itself, outside the envelope
    methods: list[Any] = [call.method, "OPTIONS"]
    return HTTPRouteHandler(
        call.path, http_method=methods, operation_id=call.name, include_in_schema=False
    )(handle)


async def make(call: Call, request: Request[Any, Any, Any]) -> Response[bytes]:
    """One call, from its headers to its answer; whatever is raised becomes an envelope."""
    web: Web = request.app.state.web
    if web.is_shut():
        raise Unavailable
    scope = request.scope
    headers: RawHeaders = scope["headers"]
    by = shown(headers)
    if call.method == "POST":
        if declared_bytes(headers) > call.most_bytes:
            raise BodyTooLarge
        csrf.check(headers, by, web.allowed_origins)
    actor = None
    asked_at = asyncio.get_running_loop().time()
    if by is not None:
        actor = await web.use_cases.identify(token=by.token, credential=by.credential)
    if actor is not None:
        web.limits.call(actor.user_id)
    elif call.needs_login:
        raise NotLoggedIn
    identified_in = asyncio.get_running_loop().time() - asked_at
    arguments = await _arguments(call, request)
    client = scope.get("client")
    asked = Asked(
        arguments,
        actor,
        by,
        client[0] if client else "",
        web.use_cases,
        web.limits,
        secure=csrf.is_secure(scope),
    )
    # A password or a picture takes as long as it takes, and so does the way of a body to us
    is_quick = call.needs_login and call.most_bytes == BODY_BYTES
    try:
        async with asyncio.timeout(ANSWER_SECONDS - identified_in if is_quick else None):
            answer = await call.run(asked)
    except TimeoutError:
        raise Unavailable from None
    if actor is not None and actor.renewed and not asked.cookies:
        asked.keep_session()
    return done(answer, asked.cookies)


async def _arguments(call: Call, request: Request[Any, Any, Any]) -> Any:
    """Raises BodyTooLarge, UnsupportedMediaType, BadBody, and what its reader raises."""
    read = reader_of(call.arguments)
    if call.method == "GET":
        return read(in_query(request.scope["query_string"]))
    body = await _body(request, call.most_bytes)
    content_type = header(request.scope["headers"], "content-type")
    if len(body) < LARGE_BYTES:
        return read(in_body(content_type, body))
    return await asyncio.to_thread(lambda: read(in_body(content_type, body)))


def declared_bytes(headers: RawHeaders) -> int:
    """The length that a body says it has; 0 where it does not say."""
    said = header(headers, "content-length") or ""
    return int(said) if re.fullmatch(r"[0-9]{1,18}", said) else 0


async def _body(request: Request[Any, Any, Any], most_bytes: int) -> bytes:
    """The whole body. Raises BodyTooLarge; BadBody where the client went away halfway."""
    body = bytearray()
    while True:
        message = await request.receive()
        if message["type"] != "http.request":
            raise BadBody
        body += message.get("body", b"")
        if len(body) > most_bytes:
            raise BodyTooLarge
        if not message.get("more_body", False):
            return bytes(body)
