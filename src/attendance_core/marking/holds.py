"""A hold, and the mark that it becomes: what commands of sockets and of programs share.

Both find the places they are about locked, and the rest read behind those locks.
Contract: 6, 6.19.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from attendance_core import ports
from attendance_core.errors import NotWaiting, TooSoon
from attendance_core.marking.announcements import PlaceChanged
from attendance_core.marking.connections import MARKERS_READ, Process, Role, anybody_present
from attendance_core.marking.ledger import NewEntry, Origin
from attendance_core.marking.moves import ConnectionsByPerson, settle
from attendance_core.marking.outcomes import Outcome
from attendance_core.marking.places import Place, check_may_choose, find_held
from attendance_core.marking.terms import Terms
from attendance_core.marking.who_marks import Organised, check_lets_mark
from attendance_core.vocabulary import ConnectionId, Instant, UserId


class Chosen(NamedTuple):
    """A target's place with the hold of who has chosen them; it is to be stored and announced.

    Not so where they held them already: then ``is_new`` is False. ``ended`` are the places of which
    a hold or a grace had run out, as they were stored.
    """

    place: Place
    is_new: bool
    ended: tuple[Place, ...]


def choose(
    unit: ports.Unit,
    event: Organised,
    marker: UserId,
    target: UserId,
    *,
    at: Instant,
    locked: Mapping[UserId, Place],
    judge: Process | None,
    terms: Terms,
    connections_of: ConnectionsByPerson,
) -> Chosen:
    """Has a marker choose a target at this instant, by all rules of that; ends what had run out.

    Raises MayNotMark, Yourself, YouAreWaiting, AlreadyHolding, AlreadyMarked, Taken, NotWaiting,
    TooSoon.
    """
    # Whoever leaves them out meanwhile waits for their place, and ends this hold
    check_lets_mark(unit, event, marker)
    places = {
        each.user_id: settle(unit, each, judge, terms, connections_of) for each in locked.values()
    }
    ended = tuple(each for each in places.values() if each != locked[each.user_id])
    holding = find_held(marker, places.values())
    check_may_choose(target, mine=places[marker], holding=holding, now=at)
    if holding is not None and holding.is_held_by(marker, at):  # it is the target
        return Chosen(holding, False, ended)
    if target not in places:
        raise NotWaiting
    held = places[target].held(marker, at, terms.hold_seconds)
    check_not_too_soon(unit, places[target], marker, judge, terms)
    return Chosen(held, True, ended)


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


def mark(
    unit: ports.Unit,
    held: Place,
    marker: UserId,
    terms: Terms,
    *,
    at: Instant,
    commanded_by: ConnectionId | None = None,
) -> Outcome:
    """Marks whom a marker holds, at an instant that the event was seen to be on at.

    Nobody changes the event meanwhile. Raises NobodyHeld.
    """
    marked = held.marked(marker, at)
    entry = NewEntry(held.event_id, held.user_id, marked.last_n, marker, at, Origin.HOLD)
    pays = unit.ledger.put_place_add_hold_mark_and_tell_if_it_pays(entry, marked, terms)
    paid = terms.karma_per_mark if pays else 0
    unit.announce(PlaceChanged(marked, at, commanded_by, paid))
    return Outcome(marked, at, paid=paid)
