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
from attendance_core.marking.places import PlaceKey
from attendance_core.marking.terms import Terms
from attendance_core.vocabulary import SessionId, UserId

T = TypeVar("T")

SOCKETS_ENDED_AT_ONCE = MAX_SOCKETS  # all that a person may have in one event
SESSIONS_ENDED_AT_ONCE = 100
BATCHES_BEFORE_ALL_AT_ONCE = 500  # whoever opens ever more sockets does not stay logged in


def end_sessions(
    unit: ports.Unit,
    session_ids: Sequence[SessionId],
    terms: Terms,
    max_sockets: int | None = SOCKETS_ENDED_AT_ONCE,
) -> bool:
    """Ends sessions and closes their sockets, without grace; tells whether it has ended all.

    Where they have ``max_sockets`` or more, so many close, and the rest is for other transactions.
    The sessions stay until the last of these: had they gone before, and the process died, nobody
    would know which sockets are still to be closed.
    """
    connections = unit.connections.of_sessions(session_ids, max_sockets)
    are_all = max_sockets is None or len(connections) < max_sockets
    if are_all:
        unit.sessions.remove(session_ids)
        # Nobody opens one more from now on
        connections = unit.connections.of_sessions(session_ids)
    by_place: dict[PlaceKey, list[Connection]] = {}
    for connection in connections:
        place = PlaceKey(connection.event_id, connection.user_id)
        by_place.setdefault(place, []).append(connection)
    for place, theirs in sorted(by_place.items()):
        hang_up(unit, theirs, None, terms)
        connection_ids = frozenset(each.connection_id for each in theirs)
        unit.announce(ConnectionsEnded(place.event_id, Ending.LOGGED_OUT, connection_ids))
    return are_all


async def end_sessions_in_batches(
    transact: ports.Transact, session_ids: Sequence[SessionId], terms: Terms
) -> None:
    """Ends sessions, some of their sockets at a time; passes over those that there are not."""
    for _ in range(BATCHES_BEFORE_ALL_AT_ONCE):
        if await transact(lambda unit: end_sessions(unit, session_ids, terms)):
            return
    await transact(lambda unit: end_sessions(unit, session_ids, terms, None))


class _Batch(NamedTuple, Generic[T]):
    """Tells whether a batch was the last one, and what that has answered; None of any other."""

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

    Each batch locks the account, and calls ``check``, which raises where it may not go on.
    ``finish`` is called in the transaction that ends the last session, and answered: no log-in
    comes between, since that locks the account, too. So a process that dies has ended some of the
    sessions, and done nothing else.
    """

    def end_batch(unit: ports.Unit, max_sessions: int | None, max_sockets: int | None) -> _Batch[T]:
        unit.accounts.lock(user_id)
        check(unit)
        # One more may be the spared one, and another one shows that some are left
        limit = None if max_sessions is None else max_sessions + 2
        listed = [
            *unit.sessions.by_cookie_of(user_id, limit),
            *unit.sessions.by_host_of(user_id, limit),
        ]
        others = [each.session_id for each in listed if each.session_id != spared]
        are_ended = not others or end_sessions(unit, others[:max_sessions], terms, max_sockets)
        if not are_ended or len(others) > len(others[:max_sessions]):
            return _Batch(False, None)
        return _Batch(True, finish(unit))

    for _ in range(BATCHES_BEFORE_ALL_AT_ONCE):
        batch = await transact(
            lambda unit: end_batch(unit, SESSIONS_ENDED_AT_ONCE, SOCKETS_ENDED_AT_ONCE)
        )
        if batch.is_last:
            return cast(T, batch.answer)
    return cast(T, (await transact(lambda unit: end_batch(unit, None, None))).answer)
