"""The way of a call, from its request to its answer in the envelope. Contract: 1."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final, Generic, NamedTuple, TypeVar

from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler

from attendance_core.accounts import Actor, CredentialKind
from attendance_core.errors import (
    InvalidArgument,
    MissingScope,
    NotLoggedIn,
    TooManyRequests,
    Unavailable,
)
from attendance_core.vocabulary import Seconds
from attendance_web.http import csrf
from attendance_web.http.call import Call
from attendance_web.http.call_arguments import (
    content_length_or_zero,
    expected_body_bytes,
    read_arguments,
)
from attendance_web.http.call_context import CallContext
from attendance_web.http.call_services import CallServices
from attendance_web.http.client_leaving import while_there
from attendance_web.http.incoming_body import Body
from attendance_web.http.page_redirect import ACCOUNTS_PATH, redirect_to_page, wants_a_page
from attendance_web.http.request_turns import came_at
from attendance_web.http.responses import response_of
from attendance_web.wire.callers import Caller, address_of, caller_of
from attendance_web.wire.client_names import client_name_of
from attendance_web.wire.credentials import (
    Credential,
    board_secret_from,
    browser_secrets_from,
    check_person,
    credential_from,
    is_secure,
    person_named_in,
)
from attendance_web.wire.headers import RawHeaders, header
from attendance_web.wire.refusals import BodyTooLarge, WrongMethod
from attendance_web.wire.turns import NoTurn
from attendance_web.wire.values import InvalidValue

T = TypeVar("T")

ANSWER_SECONDS: Final = 4.0  # Contract: 1.16, also for a busy process
TURN_WAIT_SECONDS: Final[Seconds] = 3.0  # of waiting; what is then to be done has one more
RETRY_SECONDS: Final = 1  # after which whoever had no turn may try again


def handler_of(call: Call) -> HTTPRouteHandler:
    """Makes the Litestar handler; it reads the request itself, so Litestar parses nothing."""
    allowed = "GET, HEAD" if call.method == "GET" else call.method

    async def handle(request: Request[Any, Any, Any]) -> Response[bytes]:
        if request.scope["method"] != call.method:
            if wants_a_page(request.scope):
                return await redirect_to_page(request)
            raise WrongMethod(allowed=allowed)
        return await answer_to(call, request)

    handle.__name__ = re.sub(r"(?<!^)(?=[A-Z][a-z])", "_", call.name).lower()
    # OPTIONS is ours too: Litestar would answer it by itself, outside the envelope
    methods: list[Any] = [call.method, "OPTIONS"]
    if call.method == "POST" and call.path.startswith(ACCOUNTS_PATH):
        methods.append("GET")  # of a person who typed the address
    return HTTPRouteHandler(
        call.path, http_method=methods, operation_id=call.name, include_in_schema=False
    )(handle)


async def answer_to(declared: Call, request: Request[Any, Any, Any]) -> Response[bytes]:
    """Makes one call, from its headers to its answer; what is raised becomes an envelope."""
    services: CallServices = request.app.state.services
    if services.refuses_calls():
        raise Unavailable
    scope = request.scope
    headers: RawHeaders = scope["headers"]
    secure = is_secure(scope)
    board_secret = board_secret_from(headers) if declared.takes_board else None
    credential = None if board_secret is not None else credential_from(headers, secure=secure)
    if declared.method == "POST":
        if content_length_or_zero(headers) > declared.max_body_bytes:
            raise BodyTooLarge
        csrf.check(headers, credential, services.allowed_origins, secure=secure)
    actor = None
    if credential is not None:
        cache = services.session_cache
        may_be_old = declared.method == "GET" and not declared.is_stream
        find_actor = cache.find_recent if may_be_old else cache.find_in_store
        actor = await find_actor(credential)
    if actor is not None:
        services.seen_sessions.note(actor)
        services.limits.count_call(actor.user_id)
    elif declared.needs_login and board_secret is None:
        raise NotLoggedIn
    if declared.refuses_other_person:
        _check_person(actor, headers)
    _check_scope(declared, actor, credential)
    async with _upload(declared, services, actor, headers) as upload:
        address = address_of(scope)
        caller = caller_of(None if actor is None else actor.user_id, address)
        arguments, arguments_took = await _timed(read_arguments(declared, request, caller, upload))
        call = CallContext(
            arguments=arguments,
            actor=actor,
            credential=credential,
            address=address,
            use_cases=services.use_cases,
            limits=services.limits,
            secure=secure,
            browser_secrets=browser_secrets_from(headers, secure=secure),
            board_secret=board_secret,
            client=client_name_of(header(headers, "user-agent"))
            if not declared.needs_login
            else "",
        )
        has_deadline = declared.needs_login and not declared.takes_proof
        deadline = came_at(scope) + ANSWER_SECONDS + arguments_took if has_deadline else None
        try:
            answer = await _run(declared, call, services, caller=caller, deadline=deadline)
        finally:
            if credential is not None and declared.method == "POST":
                services.session_cache.forget(credential)  # it may have ended it
            for user_id in call.people_whose_sessions_may_end:
                services.session_cache.forget_person(user_id)
    if actor is not None and actor.renewed and not call.cookies:
        call.renew_session_cookie()
    return response_of(answer, call, services, caller=caller, deadline=deadline)


@asynccontextmanager
async def _upload(
    declared: Call, services: CallServices, actor: Actor | None, headers: RawHeaders
) -> AsyncIterator[Body | None]:
    """Stands around a call, and lets an upload in before any of it is read. Contract: 1.10, 1.17.

    Raises TooManyRequests, Unavailable.
    """
    if not declared.is_upload or actor is None:
        yield None
        return
    size = expected_body_bytes(headers, if_unknown=declared.max_body_bytes)
    with services.bodies.upload(actor.user_id, size) as upload:
        await services.limits.count_upload(actor.user_id)
        yield upload


async def _run(
    declared: Call,
    call: CallContext[Any],
    services: CallServices,
    *,
    caller: Caller,
    deadline: Seconds | None,
) -> Any:
    """Carries a call out, in its caller's turn. Raises TooManyRequests, and what the call does.

    ``deadline`` is by the clock of the event loop. A password or a picture takes as long as it
    takes.
    """
    if declared.is_upload:
        return await while_there(declared.run(call))
    async with AsyncExitStack() as turn:
        try:
            async with asyncio.timeout_at(deadline):
                if declared.is_look_at_list:
                    await turn.enter_async_context(services.list_turns.turn_to_begin(caller))
                elif declared.needs_login:
                    await turn.enter_async_context(
                        services.person_turns.turn(caller, TURN_WAIT_SECONDS)
                    )
                return await declared.run(call)
        except NoTurn:
            raise TooManyRequests(seconds=RETRY_SECONDS) from None
        except TimeoutError:
            raise Unavailable from None


def _check_scope(declared: Call, actor: Actor | None, credential: Credential | None) -> None:
    """Checks that a token may make this call; one worth nothing reaches no accounts, either.

    Raises MissingScope. Contract: 9.3.
    """
    if credential is None or credential.kind is not CredentialKind.BEARER:
        return
    if declared.scope is None or (actor is not None and not actor.may(declared.scope)):
        raise MissingScope


def _check_person(actor: Actor | None, headers: RawHeaders) -> None:
    """Checks whom a call is made for. Raises NotLoggedIn, InvalidArgument, OtherPerson.

    Contract: 1.8.
    """
    try:
        check_person(actor, person_named_in(headers))
    except InvalidValue:
        raise InvalidArgument(field="X-Attendance-User") from None


class _Timed(NamedTuple, Generic[T]):
    """Holds what was waited for, and how long that took."""

    value: T
    seconds: Seconds


async def _timed(waited_for: Awaitable[T]) -> _Timed[T]:
    """Waits for what may take as long as it takes, and tells how long it took."""
    clock = asyncio.get_running_loop().time
    began = clock()
    return _Timed(await waited_for, clock() - began)
