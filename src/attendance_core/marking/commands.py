"""Marking, as use cases: open a socket, hang up, hold, confirm, refuse. Contract: 6.

Each is one transaction over a fixed number of rows: it finds its own connection, locks the
places it depends on, asks the rules in `places`, writes, announces.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from attendance_core import ports
from attendance_core.arguments import check_kinds, check_kinds_given
from attendance_core.marking.announcements import PlaceChanged
from attendance_core.marking.connections import CONNECTIONS_READ, Connection, Process
from attendance_core.marking.endings import find_ending
from attendance_core.marking.holds import choose, mark
from attendance_core.marking.moves import (
    Known,
    add_connection,
    check_may_open,
    end_hold,
    hang_up,
    lock_for_opening,
)
from attendance_core.marking.outcomes import AskerOpened, MarkerOpened, Outcome
from attendance_core.marking.places import (
    Marked,
    Place,
    check_may_wait,
    check_not_waiting,
    get_held,
    held_by,
)
from attendance_core.marking.terms import Terms
from attendance_core.marking.who_marks import Organised, check_lets_mark
from attendance_core.repositories import Footing
from attendance_core.vocabulary import Instant, UserId


class _Locked(NamedTuple):
    """What a command stands on, whose connection is there and whose event is on ``at`` an instant:
    that of whatever the command does, so that nothing is done behind the end.
    """

    at: Instant
    places: Mapping[UserId, Place]
    event: Organised
    judge: Process | None  # the process of its socket
    known: Known


def _checked(unit: ports.Unit, connection: Connection, footing: Footing | None) -> _Locked:
    """Finds the connection of a command there, and the event on.

    Raises EventOver, and what `find_ending` says of a connection that is gone.
    """
    if footing is None or footing.connection is None:
        raise find_ending(unit, connection).as_error()
    at = unit.now()
    footing.event.check_not_over(at)
    process = footing.connection.process
    return _Locked(at, footing.places, footing.event, process, footing.connections_of)


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
            footing = lock_for_opening(unit, connection)
            mine, now = footing.places[actor], unit.now()
            if isinstance(mine.state, Marked):
                return AskerOpened(mine, now)
            footing.event.check_not_over(now)
            places, others = add_connection(unit, connection, footing, self.terms)
            check_may_wait(holding=held_by(actor, places.values()), marker=actor, now=now)
            check_may_open(others)
            mine = places[actor]
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
            footing = lock_for_opening(unit, connection)
            places, others = add_connection(unit, connection, footing, self.terms)
            event, now = footing.event, unit.now()
            event.check_not_over(now)
            event.check_started(now)
            check_lets_mark(unit, event, actor)
            mine = places[actor]
            check_not_waiting(mine)
            check_may_open(others)
            joined = mine.joined()
            if joined != mine:
                unit.places.put(joined)
                unit.announce(PlaceChanged(joined, now))
            return MarkerOpened(held_by(actor, places.values()), now)

        return await self.transact(work)


@dataclass(frozen=True, slots=True)
class HangUp:
    """Ends sockets: by a goodbye, which counts at once, or a loss, which has a grace."""

    transact: ports.Transact
    terms: Terms

    async def __call__(self, *, connections: Sequence[Connection], goodbye: bool) -> None:
        """Notes it of all or none; does nothing for those that are gone. Contract: 6.6, 6.8."""

        def work(unit: ports.Unit) -> None:
            if not goodbye:
                unit.connections.lose([each.connection_id for each in connections], unit.now())
                return
            for each in connections:
                whose = each.user_id
                footing = unit.footings.lock_for_command(each, (), whose, CONNECTIONS_READ)
                if footing is not None and (found := footing.connection) is not None:
                    hang_up(unit, [found], found.process, self.terms, footing)

        await self.transact(work)


@dataclass(frozen=True, slots=True)
class PrepareToMark:
    """Holds a person for a marker: nobody else can choose them now."""

    transact: ports.Transact
    terms: Terms

    async def __call__(self, *, connection: Connection, target: UserId) -> Outcome:
        """Raises EventOver, and what `find_ending` says; then MayNotMark, Yourself, YouAreWaiting,
        AlreadyHolding, AlreadyMarked, Taken, NotWaiting, TooSoon.
        """
        check_kinds(target=target)
        marker = connection.user_id

        def work(unit: ports.Unit) -> Outcome:
            footing = unit.footings.lock_for_command(connection, [target], target, CONNECTIONS_READ)
            at, found, event, judge, known = _checked(unit, connection, footing)
            chosen = choose(
                unit,
                event,
                marker,
                target,
                at=at,
                found=found,
                judge=judge,
                terms=self.terms,
                known=known,
            )
            held = chosen.place
            if not chosen.is_new:
                return Outcome(held, at, changed=False, ended=chosen.ended)
            unit.places.put(held)
            unit.announce(PlaceChanged(held, at, connection.connection_id))
            return Outcome(held, at, ended=chosen.ended)

        return await self.transact(work)


@dataclass(frozen=True, slots=True)
class ConfirmMarking:
    """Marks the person held. The mark is stored before anybody is told."""

    transact: ports.Transact
    terms: Terms

    async def __call__(self, *, connection: Connection, target: UserId | None = None) -> Outcome:
        """``target``, where given, is the person held, or one whose standing mark is mine: then
        the answer is the same, and nothing changes or is paid. Raises NobodyHeld, NotHeld,
        EventOver, and what `find_ending` says.
        """
        check_kinds_given(target=target)
        marker = connection.user_id

        def work(unit: ports.Unit) -> Outcome:
            targets = () if target is None else (target,)
            # Nobody changes the event: no mark is behind the end of one that is shortened
            footing = unit.footings.lock_for_mark(connection, targets)
            at, places, *_ = _checked(unit, connection, footing)
            if target is not None and target in places:
                done = places[target]
                if isinstance(done.state, Marked) and done.state.marker == marker:
                    return Outcome(done, at, changed=False)
            held = get_held(marker, target, holding=held_by(marker, places.values()), now=at)
            command = connection.connection_id
            return mark(unit, held, marker, self.terms, at=at, commanded_by=command)

        return await self.transact(work)


@dataclass(frozen=True, slots=True)
class RefuseToMark:
    """Gives back the person held."""

    transact: ports.Transact
    terms: Terms

    async def __call__(self, *, connection: Connection, target: UserId | None = None) -> Outcome:
        """Raises NobodyHeld, NotHeld, EventOver, and what `find_ending` says."""
        check_kinds_given(target=target)
        marker = connection.user_id

        def work(unit: ports.Unit) -> Outcome:
            footing = unit.footings.lock_for_command(connection, (), target, CONNECTIONS_READ)
            at, places, _, judge, known = _checked(unit, connection, footing)
            held = get_held(marker, target, holding=held_by(marker, places.values()), now=at)
            given_back = end_hold(unit, held, judge, self.terms, known, connection.connection_id)
            return Outcome(given_back, at)

        return await self.transact(work)
