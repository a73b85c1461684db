"""How a call is declared, once: its place, what it takes, what it answers, and who may make it.

A slice's file has the Structs on top and plain functions below. From a declaration come the
Litestar handler, the OpenAPI operation and README's table. Contract: 1.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final, Generic, Literal, TypeVar, get_args, get_type_hints

import msgspec
from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.handlers import HTTPRouteHandler

from attendance_core import ports
from attendance_core.accounts import Actor, Credential
from attendance_core.errors import NotLoggedIn, Unavailable
from attendance_core.use_cases import UseCases
from attendance_core.vocabulary import SessionId, UserId
from attendance_web import csrf
from attendance_web.arguments import in_body, in_query
from attendance_web.envelope import done
from attendance_web.fields import reader_of
from attendance_web.limits import Limits
from attendance_web.refusals import BadBody, BodyTooLarge, WrongMethod
from attendance_web.sessions import (
    RawHeaders,
    Shown,
    header,
    no_session_cookie,
    session_cookie,
    shown,
)

A = TypeVar("A", bound=msgspec.Struct)

Method = Literal["GET", "POST"]
BODY_BYTES: Final = 64 * 1024
PICTURE_BODY_BYTES: Final = 16 * 1024 * 1024  # 10 MiB of picture in Base64, and some more
ANSWER_SECONDS: Final = 4.0  # Contract: nobody waits longer than 5 s, also for a busy process
LARGE_BYTES: Final = 256 * 1024  # read beside the event loop from here on


@dataclass(frozen=True, slots=True)
class Web:
    """What the calls need; the application keeps it as ``app.state.web``."""

    use_cases: UseCases
    files: ports.Files
    limits: Limits
    allowed_origins: frozenset[str]
    is_draining: Callable[[], bool]  # whether this process is asked to stop
    is_shut: Callable[[], bool]  # whether it takes no calls any more
    store_answers: Callable[[], bool]  # whether it has taken this process's last proof of life


@dataclass(frozen=True, slots=True)
class Asked(Generic[A]):
    """One call as it is made: what it says, and who makes it."""

    arguments: A
    actor: Actor | None
    by: Shown | None
    address: str
    use_cases: UseCases
    limits: Limits
    cookies: list[Cookie] = field(default_factory=list)  # to be set with the answer
    secure: bool = False

    @property
    def person(self) -> UserId:
        """Who makes the call. Raises NotLoggedIn."""
        if self.actor is None:
            raise NotLoggedIn
        return self.actor.user_id

    @property
    def replaceable(self) -> SessionId | None:
        """The session of this browser, which another log-in ends."""
        if self.actor is None or self.by is None or self.by.credential is Credential.BEARER:
            return None
        return self.actor.session_id

    def give_session(self, token: str) -> None:
        """The browser is to show this from now on."""
        self.cookies.append(session_cookie(token, secure=self.secure))

    def keep_session(self) -> None:
        """The browser is to keep what it has shown for thirty days from now."""
        if self.by is not None and self.by.credential is Credential.COOKIE:
            self.give_session(self.by.token)

    def end_session(self) -> None:
        """The browser is to forget what it shows."""
        self.cookies.append(no_session_cookie(secure=self.secure))


Run = Callable[[Asked[Any]], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Call:
    """A declaration. ``use_case`` is the name of the core's class behind it."""

    method: Method
    path: str
    name: str
    use_case: str
    needs_login: bool
    most_bytes: int
    arguments: type[msgspec.Struct]
    answer: Any  # a type that msgspec encodes; None where there is nothing to say
    summary: str
    run: Run


def get(path: str, *, login: bool = True, use_case: str | None = None) -> Callable[[Run], Call]:
    """Declares a call that reads."""
    return _declare("GET", path, login, BODY_BYTES, use_case, None)


def post(
    path: str, *, login: bool = True, most_bytes: int = BODY_BYTES, name: str | None = None
) -> Callable[[Run], Call]:
    """Declares a call that changes something."""
    return _declare("POST", path, login, most_bytes, None, name)


def _declare(
    method: Method,
    path: str,
    login: bool,
    most_bytes: int,
    use_case: str | None,
    name: str | None,
) -> Callable[[Run], Call]:
    named = name or path.rpartition("/")[2]

    def declared(run: Run) -> Call:
        hints = get_type_hints(run)
        (arguments,) = get_args(hints["asked"])
        answer = hints["return"]
        return Call(
            method,
            path,
            named,
            use_case or named,
            login,
            most_bytes,
            arguments,
            None if answer is type(None) else answer,
            (run.__doc__ or "").partition("\n")[0],
            run,
        )

    return declared


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
