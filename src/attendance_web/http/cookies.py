"""The cookies that are set with an answer. Contract: 2."""

from __future__ import annotations

from typing import Any

from litestar.datastructures import Cookie

from attendance_core.accounts import SESSION_SECONDS
from attendance_web.wire.credentials import session_cookie_name

SAME_SITE: Any = "Lax"  # Contract: 2; Litestar writes it as it is given


def session_cookie(token: str, *, secure: bool) -> Cookie:
    """Makes a browser show a session again: for thirty days from now."""
    return _session_cookie(token, int(SESSION_SECONDS), secure)


def no_session_cookie(*, secure: bool) -> Cookie:
    """Makes a browser forget its session."""
    return _session_cookie("", 0, secure)


def _session_cookie(token: str, max_age: int, secure: bool) -> Cookie:
    return Cookie(
        key=session_cookie_name(secure=secure),
        value=token,
        path="/",
        max_age=max_age,
        httponly=True,
        samesite=SAME_SITE,
        secure=secure,
    )
