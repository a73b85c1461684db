"""The envelope of every answer, and the one table that knows numbers. Contract: 1."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException
from litestar.types import ExceptionHandlersMap

from attendance_core.errors import Language, Refusal, RefusalKind, TooManyRequests, Unavailable
from attendance_web.wire.callers import address_of
from attendance_web.wire.headers import RawHeaders, header
from attendance_web.wire.language import preferred
from attendance_web.wire.log_fields import log_fields_of
from attendance_web.wire.refusals import (
    BadRequest,
    BodyTooLarge,
    BodyTooSlow,
    CsrfFailed,
    ForeignOrigin,
    HeadTooLarge,
    UnknownPath,
    UnsupportedMediaType,
    WrongMethod,
)
from attendance_web.wire.security_log import SECURITY

logger = logging.getLogger(__name__)

JSON: Final = "application/json"
NO_STORE: Final[Mapping[str, str]] = {"Cache-Control": "no-store"}
RETRY_SECONDS = 1  # after what is our fault and will pass


@dataclass(frozen=True, slots=True)
class WireCode:
    """What a refusal is on the wire: ``error``, and the HTTP status it comes with."""

    error: int
    status: int = 200


WIRE: Final[Mapping[RefusalKind | type[Refusal], WireCode]] = {
    RefusalKind.INVALID: WireCode(1),
    RefusalKind.MISSING: WireCode(2),
    RefusalKind.FORBIDDEN: WireCode(3),
    UnsupportedMediaType: WireCode(4),
    RefusalKind.NOT_FOUND: WireCode(5),
    RefusalKind.TAKEN: WireCode(6),
    RefusalKind.NOT_LOGGED_IN: WireCode(7, 401),
    # Refused before the call was read
    BadRequest: WireCode(8, 400),
    CsrfFailed: WireCode(8, 403),
    ForeignOrigin: WireCode(8, 403),
    UnknownPath: WireCode(8, 404),
    WrongMethod: WireCode(8, 405),
    BodyTooSlow: WireCode(8, 408),
    BodyTooLarge: WireCode(8, 413),
    HeadTooLarge: WireCode(8, 431),
    TooManyRequests: WireCode(8, 429),
}
UNAVAILABLE: Final = WireCode(-1, 503)
BROKEN: Final = WireCode(-1, 500)
BROKEN_CODE: Final = "internal_error"
BROKEN_TEXTS: Final[Mapping[Language, str]] = {
    "en": "Something went wrong on our side",
    "ru": "На нашей стороне что-то пошло не так",
}


class Envelope(msgspec.Struct, frozen=True):
    """``error`` 0 is success; ``response`` is empty where there is nothing to say.

    ``code`` is the stable name of a refusal, for programs, and ``field`` the argument it is about.
    Contract: 1.15.
    """

    error: int
    error_msg: str
    response: Any = msgspec.UNSET
    code: str | msgspec.UnsetType = msgspec.UNSET
    field: str | msgspec.UnsetType = msgspec.UNSET


def wire_code_of(refusal: Refusal) -> WireCode:
    """Finds the numbers by the class, where that has its own, else by the kind."""
    return WIRE.get(type(refusal)) or WIRE[refusal.kind]


def language_of(headers: RawHeaders) -> Language:
    """Reads which language whoever asks likes best."""
    return preferred(header(headers, "accept-language"))


def encode_refusal(refusal: Refusal, language: Language) -> bytes:
    """Encodes a refusal, where there is no request to be answered."""
    number = wire_code_of(refusal).error
    text = refusal.text(language)
    return msgspec.json.encode(Envelope(number, text, code=refusal.code, field=_field(refusal)))


def _field(error: Exception) -> str | msgspec.UnsetType:
    """Names the argument that is refused, where it is one."""
    named = error.words.get("field") if isinstance(error, Refusal) else None
    return named if isinstance(named, str) else msgspec.UNSET


def success(answer: object | None, cookies: list[Cookie]) -> Response[bytes]:
    """Answers that it is done, with what was asked for."""
    envelope = Envelope(0, "", {} if answer is None else answer)
    return _response(WireCode(0), envelope, {}, cookies)


def around_rows(answer: object) -> tuple[bytes, bytes]:
    """Encodes what stands before and behind the rows of an answer, which has none here."""
    before, _, after = msgspec.json.encode(Envelope(0, "", answer)).rpartition(b"[]")
    return before + b"[", b"]" + after


def failure(error: Exception, language: Language) -> Response[bytes]:
    """Answers no, in the reader's language; what is no refusal tells nothing of itself."""
    headers: dict[str, str] = {}
    match error:
        case Refusal():
            number, text, code = wire_code_of(error), error.text(language), error.code
        case Unavailable():
            number, text, code = UNAVAILABLE, error.text(language), error.code
            headers["Retry-After"] = str(RETRY_SECONDS)
        case _:
            number, text, code = BROKEN, BROKEN_TEXTS[language], BROKEN_CODE
    if isinstance(error, TooManyRequests):
        headers["Retry-After"] = str(error.words["seconds"])
    if isinstance(error, WrongMethod):
        headers["Allow"] = str(error.words["allowed"])
    if isinstance(error, BodyTooSlow):
        headers["Connection"] = "close"
    envelope = Envelope(number.error, text, code=code, field=_field(error))
    return _response(number, envelope, headers, [])


def _response(
    number: WireCode, envelope: Envelope, headers: dict[str, str], cookies: list[Cookie]
) -> Response[bytes]:
    return Response(
        msgspec.json.encode(envelope),
        media_type=JSON,
        status_code=number.status,
        headers={**NO_STORE, **headers},
        cookies=cookies,
    )


def _answer_error(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Puts whatever was raised in the envelope; a bug is logged with its traceback."""
    translated = _translate(error)
    if isinstance(translated, Unavailable):
        logger.warning("a call could not be answered: %s", cause_of(translated))
    elif not isinstance(translated, Refusal):
        logger.error("a call failed", exc_info=translated)
    scope = request.scope
    if isinstance(translated, Refusal):
        SECURITY.note_refusal(translated, scope["headers"], address_of(scope))
    code = translated.code if isinstance(translated, Refusal | Unavailable) else BROKEN_CODE
    log_fields_of(scope)["code"] = code
    return failure(translated, language_of(scope["headers"]))


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
    HTTPException: _answer_error,
    Exception: _answer_error,
}
