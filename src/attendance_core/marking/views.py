"""What the client of one socket has been told, and what it has yet to hear.

Contract: 6.8, 6.10, 8.9.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import NamedTuple

from attendance_core.marking.connections import Connection
from attendance_core.marking.frames import (
    Answer,
    Confirmed,
    EventUpdated,
    Frame,
    HeldBy,
    LetGo,
    Prepared,
    ReservationExpired,
    UserJoined,
    UserLeft,
    WasMarked,
    YourPosition,
)
from attendance_core.marking.places import Held, Marked, Place, Waiting
from attendance_core.vocabulary import Instant, Seconds, UserId


class PlaceVersion(NamedTuple):
    """Names one version of a person's place in the event of a mirror."""

    user_id: UserId
    version: int


@dataclass(slots=True)
class View:
    """One socket as its mirror knows it.

    While a command of the socket is under way its client hears of nothing else: what changes
    meanwhile may be the command's own doing, seen in a reading before the answer is here.
    """

    connection: Connection
    heard_count_at_opening: int  # of its mirror
    hears_news: bool = False
    is_closing: bool = False
    holds: dict[UserId, Held] = field(default_factory=dict)  # those it was told ``prepared`` for
    answered_about: PlaceVersion | None = None  # what its last answer was about
    has_command: bool = False
    # Whose places have changed during its command, and whether its client lists them until it hears
    untold: dict[UserId, bool] = field(default_factory=dict)
    hold_told: Held | None = None  # the hold on its own person that it was told of
    your_position: YourPosition | None = None  # the last it was told, and when
    your_position_at: Seconds = -inf
    event_told: EventUpdated | None = None  # as it was at the opening, or as told since

    def should_list(self, place: Place | None) -> bool:
        """Tells whether its client should list a person whose place is this."""
        if place is None or place.user_id == self.connection.user_id:
            return False
        if isinstance(place.state, Waiting):
            return True
        return place.state is not None and self.holds.get(place.user_id) == place.state

    def tell(self, place: Place, *, was_listed: bool, answer: Answer | None = None) -> list[Frame]:
        """Notes that its client hears of another person's place; answers what it is sent of it.

        ``was_listed`` is whether the client lists them until then; ``answer`` is given where the
        socket itself has asked for the change.
        """
        frames: list[Frame] = []
        user_id = place.user_id
        if user_id in self.holds and self.holds[user_id] != place.state:
            del self.holds[user_id]
            if answer is None or isinstance(answer, Prepared):
                frames.append(ReservationExpired(user_id))
        if isinstance(answer, Prepared):
            frames += self._drop_holds_but_of(user_id)
        if answer is not None:
            frames.append(answer)
        if isinstance(answer, Prepared) and isinstance(place.state, Held):
            self.holds[user_id] = place.state
        is_listed = self.should_list(place)
        if was_listed and not is_listed and not isinstance(answer, Confirmed):
            frames.append(UserLeft(user_id))
        elif is_listed and not was_listed:
            frames.append(UserJoined(user_id, asked_at(place)))
        return frames

    def tell_own(self, place: Place, at: Instant) -> list[Frame]:
        """Notes that one who waits hears of their own place; answers what they are sent of it."""
        if isinstance(place.state, Marked):
            self.is_closing = True
            return [WasMarked(place.state.marker)]
        state = place.state
        hold = state if isinstance(state, Held) and at < state.until else None
        if hold == self.hold_told or not self.hears_news:
            return []
        self.hold_told = hold
        return [LetGo() if hold is None else HeldBy(hold.marker, round(hold.until - at, 6))]

    def _drop_holds_but_of(self, user_id: UserId) -> list[Frame]:
        """Drops the holds its client was told of on anybody else, and makes the frames that say so.

        A marker holds one person at a time: these have ended through another process, and news of
        that is late or lost.
        """
        dropped = [each for each in self.holds if each != user_id]
        for each in dropped:
            del self.holds[each]
        return [kind(each) for each in dropped for kind in (ReservationExpired, UserLeft)]


def asked_at(place: Place) -> Instant:
    """Tells when one who waits or is held asked, in UNIX seconds; 0 of anybody else."""
    return place.state.since if isinstance(place.state, Waiting | Held) else 0
