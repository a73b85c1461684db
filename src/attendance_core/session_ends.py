"""How sessions end, with the sockets that were opened with them. Contract: 6.9.

Somebody may have sockets in hundreds of events, and many sessions. They are ended some at a time,
each time in a transaction of its own, so that nobody waits behind all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar, cast

from attendance_core import ports
from attendance_core.marking.announcements import ConnectionsEnded
from attendance_core.marking.connections import MAX_SOCKETS, Connection
from attendance_core.marking.endings import Ending
from attendance_core.marking.moves import hang_up
from attendance_core.marking.terms import Terms
from attendance_core.vocabulary import EventId, SessionId, UserId

T = TypeVar("T")

ENDED_AT_ONCE = MAX_SOCKETS  # all that a person may have in one event
SESSIONS_ENDED_AT_ONCE = 100
MAX_PIECES = 500  # then all at once: whoever opens ever more sockets does not stay logged in


def end_sessions(
    unit: ports.Unit,
    session_ids: Sequence[SessionId],
    terms: Terms,
    most: int | None = ENDED_AT_ONCE,
) -> bool:
    """Removes sessions; the sockets that were opened with them close, without grace.

    Where they have ``most`` or more, so many of them close, and it answers False: the rest is for
    other transactions. The sessions stay until the last of these, or a death between two would
    leave sockets that nobody ends.
    """
    ended = unit.connections.of_sessions(session_ids, most)
    is_last = most is None or len(ended) < most
    if is_last:
        unit.sessions.remove(session_ids)
        # Nobody opens one more from now on
        ended = unit.connections.of_sessions(session_ids)
    by_place: dict[tuple[EventId, UserId], list[Connection]] = {}
    for connection in ended:
        by_place.setdefault((connection.event_id, connection.user_id), []).append(connection)
    for (event_id, _), ended_there in sorted(by_place.items()):
        hang_up(unit, ended_there, None, terms)
        connection_ids = frozenset(each.connection_id for each in ended_there)
        unit.announce(ConnectionsEnded(event_id, Ending.LOGGED_OUT, connection_ids))
    return is_last


async def end_sessions_in_pieces(
    transact: ports.Transact, session_ids: Sequence[SessionId], terms: Terms
) -> None:
    """Ends sessions, some of their sockets at a time; passes over those that there are not."""
    for _ in range(MAX_PIECES):
        if await transact(lambda unit: end_sessions(unit, session_ids, terms)):
            return
    await transact(lambda unit: end_sessions(unit, session_ids, terms, None))


class _Piece(NamedTuple, Generic[T]):
    """Holds what was answered by the last piece, or that it was not the last."""

    is_last: bool
    answer: T | None


async def end_sessions_of(
    transact: ports.Transact,
    user_id: UserId,
    terms: Terms,
    *,
    spared: SessionId | None,
    check: Callable[[ports.Unit], object],
    finish: Callable[[ports.Unit], T],
) -> T:
    """Ends all sessions of a person but the ``spared`` one, and then does what that was for.

    Each piece locks the account, and has ``check`` look whether it may go on: it raises where not.
    ``finish`` is of the transaction that ends the last one: no log-in comes between, since that
    locks the account, too. So a process that dies has ended some of them, and done nothing else.
    """

    def piece(unit: ports.Unit, at_once: int | None, most: int | None) -> _Piece[T]:
        unit.accounts.lock(user_id)
        check(unit)
        # One more may be the spared one, and one more says that there are others
        most_listed = None if at_once is None else at_once + 2
        listed = [
            *unit.sessions.of(user_id, most_listed),
            *unit.sessions.of_host(user_id, most_listed),
        ]
        others = [each.session_id for each in listed if each.session_id != spared]
        have_ended = not others or end_sessions(unit, others[:at_once], terms, most)
        if not have_ended or len(others) > len(others[:at_once]):
            return _Piece(False, None)
        return _Piece(True, finish(unit))

    for _ in range(MAX_PIECES):
        done = await transact(lambda unit: piece(unit, SESSIONS_ENDED_AT_ONCE, ENDED_AT_ONCE))
        if done.is_last:
            return cast(T, done.answer)
    return cast(T, (await transact(lambda unit: piece(unit, None, None))).answer)
