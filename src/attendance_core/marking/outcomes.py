"""What commands and openings of sockets have come to, and what is answered. Contract: 6.10."""

from __future__ import annotations

from dataclasses import dataclass, replace

from attendance_core.marking.frames import Answer, Confirmed, GivenBack, Prepared
from attendance_core.marking.places import Held, Marked, Place
from attendance_core.vocabulary import Instant


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command has come to: the place it was about, as committed, and when.

    ``changed`` is False where everything was so already; ``ended`` are the places of which it found
    a hold or a grace run out, as it left them; ``paid`` is the karma that this confirm has brought
    the marker.
    """

    place: Place
    at: Instant
    changed: bool = True
    ended: tuple[Place, ...] = ()
    paid: int = 0

    @property
    def answer(self) -> Answer:
        """What the socket that asked is told."""
        answer = answer_about(self.place, self.at, self.paid)
        if isinstance(answer, Confirmed):
            return replace(answer, again=not self.changed)
        return answer


@dataclass(frozen=True, slots=True)
class AskerOpened:
    """A ``mark_me`` socket was opened; none was where the place of its person is Marked."""

    place: Place
    at: Instant


@dataclass(frozen=True, slots=True)
class MarkerOpened:
    """A ``marking`` socket was opened; ``holding`` is whom its person holds already."""

    holding: Place | None
    at: Instant


def answer_about(place: Place, at: Instant, paid: int) -> Answer:
    """Answers a command that left this place at this instant.

    The place, with what its mark paid, says all of it. So a mirror can answer from the announcement
    of the place alone. It has to where the command was committed and its process did not hear so:
    the connection to the store was lost, or the wait was too long. The socket would otherwise be
    told nothing, while everybody else sees what its command has done.
    """
    match place.state:
        case Held(until=until):
            return Prepared(place.user_id, round(until - at, 6))  # to the microsecond
        case Marked(n=n):
            return Confirmed(place.user_id, n, paid)
        case _:
            return GivenBack()
