"""What sockets are told, as values; the web gives them their spelling. Contract: 6.

The "you" of a docstring is the person whose socket it is: a marker, or one who waits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from attendance_core.marking.endings import Ending
from attendance_core.vocabulary import ConnectionId, Instant, Seconds, UserId


class Listed(NamedTuple):
    """Somebody who can be marked, and when they asked to be; UNIX seconds."""

    user_id: UserId
    asked_at: Instant


@dataclass(frozen=True, slots=True)
class MarkingList:
    """Who can be marked, in the order of asking, and when each of them asked."""

    listed: tuple[Listed, ...]

    @property
    def user_ids(self) -> tuple[UserId, ...]:
        """Who is listed, in that order."""
        return tuple(each.user_id for each in self.listed)


@dataclass(frozen=True, slots=True)
class UserJoined:
    """Someone can be marked who could not before."""

    user_id: UserId
    asked_at: Instant


@dataclass(frozen=True, slots=True)
class UserLeft:
    """Someone can no longer be marked."""

    user_id: UserId


@dataclass(frozen=True, slots=True)
class Prepared:
    """The choice is yours, for so long."""

    user_id: UserId
    expires_in: Seconds


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Recorded, as entry ``n`` of the person's ledger, and what this confirm pays. Contract: 8.12.

    ``paid`` is in karma. With ``again``, where the mark was recorded before, it is 0: nothing
    is paid twice.
    """

    user_id: UserId
    n: int
    paid: int
    again: bool = False


@dataclass(frozen=True, slots=True)
class GivenBack:
    """The person held is given back.

    It answers the marker who refused; what the person hears is `LetGo`.
    """


@dataclass(frozen=True, slots=True)
class ReservationExpired:
    """Your hold has ended, and not by this socket's own word."""

    user_id: UserId


@dataclass(frozen=True, slots=True)
class HeldBy:
    """This person has chosen you, for so long."""

    user_id: UserId
    expires_in: Seconds


@dataclass(frozen=True, slots=True)
class LetGo:
    """Whoever had chosen you has not marked you: you wait, or have gone.

    It tells the person who was held, however that hold ended; a marker who ended it by a refusal
    is answered `GivenBack`.
    """


@dataclass(frozen=True, slots=True)
class WasMarked:
    """You have been marked, by this person; the socket closes."""

    user_id: UserId


@dataclass(frozen=True, slots=True)
class Closing:
    """The socket is to close; where nothing says why, the store is to be asked."""

    ending: Ending | None


Answer = Prepared | Confirmed | GivenBack


@dataclass(frozen=True, slots=True)
class YourPosition:
    """The how-many-th you are on the list, of how many, and how many others are there to mark."""

    position: int
    listed_count: int
    marker_count: int


@dataclass(frozen=True, slots=True)
class EventUpdated:
    """The event is called and lasts so from now on."""

    name: str
    starts_at: Instant
    ends_at: Instant


# Only for sockets that asked for news. Contract: 8.9
News = HeldBy | LetGo | YourPosition | EventUpdated
Frame = (
    MarkingList | UserJoined | UserLeft | Answer | ReservationExpired | WasMarked | News | Closing
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One frame and the sockets it goes to."""

    frame: Frame
    connection_ids: tuple[ConnectionId, ...]
