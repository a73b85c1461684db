"""The two addresses that a browser is sent through, to log in by the university. Contract: 9.5.

One sends it to the provider, and to the other it comes back. They answer with the way on, and with
the envelope only where nobody sees a page. What goes wrong the page tells, by the refusal's code.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Final

from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.handlers import HTTPRouteHandler

from attendance_core.accounts import Actor, CredentialKind
from attendance_core.errors import (
    LogInNotBegun,
    MissingScope,
    NotLoggedIn,
    Refusal,
    Unavailable,
)
from attendance_core.identities import Attempt, ProviderAnswer, Purpose
from attendance_web.http.body_parsing import Given, parse_query
from attendance_web.http.call_context import CallContext
from attendance_web.http.call_services import CallServices
from attendance_web.http.cookies import attempt_cookie, no_attempt_cookie
from attendance_web.http.envelope import NO_STORE
from attendance_web.http.exception_handlers import answer_error
from attendance_web.http.page_redirect import EVENTS_SCREEN, accepts_html
from attendance_web.http.provider_turns import ProviderTurns
from attendance_web.structs.arguments import Nothing
from attendance_web.wire.callers import Caller, address_of, caller_of
from attendance_web.wire.client_names import client_name_of
from attendance_web.wire.credentials import (
    attempt_from,
    browser_secrets_from,
    credential_from,
    is_secure,
)
from attendance_web.wire.headers import header

LOG_IN_PATH: Final = "/accounts/oidc/login/"
CALLBACK_PATH: Final = "/accounts/oidc/callback/"
LINKS_SCREEN: Final = "/#/access"
FAILED_SCREEN: Final = "/#/oidc/"  # and the code of what has gone wrong

# What is done for a browser, which answers with the address that it goes on to
Step = Callable[[Request[Any, Any, Any], CallContext[Nothing]], Awaitable[str]]
Turn = Callable[[ProviderTurns, Caller], AbstractAsyncContextManager[None]]


async def log_in(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Sends a browser to the provider."""
    return await _redirect(request, ProviderTurns.turn_to_leave, _begin, [])


async def come_back(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Lets in, or links, who comes back from the provider. What was begun is over in any case."""
    no_attempt = no_attempt_cookie(secure=is_secure(request.scope))
    return await _redirect(request, ProviderTurns.turn_to_come_back, _finish, [no_attempt])


async def _redirect(
    request: Request[Any, Any, Any], turn: Turn, step: Step, own_cookies: list[Cookie]
) -> Response[bytes]:
    """Sends a browser on to where the step says, or to the screen that says what is wrong.

    The step waits for its turn. ``own_cookies`` are set in either case.
    """
    services: CallServices = request.app.state.services
    try:
        call = await _call_of(services, request.scope)
        caller = caller_of(None if call.actor is None else call.actor.user_id, call.address)
        try:
            async with turn(services.provider_turns, caller):
                location = await step(request, call)
        finally:
            if call.credential is not None:
                services.session_cache.forget(call.credential)  # it may have ended
            for user_id in call.people_whose_sessions_may_end:
                services.session_cache.forget_person(user_id)
        cookies = [*own_cookies, *call.cookies]
    except (Refusal, Unavailable) as error:
        response = answer_error(request, error)
        if not accepts_html(request.scope["headers"]):
            response.cookies = own_cookies
            return response
        location, cookies = f"{FAILED_SCREEN}{error.code}", own_cookies
    headers = {**NO_STORE, "Location": location, "Referrer-Policy": "no-referrer"}
    return Response(b"", status_code=302, media_type="text/plain", headers=headers, cookies=cookies)


async def _call_of(services: CallServices, scope: Any) -> CallContext[Nothing]:
    """Finds who asks, by a cookie; no token reaches accounts.

    Raises MissingScope, TooManyRequests, Unavailable.
    """
    if services.refuses_calls():
        raise Unavailable
    headers, secure = scope["headers"], is_secure(scope)
    credential = credential_from(headers, secure=secure)
    actor: Actor | None = None
    if credential is not None:
        if credential.kind is CredentialKind.BEARER:  # Contract: 9.3
            raise MissingScope
        actor = await services.session_cache.find_in_store(credential)
    if actor is not None:
        services.limits.count_call(actor.user_id)
    return CallContext(
        arguments=Nothing(),
        actor=actor,
        credential=credential,
        address=address_of(scope),
        use_cases=services.use_cases,
        limits=services.limits,
        secure=secure,
        browser_secrets=browser_secrets_from(headers, secure=secure),
        client=client_name_of(header(headers, "user-agent")),
    )


async def _begin(_: Request[Any, Any, Any], call: CallContext[Nothing]) -> str:
    begun = await call.use_cases.begin_log_in()
    call.cookies.append(attempt_cookie(begun.attempt, secure=call.secure))
    return begun.url


async def _finish(request: Request[Any, Any, Any], call: CallContext[Nothing]) -> str:
    scope = request.scope
    answer = _answer_in(parse_query(scope["query_string"]))
    attempt = attempt_from(scope["headers"], secure=call.secure)
    if attempt is not None and attempt.purpose is Purpose.LINK:
        return await _link(call, attempt, answer)
    logged_in = await call.use_cases.log_in_by_provider(
        attempt=attempt,
        answer=answer,
        replacing=call.session_to_replace,
        browser_secrets=call.browser_secrets,
        client=call.client,
    )
    call.set_log_in_cookies(logged_in)
    return EVENTS_SCREEN


async def _link(call: CallContext[Nothing], attempt: Attempt, answer: ProviderAnswer) -> str:
    if call.actor is None:
        raise NotLoggedIn
    await call.use_cases.finish_link(
        actor=call.actor.user_id,
        session_id=call.actor.session_id,
        attempt=attempt,
        answer=answer,
    )
    return LINKS_SCREEN


def _answer_in(given: Given) -> ProviderAnswer:
    """Reads what the provider had a browser bring. Raises LogInNotBegun."""
    if "state" not in given:
        raise LogInNotBegun
    return ProviderAnswer(
        state=given["state"],
        code=given.get("code"),
        error=given.get("error"),
        issuer=given.get("iss"),
    )


ROUTES: Final = [
    HTTPRouteHandler(LOG_IN_PATH, http_method="GET", include_in_schema=False)(log_in),
    HTTPRouteHandler(CALLBACK_PATH, http_method="GET", include_in_schema=False)(come_back),
]
