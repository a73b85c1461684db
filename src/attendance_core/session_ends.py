"""How a session ends, with the sockets that were opened with it. Contract: 6.9.

Somebody may have sockets in hundreds of events. They are ended some at a time, each time in a
transaction of its own, so that nobody waits behind all of them.
"""

from __future__ import annotations

from attendance_core import ports
from attendance_core.marking.announcements import ConnectionsEnded
from attendance_core.marking.connections import MAX_SOCKETS, Connection
from attendance_core.marking.endings import Ending
from attendance_core.marking.moves import hang_up
from attendance_core.marking.terms import Terms
from attendance_core.vocabulary import EventId, SessionId

ENDED_AT_ONCE = MAX_SOCKETS  # all that a person may have in one event
MAX_PIECES = 500  # then all at once: whoever opens ever more sockets does not stay logged in


def end_session(
    unit: ports.Unit, session_id: SessionId, terms: Terms, most: int | None = ENDED_AT_ONCE
) -> bool:
    """Removes a session; the sockets that were opened with it close, without grace.

    Where it has ``most`` or more, so many of them close, and it answers False: the rest is for
    other transactions. The session stays until the last of these, or a death between two would
    leave sockets that nobody ends.
    """
    ended = unit.connections.of_session(session_id, most)
    is_last = most is None or len(ended) < most
    if is_last:
        unit.sessions.remove(session_id)
        ended = unit.connections.of_session(session_id)  # nobody opens one more from now on
    by_event: dict[EventId, list[Connection]] = {}
    for connection in ended:
        by_event.setdefault(connection.event_id, []).append(connection)
    for event_id, ended_there in sorted(by_event.items()):
        hang_up(unit, ended_there, None, terms)
        connection_ids = frozenset(each.connection_id for each in ended_there)
        unit.announce(ConnectionsEnded(event_id, Ending.LOGGED_OUT, connection_ids))
    return is_last


async def end_session_in_pieces(
    transact: ports.Transact, session_id: SessionId, terms: Terms
) -> None:
    """Ends a session, some of its sockets at a time; does nothing where there is none."""
    for _ in range(MAX_PIECES):
        if await transact(lambda unit: end_session(unit, session_id, terms)):
            return
    await transact(lambda unit: end_session(unit, session_id, terms, None))
