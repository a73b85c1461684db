"""What becomes of places when sockets end and time runs out: the moves that all ways of it share.

Contract: 6.6 to 6.9.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NoReturn

from attendance_core import ports
from attendance_core.errors import EventNotFound
from attendance_core.marking.announcements import PlaceChanged
from attendance_core.marking.connections import (
    CONNECTIONS_READ,
    Connection,
    Process,
    Role,
    anybody_present,
)
from attendance_core.marking.places import Held, Place, Waiting
from attendance_core.marking.terms import Terms
from attendance_core.repositories import Footing
from attendance_core.vocabulary import ConnectionId, EventId, UserId

# Of some people, all connections that they have in an event, read behind the lock of their place
ConnectionsByPerson = Mapping[UserId, Sequence[Connection]]
OF_NOBODY: ConnectionsByPerson = {}


def end_hold(
    unit: ports.Unit,
    held: Place,
    judge: Process | None,
    terms: Terms,
    *,
    connections_of: ConnectionsByPerson = OF_NOBODY,
    commanded_by: ConnectionId | None = None,
) -> Place:
    """Gives a held person back: to the list if a socket of theirs is open or in its grace.

    ``connections_of`` has those that were read already; others are read.
    """
    now = unit.now()
    theirs = _find_connections(unit, held, connections_of)
    place = held.released(
        now, present=held.member and anybody_present(theirs, Role.MARK_ME, now, judge, terms)
    )
    unit.places.put(place)
    unit.announce(PlaceChanged(place, now, commanded_by))
    return place


def hang_up(
    unit: ports.Unit,
    ended: Sequence[Connection],
    judge: Process | None,
    terms: Terms,
    footing: Footing | None = None,
) -> None:
    """Forgets connections, at least one, of one person in one event, and what they alone kept.

    With their last ``mark_me`` socket a waiting person leaves the list; with their last
    ``marking`` socket a marker gives back whom they hold. ``footing``, where given, has their
    places and connections.
    """
    event_id, user_id = ended[0].event_id, ended[0].user_id
    if footing is None:
        places = unit.places.lock(event_id, [user_id], with_held_by=user_id)
        theirs = unit.connections.of(event_id, user_id, CONNECTIONS_READ)
    else:
        places, theirs = footing.places, footing.connections_of[user_id]
    mine = places.get(user_id)
    now = unit.now()
    ended_ids = {each.connection_id for each in ended}
    others = [each for each in theirs if each.connection_id not in ended_ids]
    unit.connections.remove(sorted(ended_ids))
    roles = {each.role for each in ended}
    if (
        Role.MARK_ME in roles
        and mine is not None
        and isinstance(mine.state, Waiting)
        and not anybody_present(others, Role.MARK_ME, now, judge, terms)
    ):
        withdrawn = mine.withdrawn()
        unit.places.put(withdrawn)
        unit.announce(PlaceChanged(withdrawn, now))
    if Role.MARKING in roles and not anybody_present(others, Role.MARKING, now, judge, terms):
        for place in places.values():
            if isinstance(place.state, Held) and place.state.marker == user_id:
                end_hold(unit, place, judge, terms)


def settle(
    unit: ports.Unit,
    place: Place,
    judge: Process | None,
    terms: Terms,
    connections_of: ConnectionsByPerson,
) -> Place:
    """Ends what has run out of a locked place, the hold or the grace, as a sweep would.

    So a sweep that comes late is never a wrong answer.
    """
    now = unit.now()
    if place.hold_has_lapsed(now):
        return end_hold(unit, place, judge, terms, connections_of=connections_of)
    if isinstance(place.state, Waiting):
        theirs = _find_connections(unit, place, connections_of)
        if not anybody_present(theirs, Role.MARK_ME, now, judge, terms):
            place = place.withdrawn()
            unit.places.put(place)
            unit.announce(PlaceChanged(place, now))
    return place


def _find_connections(
    unit: ports.Unit, place: Place, connections_of: ConnectionsByPerson
) -> Sequence[Connection]:
    """Finds what a person has in an event, as far as it can matter: no command reads more."""
    if place.user_id in connections_of:
        return connections_of[place.user_id]
    return unit.connections.of(place.event_id, place.user_id, CONNECTIONS_READ)


def make_and_lock_places(
    unit: ports.Unit, event_id: EventId, user_id: UserId, beside: Sequence[UserId] = ()
) -> Mapping[UserId, Place]:
    """Makes a person's place where there is none, and locks it and that of whom they hold.

    Those of the people ``beside`` are locked, too, where there are any. Raises EventNotFound, also
    where the event was deleted while we waited for them; PersonNotFound.
    """
    unit.places.make(event_id, user_id)
    places = unit.places.lock(event_id, [user_id, *beside], with_held_by=user_id)
    if user_id not in places:
        raise_without_place(unit, user_id)
    return places


def raise_without_place(unit: ports.Unit, user_id: UserId) -> NoReturn:
    """Says why somebody could not get a place. Raises PersonNotFound, or else EventNotFound."""
    unit.profiles.get(user_id)
    raise EventNotFound
