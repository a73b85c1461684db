"""Checks that a call comes from our own page. Contract: 1 and 2, CSRF.

A page of another site can make a browser send our cookies, but it can neither read them nor
set a header: so a call by cookie has to repeat the cookie `csrftoken` in `X-CSRFToken`.
"""

from __future__ import annotations

import hmac
import secrets

from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Scope

from attendance_core.accounts import CredentialKind
from attendance_web.http.cookies import SAME_SITE
from attendance_web.wire.credentials import Credential, is_secure
from attendance_web.wire.headers import RawHeaders, cookies_named, header
from attendance_web.wire.origins import ORIGINS_SETTING, origin_is_foreign
from attendance_web.wire.refusals import CsrfFailed, ForeignOrigin

CSRF_COOKIE = "csrftoken"  # Contract: 2
CSRF_HEADER = "x-csrftoken"  # Contract: 2
TOKEN_BYTES = 32  # 256 bits


def check(
    headers: RawHeaders,
    credential: Credential | None,
    allowed_origins: frozenset[str],
    *,
    secure: bool,
) -> None:
    """Checks that a call which changes something is our page's; no browser sends a bearer unasked.

    Of several cookies any may be repeated, since a neighbour's may stand beside ours.

    Raises ForeignOrigin, CsrfFailed.
    """
    if credential is not None and credential.kind is CredentialKind.BEARER:
        return
    if origin_is_foreign(headers, allowed_origins, secure=secure):
        raise ForeignOrigin(named_in=ORIGINS_SETTING)
    repeated = (header(headers, CSRF_HEADER) or "").encode()
    tokens = [each.encode() for each in cookies_named(headers, CSRF_COOKIE)]
    if not any(hmac.compare_digest(each, repeated) for each in tokens):
        raise CsrfFailed


async def give_token(message: Message, scope: Scope) -> None:
    """Sets the cookie with the first successful GET that came without one.

    Not with what anybody on the way may keep: one token would then be given to many.
    """
    if message["type"] != "http.response.start" or scope.get("method") != "GET":
        return
    headers = MutableScopeHeaders.from_message(message)
    cache_control = headers.get("cache-control", "")
    is_for_one = "private" in cache_control or "no-store" in cache_control
    if not 200 <= message["status"] < 300 or not is_for_one:
        return
    if not cookies_named(scope["headers"], CSRF_COOKIE):
        token = secrets.token_urlsafe(TOKEN_BYTES)
        secure = "; Secure" if is_secure(scope) else ""
        cookie = f"{CSRF_COOKIE}={token}; Path=/; SameSite={SAME_SITE}{secure}"
        headers.add("set-cookie", cookie)
