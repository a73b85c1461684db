"""The one table that knows numbers: which error and status a refusal is. Contract: 1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from attendance_core.errors import Refusal, RefusalKind, TooManyRequests
from attendance_web.wire.refusals import (
    BadRequest,
    BodyTooLarge,
    BodyTooSlow,
    ClientLeft,
    CsrfFailed,
    ForeignOrigin,
    HeadTooLarge,
    UnknownPath,
    UnsupportedMediaType,
    WrongMethod,
)


@dataclass(frozen=True, slots=True)
class WireCode:
    """What a refusal is on the wire: ``error``, and the HTTP status it comes with."""

    error: int
    status: int = 200


SUCCESS: Final = WireCode(0)
WIRE_CODES: Final[Mapping[RefusalKind | type[Refusal], WireCode]] = {
    RefusalKind.INVALID: WireCode(1),
    RefusalKind.MISSING: WireCode(2),
    RefusalKind.FORBIDDEN: WireCode(3),
    UnsupportedMediaType: WireCode(4),
    RefusalKind.NOT_FOUND: WireCode(5),
    RefusalKind.TAKEN: WireCode(6),
    RefusalKind.NOT_LOGGED_IN: WireCode(7, 401),
    # Refused before the call was read
    BadRequest: WireCode(8, 400),
    ClientLeft: WireCode(8, 400),
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


def wire_code_of(refusal: Refusal) -> WireCode:
    """Finds the numbers by the class, where that has its own, else by the kind."""
    return WIRE_CODES.get(type(refusal)) or WIRE_CODES[refusal.kind]
