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

from attendance_core.errors import Kind, Language, Refusal, TooManyRequests, Unavailable
from attendance_web.wire.headers import RawHeaders, header
from attendance_web.wire.language import preferred
from attendance_web.wire.refusals import (
    BadRequest,
    BodyTooLarge,
    CsrfFailed,
    ForeignOrigin,
    HeadTooLarge,
    UnknownPath,
    UnsupportedMediaType,
    WrongMethod,
)

logger = logging.getLogger(__name__)

JSON: Final = "application/json"
RETRY_SECONDS = 1  # after what is our fault and will pass


@dataclass(frozen=True, slots=True)
class Number:
    """What a refusal is on the wire: ``error``, and the HTTP status it comes with."""

    error: int
    status: int = 200


WIRE: Final[Mapping[Kind | type[Refusal], Number]] = {
    Kind.INVALID: Number(1),
    Kind.MISSING: Number(2),
    Kind.FORBIDDEN: Number(3),
    UnsupportedMediaType: Number(4),
    Kind.NOT_FOUND: Number(5),
    Kind.TAKEN: Number(6),
    Kind.NOT_LOGGED_IN: Number(7, 401),
    # Refused before the call was read
    BadRequest: Number(8, 400),
    CsrfFailed: Number(8, 403),
    ForeignOrigin: Number(8, 403),
    UnknownPath: Number(8, 404),
    WrongMethod: Number(8, 405),
    BodyTooLarge: Number(8, 413),
    HeadTooLarge: Number(8, 431),
    TooManyRequests: Number(8, 429),
}
UNAVAILABLE: Final = Number(-1, 503)
BROKEN: Final = Number(-1, 500)
BROKEN_TEXTS: Final[Mapping[Language, str]] = {
    "en": "Something went wrong on our side",
    "ru": "На нашей стороне что-то пошло не так",
}


class Envelope(msgspec.Struct, frozen=True):
    """``error`` 0 is success; ``response`` is empty where there is nothing to say."""

    error: int
    error_msg: str
    response: Any = msgspec.UNSET


def number_of(refusal: Refusal) -> Number:
    """By its class where that has a number of its own, else by its kind."""
    return WIRE.get(type(refusal)) or WIRE[refusal.kind]


def language_of(headers: RawHeaders) -> Language:
    """What whoever asks likes to read."""
    return preferred(header(headers, "accept-language"))


def written(refusal: Refusal, language: Language) -> bytes:
    """A refusal's envelope, where there is no request to be answered."""
    return msgspec.json.encode(Envelope(number_of(refusal).error, refusal.text(language)))


def done(answer: object | None, cookies: list[Cookie]) -> Response[bytes]:
    """Success."""
    envelope = Envelope(0, "", {} if answer is None else answer)
    return _response(Number(0), envelope, {}, cookies)


def refused(error: Exception, language: Language) -> Response[bytes]:
    """A no of whatever sort, in the reader's language; what is no refusal tells nothing."""
    headers: dict[str, str] = {}
    match error:
        case Refusal():
            number, text = number_of(error), error.text(language)
        case Unavailable():
            number, text = UNAVAILABLE, error.text(language)
            headers["Retry-After"] = str(RETRY_SECONDS)
        case _:
            number, text = BROKEN, BROKEN_TEXTS[language]
    if isinstance(error, TooManyRequests):
        headers["Retry-After"] = str(error.words["seconds"])
    if isinstance(error, WrongMethod):
        headers["Allow"] = str(error.words["allowed"])
    return _response(number, Envelope(number.error, text), headers, [])


def _response(
    number: Number, envelope: Envelope, headers: dict[str, str], cookies: list[Cookie]
) -> Response[bytes]:
    return Response(
        msgspec.json.encode(envelope),
        media_type=JSON,
        status_code=number.status,
        headers={"Cache-Control": "no-store", **headers},
        cookies=cookies,
    )


def _refused(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Whatever was raised, in the envelope; a bug is logged with its traceback."""
    meant = _meant(error)
    if isinstance(meant, Unavailable):
        logger.warning("a call could not be answered: %s", why(meant))
    elif not isinstance(meant, Refusal):
        logger.error("a call failed", exc_info=meant)
    return refused(meant, language_of(request.scope["headers"]))


def why(unavailable: Unavailable) -> str:
    """The kind and the words of what kept us: a line, since there are thousands in an outage."""
    cause = unavailable.__cause__
    return (
        "it took too long, or too many wait"
        if cause is None
        else f"{type(cause).__name__}: {cause}"
    )


def _meant(error: Exception) -> Exception:
    """Litestar's own refusals in our words."""
    match error:
        case NotFoundException():
            return UnknownPath()
        case MethodNotAllowedException(headers=headers):
            allowed = (headers or {}).get("allow", "").split(", ")
            return WrongMethod(allowed=", ".join(each for each in allowed if each != "OPTIONS"))
        case HTTPException(status_code=status) if status < 500:
            return BadRequest()
    return error


# Litestar looks for the class, then for its parents: one answers for them all
EXCEPTION_HANDLERS: Final[ExceptionHandlersMap] = {HTTPException: _refused, Exception: _refused}
