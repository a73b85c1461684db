"""Ends the sockets of people whom an organiser leaves out of marking. Contract: 8.6.

Places are locked before their event, in the order of their ids, or two might wait for each other.
Whose places they are is known only once the event is locked. So a transaction that would need
others than it has locked changes nothing, and is run again with those locked, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from attendance_core import ports
from attendance_core.errors import Unavailable
from attendance_core.marking.announcements import ConnectionsEnded
from attendance_core.marking.connections import Connection
from attendance_core.marking.endings import Ending
from attendance_core.marking.moves import end_hold
from attendance_core.marking.places import Held, Place
from attendance_core.marking.terms import Terms
from attendance_core.marking.who_marks import Organised, those_who_may_mark
from attendance_core.vocabulary import EventId, UserId

# Of one transaction: the second knows whose places to lock, unless there are more by then
MAX_RUNS = 20
# In one announcement: 7 000 bytes of the 7 900 that notifiers carry
MAX_SOCKETS_NAMED = 200

LockedPlaces = Mapping[UserId, Place]


class _NotLocked(Exception):
    """Names the people whose places have to be locked before the event is; undoes the run."""

    def __init__(self, user_ids: Iterable[UserId]) -> None:
        self.user_ids = frozenset(user_ids)


async def transact_leaving_out(
    transact: ports.Transact,
    event_id: EventId,
    work: Callable[[ports.Unit, LockedPlaces], None],
) -> None:
    """Runs ``work``, which hands the places that it is given on to `end_left_out`.

    Runs it again while those are not enough. Raises Unavailable, and what ``work`` raises.
    """
    to_lock: frozenset[UserId] = frozenset()

    def work_with_locked(unit: ports.Unit) -> None:
        work(unit, unit.places.lock(event_id, sorted(to_lock)) if to_lock else {})

    for _ in range(MAX_RUNS):
        try:
            return await transact(work_with_locked)
        except _NotLocked as error:
            to_lock |= error.user_ids
    raise Unavailable


def end_left_out(
    unit: ports.Unit,
    event: Organised,
    marking_connections: Sequence[Connection],
    places: LockedPlaces,
    terms: Terms,
) -> None:
    """Ends those of these ``marking`` sockets whose people the event does not let mark.

    Whoever these people hold is given back at once, as by LeaveEvent. The caller has locked
    ``places`` and then the event, so that nobody opens another such socket meanwhile. Raises
    `_NotLocked`, which `transact_leaving_out` expects, where more places have to be locked.
    """
    people = {each.user_id for each in marking_connections}
    left_out = people - those_who_may_mark(unit, event, people)
    if not left_out:
        return
    held = [
        place
        for place in unit.places.waiting_or_held(event.event_id)
        if isinstance(place.state, Held) and place.state.marker in left_out
    ]
    needed = left_out | {place.user_id for place in held}
    if not needed <= places.keys():
        raise _NotLocked(needed)
    no_judge = None  # a call is made by no process that may take others for dead
    for place in held:
        end_hold(unit, place, no_judge, terms)
    ended = [each.connection_id for each in marking_connections if each.user_id in left_out]
    for start in range(0, len(ended), MAX_SOCKETS_NAMED):
        some = ended[start : start + MAX_SOCKETS_NAMED]
        unit.connections.remove(some)
        unit.announce(ConnectionsEnded(event.event_id, Ending.LEFT_OUT, frozenset(some)))
