"""How sockets are opened, as use cases: to wait, or to mark. Contract: 6.17, 6.18."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from attendance_core import ports
from attendance_core.errors import LeaseLost, NotLoggedIn, TooManySockets
from attendance_core.marking.announcements import PlaceChanged
from attendance_core.marking.connections import CONNECTIONS_READ, MAX_SOCKETS, Connection
from attendance_core.marking.moves import end_hold, hang_up, raise_without_place
from attendance_core.marking.outcomes import AskerOpened, MarkerOpened
from attendance_core.marking.places import (
    Marked,
    Place,
    check_may_wait,
    check_not_waiting,
    find_held,
)
from attendance_core.marking.terms import Terms
from attendance_core.marking.who_marks import check_lets_mark
from attendance_core.repositories import OpeningFooting
from attendance_core.vocabulary import UserId


@dataclass(frozen=True, slots=True)
class MarkMe:
    """I wait to be marked. Contract: opening /ws/mark_me."""

    transact: ports.Transact
    terms: Terms

    async def __call__(self, *, connection: Connection) -> AskerOpened:
        """Raises EventNotFound, EventOver, HoldingSomebody, TooManySockets, NotLoggedIn,
        LeaseLost.
        """
        actor = connection.user_id

        def work(unit: ports.Unit) -> AskerOpened:
            footing = _lock_for_opening(unit, connection)
            mine, now = footing.places[actor], unit.now()
            if isinstance(mine.state, Marked):
                return AskerOpened(mine, now)
            footing.event.check_not_over(now)
            added = _add_connection(unit, connection, footing, self.terms)
            holding = find_held(actor, added.places.values())
            check_may_wait(holding=holding, marker=actor, now=now)
            _check_may_open(added.others_open_count)
            mine = added.places[actor]
            asked = mine.asked(now)
            if asked != mine:
                unit.places.put(asked)
                unit.announce(PlaceChanged(asked, now))
            return AskerOpened(asked, now)

        return await self.transact(work)


@dataclass(frozen=True, slots=True)
class ReadyToMark:
    """I am ready to mark others. Contract: opening /ws/marking."""

    transact: ports.Transact
    terms: Terms

    async def __call__(self, *, connection: Connection) -> MarkerOpened:
        """Raises EventNotFound, EventOver, EventNotStarted, MayNotMark, YouAreWaiting, and as
        `MarkMe`.
        """
        actor = connection.user_id

        def work(unit: ports.Unit) -> MarkerOpened:
            footing = _lock_for_opening(unit, connection)
            added = _add_connection(unit, connection, footing, self.terms)
            event, now = footing.event, unit.now()
            event.check_not_over(now)
            event.check_started(now)
            check_lets_mark(unit, event, actor)
            mine = added.places[actor]
            check_not_waiting(mine)
            _check_may_open(added.others_open_count)
            joined = mine.joined()
            if joined != mine:
                unit.places.put(joined)
                unit.announce(PlaceChanged(joined, now))
            return MarkerOpened(find_held(actor, added.places.values()), now)

        return await self.transact(work)


def _lock_for_opening(unit: ports.Unit, connection: Connection) -> OpeningFooting:
    """Locks the session that a socket is opened with, as `make_and_lock_places`, then the event.

    A log-out locks the session, too, before the places: it either finds this connection or keeps
    it from being opened. Whoever changes the event waits for this connection, or is seen.
    """
    unit.sessions.lock(connection.session_id)
    unit.places.make(connection.event_id, connection.user_id)
    footing = unit.footings.lock_for_opening(connection, CONNECTIONS_READ)
    if footing is None:
        raise_without_place(unit, connection.user_id)
    return footing


class _Added(NamedTuple):
    """What a person finds who opens a socket, once all that had run out has been ended."""

    places: Mapping[UserId, Place]  # their own, and that of whom they hold
    others_open_count: int  # sockets of theirs beside this one


def _add_connection(
    unit: ports.Unit, connection: Connection, footing: OpeningFooting, terms: Terms
) -> _Added:
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
        places = unit.places.lock(event_id, [user_id], with_held_by=user_id)
    settled = {
        each.user_id: end_hold(unit, each, process, terms) if each.hold_has_lapsed(now) else each
        for each in places.values()
    }
    lost = [each for each in theirs if each.is_lost(now, process.process_id, terms)]
    unit.connections.remove([each.connection_id for each in lost if each.role is connection.role])
    unit.connections.add(connection)
    return _Added(settled, len(theirs) - len(lost))


def _check_may_open(others_open_count: int) -> None:
    """Checks that a person may open one socket more in an event. Raises TooManySockets."""
    if others_open_count >= MAX_SOCKETS:
        raise TooManySockets
