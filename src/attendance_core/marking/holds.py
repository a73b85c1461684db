"""A hold, and the mark that it becomes: what commands of sockets and of programs share.

Both find the places they are about locked, and the rest read behind those locks. Contract: 6.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from attendance_core import ports
from attendance_core.errors import NotWaiting
from attendance_core.marking.announcements import PlaceChanged
from attendance_core.marking.connections import Process
from attendance_core.marking.ledger import NewEntry, Origin
from attendance_core.marking.moves import Known, check_not_too_soon, settle
from attendance_core.marking.outcomes import Outcome
from attendance_core.marking.places import Place, check_may_choose, held_by
from attendance_core.marking.terms import Terms
from attendance_core.marking.who_marks import Organised, check_lets_mark
from attendance_core.vocabulary import ConnectionId, Instant, UserId


class Chosen(NamedTuple):
    """Holds the place of whom a marker may hold, with that hold, which is to be stored and told.

    ``at`` is when it was chosen, from which a new hold counts; ``is_new`` is False where they hold
    them already; ``ended`` are the places whose hold had run out, as they were stored.
    """

    place: Place
    at: Instant
    is_new: bool
    ended: tuple[Place, ...]


def choose(
    unit: ports.Unit,
    event: Organised,
    marker: UserId,
    target: UserId,
    *,
    found: Mapping[UserId, Place],
    judge: Process | None,
    terms: Terms,
    known: Known,
) -> Chosen:
    """Has a marker choose a target, by all rules of that; ends what had run out.

    Raises MayNotMark, Yourself, YouAreWaiting, AlreadyHolding, AlreadyMarked, Taken, NotWaiting,
    TooSoon.
    """
    now = unit.now()
    # Whoever leaves them out meanwhile waits for their place, and ends this hold
    check_lets_mark(unit, event, marker)
    places = {each.user_id: settle(unit, each, judge, terms, known) for each in found.values()}
    ended = tuple(each for each in places.values() if each != found[each.user_id])
    holding = held_by(marker, places.values())
    check_may_choose(target, mine=places[marker], holding=holding, now=now)
    if holding is not None and holding.is_held_by(marker, now):  # it is the target
        return Chosen(holding, now, False, ended)
    if target not in places:
        raise NotWaiting
    held = places[target].held(marker, now, terms.hold_seconds)
    check_not_too_soon(unit, places[target], marker, judge, terms)
    return Chosen(held, now, True, ended)


def mark(
    unit: ports.Unit,
    held: Place,
    marker: UserId,
    terms: Terms,
    commanded_by: ConnectionId | None = None,
) -> Outcome:
    """Marks whom a marker holds; nobody changes the event meanwhile. Raises NobodyHeld."""
    now = unit.now()
    marked = held.marked(marker, now)
    entry = NewEntry(held.event_id, held.user_id, marked.last_n, marker, now, Origin.HOLD)
    pays = unit.ledger.add_mark_from_hold(entry, marked, terms)
    paid = terms.karma_per_mark if pays else 0
    unit.announce(PlaceChanged(marked, now, commanded_by, paid))
    return Outcome(marked, now, paid=paid)
