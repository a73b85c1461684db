"""Translates, logs and answers whatever a call raises. Contract: 1."""

from __future__ import annotations

import logging
from typing import Any, Final

from litestar import Request, Response
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException
from litestar.types import ExceptionHandlersMap

from attendance_core.errors import Refusal, Unavailable
from attendance_web.http.envelope import failure, language_of
from attendance_web.http.request_turns import note_refusal
from attendance_web.http.wire_codes import BROKEN_CODE
from attendance_web.wire.callers import address_of
from attendance_web.wire.log_fields import log_fields_of
from attendance_web.wire.refusals import BadRequest, UnknownPath, WrongMethod
from attendance_web.wire.security_log import SECURITY

logger = logging.getLogger(__name__)


def answer_error(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Puts whatever was raised in the envelope; a bug is logged with its traceback."""
    translated = _translate(error)
    if isinstance(translated, Unavailable):
        logger.warning("a call could not be answered: %s", cause_of(translated))
    elif not isinstance(translated, Refusal):
        logger.error("a call failed", exc_info=translated)
    scope = request.scope
    if isinstance(translated, Refusal):
        SECURITY.note_refusal(translated, scope["headers"], address_of(scope))
        note_refusal(scope, translated)
        _drop_tracebacks(error)
    code = translated.code if isinstance(translated, Refusal | Unavailable) else BROKEN_CODE
    log_fields_of(scope)["code"] = code
    return failure(translated, language_of(scope["headers"]))


def _drop_tracebacks(error: BaseException | None) -> None:
    """Lets go of what the functions that it passed through held, such as a body: a refusal may wait
    for 3 s until it is told.
    """
    while error is not None:
        error.__traceback__ = None
        error = error.__context__


def cause_of(unavailable: Unavailable) -> str:
    """Says in a line what kept us, since there are thousands in an outage."""
    cause = unavailable.__cause__
    return (
        "it took too long, or too many wait"
        if cause is None
        else f"{type(cause).__name__}: {cause}"
    )


def _translate(error: Exception) -> Exception:
    """Puts Litestar's own refusals in our words."""
    match error:
        case NotFoundException():
            return UnknownPath()
        case MethodNotAllowedException(headers=headers):
            allowed = {*(headers or {}).get("allow", "").split(", ")} - {"OPTIONS"}
            if "POST" in allowed:
                allowed.discard("GET")  # a person's, who is shown the page
            if "GET" in allowed:
                allowed.add("HEAD")
            return WrongMethod(allowed=", ".join(sorted(allowed)))
        case HTTPException(status_code=status) if status < 500:
            return BadRequest()
    return error


# Litestar looks for the class, then for its parents: one answers for them all
EXCEPTION_HANDLERS: Final[ExceptionHandlersMap] = {
    HTTPException: answer_error,
    Exception: answer_error,
}
