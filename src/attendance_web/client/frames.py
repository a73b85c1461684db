"""What the two sockets say, as it is read. Contract: 6, the table of messages."""

from __future__ import annotations

from typing import Final

import msgspec

from attendance_core.vocabulary import Instant, Seconds, UserId
from attendance_web.structs.people import PersonSummary

EMPTY: Final = msgspec.Raw(b"{}")


class Frame(msgspec.Struct, frozen=True):
    """Anything that a socket says; ``message`` is its name, or of a refusal the text."""

    result: str
    message: str
    params: msgspec.Raw = EMPTY


class RefusalParams(msgspec.Struct, frozen=True):
    """The code of a refusal."""

    code: str


class MarkingList(msgspec.Struct, frozen=True):
    """Who can be marked, and when each asked; of some nobody knows the name yet."""

    marking_list: list[UserId]
    asked_at: list[Instant]
    users: list[PersonSummary]


class UserJoined(msgspec.Struct, frozen=True):
    """Somebody who can be marked from now on."""

    user_id: UserId
    asked_at: Instant
    user: PersonSummary | None = None


class SomebodyNamed(msgspec.Struct, frozen=True):
    """Whom a frame is about, where it says nothing else."""

    user_id: UserId


class Hold(msgspec.Struct, frozen=True):
    """Somebody is held by a marker, for so long from when it was said."""

    user_id: UserId
    expires_in: Seconds


class HeldBy(Hold, frozen=True):
    """The marker who has chosen one; ``user`` is missing where nobody knows the name yet."""

    user: PersonSummary | None = None


class Mark(msgspec.Struct, frozen=True):
    """A mark that stands, entry ``n`` of the person's ledger; ``display_msg`` is for its marker.

    ``paid`` is what this confirm has brought: nothing where the mark was there already.
    """

    display_msg: str
    user_id: UserId
    n: int
    paid: int


class Place(msgspec.Struct, frozen=True):
    """The how-many-th one is of those who wait, and how many others are there to mark."""

    place: int
    waiting: int
    markers: int


class EventTimes(msgspec.Struct, frozen=True):
    """What the event is called from now on, and how long it lasts."""

    name: str
    time_from: int
    time_to: int
