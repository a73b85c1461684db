"""The cookies that are set with an answer. Contract: 2, 9.4 and 9.5."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from litestar.datastructures import Cookie

from attendance_core.accounts import SESSION_SECONDS
from attendance_core.browsers import BROWSER_SECONDS
from attendance_core.identities import LINK_REQUEST_SECONDS, Attempt
from attendance_web.wire.credentials import (
    BETWEEN_SECRETS,
    MAX_BROWSER_PEOPLE,
    attempt_cookie_name,
    attempt_text,
    browser_cookie_name,
    session_cookie_name,
)

SAME_SITE: Any = "Lax"  # Contract: 2; Litestar writes it as it is given


def session_cookie(token: str, *, secure: bool) -> Cookie:
    """Makes a browser show a session again: for thirty days from now."""
    return _cookie(session_cookie_name(secure=secure), token, int(SESSION_SECONDS), secure)


def no_session_cookie(*, secure: bool) -> Cookie:
    """Makes a browser forget its session."""
    return _cookie(session_cookie_name(secure=secure), "", 0, secure)


def browser_cookie(secrets: Sequence[str], *, secure: bool) -> Cookie:
    """Makes a browser known again: to the person who logged in last, and some before."""
    value = BETWEEN_SECRETS.join(secrets[:MAX_BROWSER_PEOPLE])
    return _cookie(browser_cookie_name(secure=secure), value, int(BROWSER_SECONDS), secure)


def attempt_cookie(attempt: Attempt, *, secure: bool) -> Cookie:
    """Makes a browser keep what it has begun at the provider, until it comes back from there."""
    name = attempt_cookie_name(secure=secure)
    return _cookie(name, attempt_text(attempt), int(LINK_REQUEST_SECONDS), secure)


def no_attempt_cookie(*, secure: bool) -> Cookie:
    """Makes a browser forget it: it comes back once."""
    return _cookie(attempt_cookie_name(secure=secure), "", 0, secure)


def _cookie(name: str, value: str, max_age: int, secure: bool) -> Cookie:
    return Cookie(
        key=name,
        value=value,
        path="/",
        max_age=max_age,
        httponly=True,
        samesite=SAME_SITE,
        secure=secure,
    )
