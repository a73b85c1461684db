"""What the client of one socket has been told, and what it has yet to hear.

Contract: 6.8, 6.10, 8.9.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf

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


@dataclass(slots=True)
class View:
    """One socket as its mirror knows it.

    While a command of the socket is under way its client hears of nothing else: what changes
    meanwhile may be the command's own doing, seen in a reading before the answer is here.
    """

    connection: Connection
    opened_at_count: int  # what the mirror counts, not a time
    hears_news: bool = False
    closing: bool = False
    holds: dict[UserId, Held] = field(default_factory=dict)  # those it was told ``prepared`` for
    answered: tuple[UserId, int] | None = None  # person and version it was answered about last
    has_command: bool = False
    unheard: dict[UserId, bool] = field(default_factory=dict)  # changed meanwhile; still listed?
    held_by: Held | None = None  # the hold that its client, who waits, was told of
    your_position: YourPosition | None = None  # the last it was told, and when
    your_position_at: Seconds = -inf
    event: EventUpdated | None = None  # as it was when the socket opened, or as it was told since

    def shows(self, place: Place | None) -> bool:
        """Tells whether this person is on its client's list when their place is this."""
        if place is None or place.user_id == self.connection.user_id:
            return False
        if isinstance(place.state, Waiting):
            return True
        return place.state is not None and self.holds.get(place.user_id) == place.state

    def frames_about(
        self, place: Place, *, listed: bool, answer: Answer | None = None
    ) -> list[Frame]:
        """Makes what its client is sent when a place is this now.

        ``listed`` is whether the person is on the client's list until then; ``answer`` is given
        where the socket itself has asked for the change.
        """
        frames: list[Frame] = []
        user_id = place.user_id
        if user_id in self.holds and self.holds[user_id] != place.state:
            del self.holds[user_id]
            if answer is None or isinstance(answer, Prepared):
                frames.append(ReservationExpired(user_id))
        if isinstance(answer, Prepared):
            frames += self._end_other_holds(user_id)
        if answer is not None:
            frames.append(answer)
        if isinstance(answer, Prepared) and isinstance(place.state, Held):
            self.holds[user_id] = place.state
        lists = self.shows(place)
        if listed and not lists and not isinstance(answer, Confirmed):
            frames.append(UserLeft(user_id))
        elif lists and not listed:
            frames.append(UserJoined(user_id, since(place)))
        return frames

    def frames_about_me(self, place: Place, at: Instant) -> list[Frame]:
        """Makes what one who waits is sent when their own place is this now."""
        if isinstance(place.state, Marked):
            self.closing = True
            return [WasMarked(place.state.marker)]
        state = place.state
        hold = state if isinstance(state, Held) and at < state.until else None
        if hold == self.held_by or not self.hears_news:
            return []
        self.held_by = hold
        return [LetGo() if hold is None else HeldBy(hold.marker, round(hold.until - at, 6))]

    def _end_other_holds(self, user_id: UserId) -> list[Frame]:
        """Its marker holds one person at a time: an answer ends other holds before news of it.

        They ended through another process, whose word of it is late or lost.
        """
        lost = [each for each in self.holds if each != user_id]
        for each in lost:
            del self.holds[each]
        return [kind(each) for each in lost for kind in (ReservationExpired, UserLeft)]


def since(place: Place) -> Instant:
    """Tells when one who waits or is held asked; UNIX seconds."""
    return place.state.since if isinstance(place.state, Waiting | Held) else 0
