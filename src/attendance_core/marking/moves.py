"""What becomes of places when sockets come and go: the moves that all ways of it share.

Contract: 6.6 to 6.9, 6.19.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, NoReturn

from attendance_core import ports
from attendance_core.errors import EventNotFound, LeaseLost, NotLoggedIn, TooManySockets, TooSoon
from attendance_core.marking.announcements import PlaceChanged
from attendance_core.marking.connections import (
    CONNECTIONS_READ,
    MARKERS_READ,
    MAX_SOCKETS,
    Connection,
    Process,
    Role,
    anybody_present,
)
from attendance_core.marking.places import Held, Place, Waiting
from attendance_core.marking.terms import Terms
from attendance_core.repositories import Footing, OpeningFooting
from attendance_core.vocabulary import ConnectionId, EventId, UserId

# Of some people, all that they have in an event; it was read behind the lock of their place
Known = Mapping[UserId, Sequence[Connection]]
NOTHING_KNOWN: Known = {}


def end_hold(
    unit: ports.Unit,
    held: Place,
    judge: Process | None,
    terms: Terms,
    known: Known = NOTHING_KNOWN,
    commanded_by: ConnectionId | None = None,
) -> Place:
    """Gives a held person back: to the list if a socket of theirs is open or in its grace."""
    now = unit.now()
    theirs = _theirs(unit, held, known)
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
        places = unit.places.lock(event_id, [user_id], marker=user_id)
        theirs = unit.connections.of(event_id, user_id, CONNECTIONS_READ)
    else:
        places, theirs = footing.places, footing.connections_of[user_id]
    mine = places.get(user_id)
    now = unit.now()
    gone = {each.connection_id for each in ended}
    left = [each for each in theirs if each.connection_id not in gone]
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
            if isinstance(place.state, Held) and place.state.marker == user_id:
                end_hold(unit, place, judge, terms)


def settle(
    unit: ports.Unit, place: Place, judge: Process | None, terms: Terms, known: Known
) -> Place:
    """Ends what has run out of a locked place, the hold or the grace, as a sweep would.

    So a sweep that comes late is never a wrong answer.
    """
    now = unit.now()
    if place.hold_has_lapsed(now):
        return end_hold(unit, place, judge, terms, known)
    if isinstance(place.state, Waiting):
        theirs = _theirs(unit, place, known)
        if not anybody_present(theirs, Role.MARK_ME, now, judge, terms):
            place = place.withdrawn()
            unit.places.put(place)
            unit.announce(PlaceChanged(place, now))
    return place


def check_not_too_soon(
    unit: ports.Unit, place: Place, marker: UserId, judge: Process | None, terms: Terms
) -> None:
    """Checks that this marker is not the last who had this person, while others could have them.

    Only then it asks who else may mark. Raises TooSoon.
    """
    now = unit.now()
    seconds = place.seconds_barred(marker, now)
    if seconds and anybody_present(
        unit.connections.of_other_markers(place.event_id, [marker, place.user_id], MARKERS_READ),
        Role.MARKING,
        now,
        judge,
        terms,
    ):
        raise TooSoon(seconds=seconds)


def lock_places_of(
    unit: ports.Unit, event_id: EventId, user_id: UserId, beside: Sequence[UserId] = ()
) -> Mapping[UserId, Place]:
    """Makes a person's place where there is none, and locks it and that of whom they hold.

    Those of the people ``beside`` are locked, too, where there are any. Raises EventNotFound, also
    where the event was deleted while we waited for them; PersonNotFound.
    """
    unit.places.make(event_id, user_id)
    places = unit.places.lock(event_id, [user_id, *beside], marker=user_id)
    if user_id not in places:
        _raise_without_place(unit, user_id)
    return places


def lock_for_opening(unit: ports.Unit, connection: Connection) -> OpeningFooting:
    """Locks the session that a socket is opened with, then as `lock_places_of`, then the event.

    A log-out locks the session, too, before the places: it either finds this connection or keeps
    it from being opened. Whoever changes the event waits for this connection, or is seen.
    """
    unit.sessions.lock(connection.session_id)
    unit.places.make(connection.event_id, connection.user_id)
    footing = unit.footings.lock_for_opening(connection, CONNECTIONS_READ)
    if footing is None:
        _raise_without_place(unit, connection.user_id)
    return footing


def _raise_without_place(unit: ports.Unit, user_id: UserId) -> NoReturn:
    unit.profiles.get(user_id)
    raise EventNotFound


class Settled(NamedTuple):
    """What a person finds who opens a socket, once all that had run out has been ended."""

    places: Mapping[UserId, Place]  # their own, and that of whom they hold
    open_beside: int  # sockets of theirs


def add_connection(
    unit: ports.Unit,
    connection: Connection,
    footing: OpeningFooting,
    terms: Terms,
) -> Settled:
    """Adds a connection of a live process and session; ends the grace of those it replaces.

    Raises LeaseLost, NotLoggedIn.
    """
    now = unit.now()
    places, process, theirs = footing.places, footing.process, footing.theirs
    if process is None or process.lost_its_lease(now, terms):
        raise LeaseLost
    if not footing.is_logged_in:
        raise NotLoggedIn
    event_id, user_id = connection.event_id, connection.user_id
    lapsed = [each for each in theirs if not each.is_present(now, process, terms)]
    if lapsed:
        hang_up(unit, lapsed, process, terms)
        places = unit.places.lock(event_id, [user_id], marker=user_id)
    settled = {
        each.user_id: end_hold(unit, each, process, terms) if each.hold_has_lapsed(now) else each
        for each in places.values()
    }
    lost = [each for each in theirs if each.is_lost(now, process.process_id, terms)]
    unit.connections.remove([each.connection_id for each in lost if each.role is connection.role])
    unit.connections.add(connection)
    return Settled(settled, len(theirs) - len(lost))


def _theirs(unit: ports.Unit, place: Place, known: Known) -> Sequence[Connection]:
    """Finds what a person has in an event, as far as it can matter: no command reads more."""
    if place.user_id in known:
        return known[place.user_id]
    return unit.connections.of(place.event_id, place.user_id, CONNECTIONS_READ)


def check_may_open(open_beside: int) -> None:
    """Checks that a person may open one socket more in an event. Raises TooManySockets."""
    if open_beside >= MAX_SOCKETS:
        raise TooManySockets
