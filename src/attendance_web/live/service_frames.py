"""What the service says on the two sockets, declared once. Contract: 6 and 8, the tables.

What each frame is called, what goes with it, and who hears it; `messages` spells them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from attendance_core.marking import frames
from attendance_core.marking.connections import Role
from attendance_core.vocabulary import UserId
from attendance_web.structs.frames import EventTimes, Hold, Mark, MarkingList, OneUser, YourPlace
from attendance_web.structs.people import PersonSummary


class Joined(msgspec.Struct, frozen=True):
    """Who can be marked now, and since when; ``user`` where their name is known."""

    user_id: UserId
    asked_at: float
    user: PersonSummary | msgspec.UnsetType = msgspec.UNSET


class Choice(msgspec.Struct, frozen=True):
    """Who has chosen one, for how many seconds yet; ``user`` where their name is known."""

    user_id: UserId
    expires_in: float
    user: PersonSummary | msgspec.UnsetType = msgspec.UNSET


class NoParams(msgspec.Struct, frozen=True):
    """Nothing, but for what may be added one day."""


class ErrorParams(msgspec.Struct, frozen=True):
    """A name that never changes; ``seconds`` after which it may be tried again, where known."""

    code: str
    seconds: int | msgspec.UnsetType = msgspec.UNSET


@dataclass(frozen=True, slots=True)
class ServiceFrame:
    """Declares a message of the service: on which sockets, with what, and whether it is news."""

    message: str
    roles: frozenset[Role]
    params: type[msgspec.Struct] | None  # None: it comes without
    is_news: bool = False  # only for sockets that are opened with `news=1`


_ASKERS: Final = frozenset({Role.MARK_ME})
_MARKERS: Final = frozenset({Role.MARKING})
_EVERYBODY: Final = frozenset(Role)

PONG_MESSAGE: Final = "pong"  # what answers a ping, on both
# The whole language of the service, but for that and for error frames
SERVICE_FRAMES: Final[Mapping[type[Any], ServiceFrame]] = {
    frames.MarkingList: ServiceFrame("marking_list", _MARKERS, MarkingList),
    frames.UserJoined: ServiceFrame("user_joined", _MARKERS, Joined),
    frames.UserLeft: ServiceFrame("user_left", _MARKERS, OneUser),
    frames.Prepared: ServiceFrame("prepared", _MARKERS, Hold),
    frames.Confirmed: ServiceFrame("marked", _MARKERS, Mark),
    frames.GivenBack: ServiceFrame("refused", _MARKERS, None),
    frames.ReservationExpired: ServiceFrame("reservation_expired", _MARKERS, OneUser),
    frames.WasMarked: ServiceFrame("was_marked", _ASKERS, OneUser),
    frames.HeldBy: ServiceFrame("held", _ASKERS, Choice, is_news=True),
    frames.LetGo: ServiceFrame("let_go", _ASKERS, NoParams, is_news=True),
    frames.YourPosition: ServiceFrame("your_place", _ASKERS, YourPlace, is_news=True),
    frames.EventUpdated: ServiceFrame("event_changed", _EVERYBODY, EventTimes, is_news=True),
}
