"""What becomes of places when sockets go: the moves that every way of going shares.

Contract: 6.6 to 6.9.
"""

from __future__ import annotations

from collections.abc import Sequence

from attendance_core import ports
from attendance_core.announcements import PlaceChanged
from attendance_core.connections import Connection, Process, Role, Terms, anybody_present
from attendance_core.places import Held, Place, Waiting
from attendance_core.vocabulary import ConnectionId


def end_hold(
    unit: ports.Unit,
    held: Place,
    judge: Process | None,
    terms: Terms,
    asked_by: ConnectionId | None = None,
) -> Place:
    """Gives a held person back: to the list if a socket of theirs is open or in its grace."""
    now = unit.now()
    theirs = unit.connections.of(held.event_id, held.user_id)
    place = held.released(
        present=held.member and anybody_present(theirs, Role.MARK_ME, now, judge, terms)
    )
    unit.places.put(place)
    unit.announce(PlaceChanged(place, now, asked_by))
    return place


def hang_up(
    unit: ports.Unit, ended: Sequence[Connection], judge: Process | None, terms: Terms
) -> None:
    """Forgets connections of one person in one event, and what they alone kept.

    With their last ``mark_me`` socket a waiting person leaves the list; with their last
    ``marking`` socket a marker gives back whom they hold.
    """
    if not ended:
        return
    event_id, user_id = ended[0].event_id, ended[0].user_id
    places = unit.places.lock(event_id, [user_id], holder=user_id)
    mine = places.get(user_id)
    now = unit.now()
    gone = {each.connection_id for each in ended}
    left = [
        each for each in unit.connections.of(event_id, user_id) if each.connection_id not in gone
    ]
    unit.connections.remove(sorted(gone))
    roles = {each.role for each in ended}
    if (
        Role.MARK_ME in roles
        and mine is not None
        and isinstance(mine.state, Waiting)
        and not anybody_present(left, Role.MARK_ME, now, judge, terms)
    ):
        withdrawn = mine.withdrawn()
        unit.places.put(withdrawn)
        unit.announce(PlaceChanged(withdrawn, now))
    if Role.MARKING in roles and not anybody_present(left, Role.MARKING, now, judge, terms):
        for place in places.values():
            if isinstance(place.state, Held) and place.state.by == user_id:
                end_hold(unit, place, judge, terms)
