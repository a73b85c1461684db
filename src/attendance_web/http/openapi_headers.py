"""What the description says of the headers of answers: when to come again, and which cookies."""

from __future__ import annotations

from typing import Any, Final

from attendance_core.errors import TooManyRequests
from attendance_web.http.call import Call
from attendance_web.http.csrf import CSRF_COOKIE
from attendance_web.http.wire_codes import UNAVAILABLE, WIRE
from attendance_web.wire.credentials import BROWSER_COOKIE, SESSION_COOKIE

Schema = dict[str, Any]

TEXT: Final[Schema] = {"type": "string"}
# Those that set cookies of their own, and which
LOG_IN: Final = frozenset({"SignUp", "LogIn", "UseRecoveryCode", "ResetPassword"})
LOG_OUT: Final = frozenset({"LogOut", "EndSession", "DeleteAccount"})
BEGIN_LINKS: Final = frozenset({"LinkProvider"})


def headers_of_answer(call: Call) -> Schema:
    """Describes the cookies that come with an answer."""
    return {"Set-Cookie": {"description": " ".join(_cookies(call)), "schema": TEXT}}


def headers_of_refusal(status: int) -> Schema:
    """Describes when whoever is refused may come again, where that is told."""
    if status not in (WIRE[TooManyRequests].status, UNAVAILABLE.status):
        return {}
    seconds: Schema = {"type": "integer", "minimum": 1}
    return {"Retry-After": {"description": "Seconds to wait.", "required": True, "schema": seconds}}


def _cookies(call: Call) -> list[str]:
    session, browser = f"`{SESSION_COOKIE}`", f"`{BROWSER_COOKIE}`"
    told = []
    if call.name in LOG_IN:
        told.append(f"{session}, whoever is logged in now, and {browser}.")
    elif call.name in LOG_OUT:
        told.append(f"{session}, empty, where its session has ended.")
    else:
        told.append(f"{session}, where its session is renewed.")
    if call.name in BEGIN_LINKS:
        told.append("What comes back from the provider is known by another.")
    if call.method == "GET":
        told.append(f"`{CSRF_COOKIE}`, where none was shown.")
    return told
