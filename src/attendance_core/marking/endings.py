"""Why a socket that was open has to end, not being lost. Contract: 6.9, 6.13, 8.6."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from attendance_core import ports
from attendance_core.errors import (
    EventDeleted,
    EventNotFound,
    EventOver,
    LeaseLost,
    LeftEvent,
    NoLongerMarks,
    NotLoggedIn,
)
from attendance_core.marking.connections import Connection, Role
from attendance_core.marking.who_marks import may_mark


class Ending(Enum):
    """What has become of a socket's event, person, session or connection.

    The values are what processes tell each other.
    """

    DELETED = "deleted"  # the event
    OVER = "over"  # the event
    LEFT = "left"  # the person has left the event
    LEFT_OUT = "left_out"  # the person is not let mark any more
    LOGGED_OUT = "logged_out"  # the session has ended
    # None of these, but the store has its connection no more, and its client is to come back: its
    # process was taken for dead, or the mark it had to tell was annulled. The value is an old name
    FORGOTTEN = "lease_lost"

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
    Ending.FORGOTTEN: LeaseLost,
}


def find_ending(unit: ports.Unit, connection: Connection) -> Ending:
    """Finds out why a connection that was open is no longer in the store."""
    try:
        event = unit.events.get(connection.event_id)
    except EventNotFound:
        return Ending.DELETED
    if unit.sessions.find(connection.session_id) is None:
        return Ending.LOGGED_OUT
    mine = next(iter(unit.places.of(connection.event_id, [connection.user_id])), None)
    if mine is None or not mine.member:
        return Ending.LEFT
    if unit.now() >= event.ends_at:
        return Ending.OVER
    if connection.role is Role.MARKING and not may_mark(unit, event, connection.user_id):
        return Ending.LEFT_OUT
    return Ending.FORGOTTEN


@dataclass(frozen=True, slots=True)
class FindEnding:
    """Finds out, for a socket whose connection has gone from the store, why it has."""

    observe: ports.Observe

    async def __call__(self, *, connection: Connection) -> Ending:
        """Reads the event, the session and the place. Raises Unavailable."""
        return await self.observe(lambda unit: find_ending(unit, connection))
