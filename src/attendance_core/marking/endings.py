"""Why a socket that was open has to end, not being lost. Contract: 6.9, 6.13, 8.6."""

from __future__ import annotations

from enum import Enum

from attendance_core.errors import (
    EventDeleted,
    EventOver,
    LeaseLost,
    LeftEvent,
    NoLongerMarks,
    NotLoggedIn,
)


class Ending(Enum):
    """What has become of a socket's event, person, session or process.

    The values are what processes tell each other.
    """

    DELETED = "deleted"  # the event
    OVER = "over"  # the event
    LEFT = "left"  # the person has left the event
    LEFT_OUT = "left_out"  # the person is not let mark any more
    LOGGED_OUT = "logged_out"  # the session has ended
    # Others took its process for dead, or the mark it had to tell was annulled
    LEASE_LOST = "lease_lost"

    def as_error(self) -> Exception:
        """Makes the refusal of a command of such a socket; or `LeaseLost`, which is none."""
        return ERRORS[self]()

    @classmethod
    def of(cls, error: Exception) -> Ending | None:
        """Finds the ending that this error stands for; None for one that leaves a socket open."""
        return next((ending for ending, kind in ERRORS.items() if type(error) is kind), None)


ERRORS: dict[Ending, type[Exception]] = {
    Ending.DELETED: EventDeleted,
    Ending.OVER: EventOver,
    Ending.LEFT: LeftEvent,
    Ending.LEFT_OUT: NoLongerMarks,
    Ending.LOGGED_OUT: NotLoggedIn,
    Ending.LEASE_LOST: LeaseLost,
}
