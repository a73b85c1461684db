"""What the two sockets say, as it is read. Contract: 6, the table of messages."""

from __future__ import annotations

from typing import Final, TypeVar

import msgspec

from attendance_core.vocabulary import Instant, UserId
from attendance_web.client.answers import decoded
from attendance_web.structs.frames import Hold
from attendance_web.structs.people import PersonSummary

P = TypeVar("P")

EMPTY: Final = msgspec.Raw(b"{}")


class Frame(msgspec.Struct, frozen=True):
    """Anything that a socket says; ``message`` is its name, or of a refusal the text."""

    result: str
    message: str
    params: msgspec.Raw = EMPTY


class RefusalParams(msgspec.Struct, frozen=True):
    """The code of a refusal."""

    code: str


class UserJoined(msgspec.Struct, frozen=True):
    """Somebody who can be marked from now on."""

    user_id: UserId
    asked_at: Instant
    user: PersonSummary | None = None


class HeldBy(Hold, frozen=True):
    """The marker who has chosen one; ``user`` is missing where nobody knows the name yet."""

    user: PersonSummary | None = None


def read_params(kind: type[P], frame: Frame) -> P:
    """Reads what goes with a frame. Raises NotAttendance."""
    params: P = decoded(kind, frame.params, frame.message)
    return params
