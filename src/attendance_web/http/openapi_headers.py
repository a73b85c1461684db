"""Describes the headers of answers: which cookies they set, and when to come again."""

from __future__ import annotations

from typing import Any, Final

from attendance_core.errors import TooManyRequests
from attendance_web.http.call import Call
from attendance_web.http.csrf import CSRF_COOKIE
from attendance_web.http.wire_codes import UNAVAILABLE, WIRE_CODES
from attendance_web.wire.credentials import BROWSER_COOKIE, SESSION_COOKIE

Schema = dict[str, Any]

TEXT: Final[Schema] = {"type": "string"}
# The calls that set cookies of their own
LOG_IN_CALLS: Final = frozenset({"SignUp", "LogIn", "UseRecoveryCode", "ResetPassword"})
LOG_OUT_CALLS: Final = frozenset({"LogOut", "EndSession", "DeleteAccount"})
BEGIN_LINK_CALLS: Final = frozenset({"LinkProvider"})


def headers_of_answer(call: Call) -> Schema:
    """Describes the cookies that come with an answer."""
    return {"Set-Cookie": {"description": " ".join(_cookies(call)), "schema": TEXT}}


def headers_of_refusal(status: int) -> Schema:
    """Describes when whoever is refused may come again, where that is told."""
    if status not in (WIRE_CODES[TooManyRequests].status, UNAVAILABLE.status):
        return {}
    seconds: Schema = {"type": "integer", "minimum": 1}
    return {"Retry-After": {"description": "Seconds to wait.", "required": True, "schema": seconds}}


def _cookies(call: Call) -> list[str]:
    """Says which cookies come with an answer, a sentence each."""
    session, browser = f"`{SESSION_COOKIE}`", f"`{BROWSER_COOKIE}`"
    sentences = []
    if call.name in LOG_IN_CALLS:
        sentences.append(f"{session}, whoever is logged in now, and {browser}.")
    elif call.name in LOG_OUT_CALLS:
        sentences.append(f"{session}, empty, where its session has ended.")
    else:
        sentences.append(f"{session}, where its session is renewed.")
    if call.name in BEGIN_LINK_CALLS:
        sentences.append("What comes back from the provider is known by another.")
    if call.method == "GET":
        sentences.append(f"`{CSRF_COOKIE}`, where none was shown.")
    return sentences
