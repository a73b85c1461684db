"""What all rooms of a process do a few at a step of the event loop, in turns by event.

An event that ends, or an organiser who says who may mark there, is news for hundreds of sockets,
some of it of each for each. Told in one step it kept everybody else waiting for as long as 0.2 s.
Decision 0016.
"""

from __future__ import annotations

from typing import Final

from attendance_web.wire.step_turns import StepTurns

# Sockets that announcements may be news for, at a step: each takes 7 us. Whatever there are, one
# announcement is told in one step
TOLD_AT_ONCE: Final = 256
# Writers that begin at a step: each mostly closes its socket, which takes 0.2 ms
WRITERS_AT_ONCE: Final = 8
STREAMS_AT_ONCE: Final = 32  # that are told at a step: an end takes 0.1 ms, counts take 0.03
ENDINGS_AT_ONCE: Final = 8  # that are asked for at a step: each is a look at the store


class RoomTurns:
    """Has what may come by hundreds begin in turns, whichever room it is for."""

    def __init__(self) -> None:
        self.announcements = StepTurns(TOLD_AT_ONCE)
        self.writers = StepTurns(WRITERS_AT_ONCE)
        self.streams = StepTurns(STREAMS_AT_ONCE)
        self.endings = StepTurns(ENDINGS_AT_ONCE)
