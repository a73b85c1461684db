"""What a marker's client says over its socket, as use cases: hold, confirm, refuse. Contract: 6.

Each is one transaction over a fixed number of rows: it finds its own connection, locks the
places it depends on, asks the rules in `places`, writes, announces.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from attendance_core import ports
from attendance_core.arguments import check_kinds, check_kinds_given
from attendance_core.marking.announcements import PlaceChanged
from attendance_core.marking.connections import CONNECTIONS_READ, Connection, Process
from attendance_core.marking.endings import find_ending
from attendance_core.marking.holds import choose, mark
from attendance_core.marking.moves import ConnectionsByPerson, end_hold
from attendance_core.marking.outcomes import Outcome
from attendance_core.marking.places import Marked, Place, find_held, get_held
from attendance_core.marking.terms import Terms
from attendance_core.marking.who_marks import Organised
from attendance_core.repositories import Footing
from attendance_core.vocabulary import Instant, UserId


class _CheckedFooting(NamedTuple):
    """What a command stands on whose connection is there, and whose event is on.

    The command acts at the instant ``at`` that this was seen at, so that nothing is done behind
    the end.
    """

    at: Instant
    places: Mapping[UserId, Place]  # locked
    event: Organised
    judge: Process | None  # the process of its socket
    connections_of: ConnectionsByPerson


def _checked_footing(
    unit: ports.Unit, connection: Connection, footing: Footing | None
) -> _CheckedFooting:
    """Checks that the connection of a command is there, and the event on.

    Raises EventOver, and what `find_ending` says of a connection that is gone.
    """
    if footing is None or footing.connection is None:
        raise find_ending(unit, connection).as_error()
    at = unit.now()
    footing.event.check_not_over(at)
    return _CheckedFooting(
        at=at,
        places=footing.places,
        event=footing.event,
        judge=footing.connection.process,
        connections_of=footing.connections_of,
    )


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
            checked = _checked_footing(unit, connection, footing)
            at = checked.at
            chosen = choose(
                unit,
                checked.event,
                marker,
                target,
                at=at,
                locked=checked.places,
                judge=checked.judge,
                terms=self.terms,
                connections_of=checked.connections_of,
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
        """Confirms ``target``, where given: the person held, or one whose standing mark is mine;
        of the latter the answer is the same, and nothing changes or is paid. Raises NobodyHeld,
        NotHeld, EventOver, and what `find_ending` says.
        """
        check_kinds_given(target=target)
        marker = connection.user_id

        def work(unit: ports.Unit) -> Outcome:
            targets = () if target is None else (target,)
            # Nobody changes the event: no mark is behind the end of one that is shortened
            footing = unit.footings.lock_for_mark(connection, targets)
            checked = _checked_footing(unit, connection, footing)
            at, places = checked.at, checked.places
            if target is not None and target in places:
                place = places[target]
                if isinstance(place.state, Marked) and place.state.marker == marker:
                    return Outcome(place, at, changed=False)
            held = get_held(marker, target, holding=find_held(marker, places.values()), now=at)
            return mark(
                unit, held, marker, self.terms, at=at, commanded_by=connection.connection_id
            )

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
            checked = _checked_footing(unit, connection, footing)
            holding = find_held(marker, checked.places.values())
            held = get_held(marker, target, holding=holding, now=checked.at)
            given_back = end_hold(
                unit,
                held,
                checked.judge,
                self.terms,
                connections_of=checked.connections_of,
                commanded_by=connection.connection_id,
            )
            return Outcome(given_back, checked.at)

        return await self.transact(work)
