"""The envelope that every answer is in, also a refusal. Contract: 1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import msgspec
from litestar import Response
from litestar.datastructures import Cookie

from attendance_core.errors import Language, Refusal, TooManyRequests, Unavailable
from attendance_web.http.wire_codes import (
    BROKEN,
    BROKEN_CODE,
    SUCCESS,
    UNAVAILABLE,
    WireCode,
    wire_code_of,
)
from attendance_web.wire.headers import RawHeaders, header
from attendance_web.wire.language import preferred_language
from attendance_web.wire.refusals import BodyTooSlow, WrongMethod

JSON: Final = "application/json"
NO_STORE: Final[Mapping[str, str]] = {"Cache-Control": "no-store"}
RETRY_SECONDS: Final = 1  # after what is our fault, and will pass
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


def language_of(headers: RawHeaders) -> Language:
    """Finds which of our languages whoever asks likes best."""
    return preferred_language(header(headers, "accept-language"))


def encode_refusal(refusal: Refusal, language: Language) -> bytes:
    """Encodes a refusal, where there is no request to be answered."""
    error = wire_code_of(refusal).error
    text = refusal.text(language)
    field = _refused_field(refusal)
    return msgspec.json.encode(Envelope(error, text, code=refusal.code, field=field))


def _refused_field(error: Exception) -> str | msgspec.UnsetType:
    """Names the argument that is refused, where it is one."""
    named = error.words.get("field", error.about) if isinstance(error, Refusal) else None
    return named if isinstance(named, str) else msgspec.UNSET


def success(answer: object | None, cookies: list[Cookie]) -> Response[bytes]:
    """Answers that it is done, with what was asked for."""
    envelope = Envelope(SUCCESS.error, "", {} if answer is None else answer)
    return _response(SUCCESS, envelope, {}, cookies)


class AroundRows(NamedTuple):
    """Holds what stands before and behind the rows of an answer."""

    before: bytes
    after: bytes


def encode_around_rows(answer: object) -> AroundRows:
    """Encodes all of an answer but its rows, of which it has none here."""
    before, _, after = msgspec.json.encode(Envelope(SUCCESS.error, "", answer)).rpartition(b"[]")
    return AroundRows(before + b"[", b"]" + after)


def failure(error: Exception, language: Language) -> Response[bytes]:
    """Answers that it is not done, in the reader's language; what is no refusal tells nothing of
    itself.
    """
    headers: dict[str, str] = {}
    match error:
        case Refusal():
            wire_code, text, code = wire_code_of(error), error.text(language), error.code
        case Unavailable():
            wire_code, text, code = UNAVAILABLE, error.text(language), error.code
            headers["Retry-After"] = str(RETRY_SECONDS)
        case _:
            wire_code, text, code = BROKEN, BROKEN_TEXTS[language], BROKEN_CODE
    if isinstance(error, TooManyRequests):
        headers["Retry-After"] = str(error.words["seconds"])
    if isinstance(error, WrongMethod):
        headers["Allow"] = str(error.words["allowed"])
    if isinstance(error, BodyTooSlow):
        headers["Connection"] = "close"
    envelope = Envelope(wire_code.error, text, code=code, field=_refused_field(error))
    return _response(wire_code, envelope, headers, [])


def _response(
    wire_code: WireCode, envelope: Envelope, headers: dict[str, str], cookies: list[Cookie]
) -> Response[bytes]:
    return Response(
        msgspec.json.encode(envelope),
        media_type=JSON,
        status_code=wire_code.status,
        headers={**NO_STORE, **headers},
        cookies=cookies,
    )
