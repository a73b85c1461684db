"""The part of docs/wire.md about what comes before the first call: languages, cookies, tokens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from wire_prose import paragraph

from attendance_core.accounts import LONGEST_SESSION_SECONDS, SESSION_SECONDS
from attendance_core.bearer_tokens import TokenScope
from attendance_core.browsers import BROWSER_SECONDS
from attendance_core.errors import Language
from attendance_web.http.csrf import CSRF_COOKIE
from attendance_web.live.openings import SCOPE
from attendance_web.routes import CALLS as ALL_CALLS
from attendance_web.wire.credentials import (
    BROWSER_COOKIE,
    HTTPS_BROWSER_COOKIE,
    HTTPS_SESSION_COOKIE,
    SESSION_COOKIE,
)
from attendance_web.wire.language import DEFAULT_LANGUAGE


def first_steps() -> Iterator[str]:
    """Yields the lines of what comes before anything else: the language, the cookies, tokens."""
    ours = " and ".join(f"`{each}`" for each in sorted(get_args(Language), reverse=True))
    scopes = ", ".join(f"`{each.value}`" for each in TokenScope)
    days = f"{SESSION_SECONDS / 86_400:g}"
    yield "## Before the first call"
    yield ""
    yield paragraph(
        f"Texts are in the language of `Accept-Language`, of {ours}; where that is not sent, or "
        f"nothing fits, in `{DEFAULT_LANGUAGE}`. Programs go by `error` and by `code`, never by "
        "texts.",
        "- ",
    )
    yield paragraph(
        f"The first successful GET without the cookie `{CSRF_COOKIE}` sets it, and scripts can "
        "read it: GetCurrentUserId will do. Every POST by cookie, a sign-up and a log-in too, "
        "repeats it in the header `X-CSRFToken`. Where `Origin` is sent, it names our own host "
        "and port.",
        "- ",
    )
    yield paragraph(
        f"A sign-up or a log-in sets the cookie `{SESSION_COOKIE}`, on HTTPS "
        f"`{HTTPS_SESSION_COOKIE}` and no other, which scripts cannot read. "
        f"It is good for {days} days from its last use, and for "
        f"{LONGEST_SESSION_SECONDS / 86_400:g} from its log-in; another log-in of the same browser "
        "ends it, with its sockets.",
        "- ",
    )
    yield paragraph(
        f"Both also set `{BROWSER_COOKIE}` (`{HTTPS_BROWSER_COOKIE}`), which lets nobody in, for "
        f"{BROWSER_SECONDS / 86_400:g} days: failed log-ins to an account that was used in this "
        "browser before are counted by themselves, so that strangers at the same address keep "
        "nobody out. Keep it when you log out.",
        "- ",
    )
    yield paragraph(
        "`Authorization: Bearer <token>` goes before the cookie and needs no `X-CSRFToken`. "
        "CreateToken gives tokens out, each for some of the scopes "
        f"{scopes}; every call below says which it takes, sockets take `{SCOPE.value}`. "
        "What a token is not for is refused (`missing_scope`).",
        "- ",
    )
    yield paragraph(_whom_it_is_for(), "- ")
    yield paragraph(
        "Every answer has the time here, in seconds with milliseconds, in `X-Attendance-Time`, and "
        "the version that answers in `X-Attendance-Version`.",
        "- ",
    )


def _whom_it_is_for() -> str:
    passed_over = ", ".join(call.name for call in ALL_CALLS if not call.refuses_other_person)
    return (
        "`X-Attendance-User: <user_id>` on a call, and `&as=<user_id>` in the address of a socket, "
        "say whom it is for: where somebody else is logged in it is refused (`other_person`). "
        f"Passed over by {passed_over}."
    )
