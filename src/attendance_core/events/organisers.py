"""Who organises an event: its creator, and the helpers that they name. Contract: 8.5."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from attendance_core import ports
from attendance_core.arguments import check_kinds
from attendance_core.errors import HelperOfOneself, NotAnOrganiser, NotTheCreator, TooManyHelpers
from attendance_core.limits import ADDED_HELPERS, count_or_raise
from attendance_core.marking.connections import Role
from attendance_core.marking.leaving_out import (
    LockedPlaces,
    end_left_out,
    transact_leaving_out,
)
from attendance_core.marking.terms import Terms
from attendance_core.marking.who_marks import Organised, is_organiser
from attendance_core.vocabulary import EventId, UserId

MAX_HELPERS = 20  # Contract: AddHelper


@dataclass(frozen=True, slots=True)
class Helper:
    """Somebody who helps in an event. Contract: GetHelpers."""

    user_id: UserId
    display_name: str


def check_organiser(unit: ports.Unit, event: Organised, actor: UserId) -> None:
    """Checks that a person is an organiser of the event. Raises NotAnOrganiser."""
    if not is_organiser(unit, event, actor):
        raise NotAnOrganiser


@dataclass(frozen=True, slots=True)
class AddHelper:
    """Has a person help in an event, joined or not. Contract: POST /api/events/AddHelper."""

    transact: ports.Transact

    async def __call__(self, *, actor: UserId, event_id: EventId, user_id: UserId) -> None:
        """Does nothing where they help already.

        Raises EventNotFound, NotTheCreator, HelperOfOneself, PersonNotFound, TooManyHelpers,
        TooManyRequests.
        """
        check_kinds(actor=actor, event_id=event_id, user_id=user_id)

        def work(unit: ports.Unit) -> None:
            event = unit.events.lock(event_id)
            if event.creator_id != actor:
                raise NotTheCreator
            if user_id == actor:
                raise HelperOfOneself
            unit.profiles.lock_shared([user_id])
            helping = {helper.user_id for helper in unit.helpers.of(event_id)}
            if user_id in helping:
                return
            if len(helping) >= MAX_HELPERS:
                raise TooManyHelpers(most=MAX_HELPERS)
            count_or_raise(unit, ADDED_HELPERS, str(event_id))
            unit.helpers.add(event_id, user_id, unit.now())

        await self.transact(work)


@dataclass(frozen=True, slots=True)
class RemoveHelper:
    """Has a person help no more; where only helpers mark, their sockets for it close.

    Contract: POST /api/events/RemoveHelper, 8.6.
    """

    transact: ports.Transact
    terms: Terms

    async def __call__(self, *, actor: UserId, event_id: EventId, user_id: UserId) -> None:
        """Does nothing where they do not help. Raises EventNotFound, NotTheCreator."""
        check_kinds(actor=actor, event_id=event_id, user_id=user_id)

        def work(unit: ports.Unit, places: LockedPlaces) -> None:
            event = unit.events.lock(event_id)
            if actor not in (event.creator_id, user_id):
                raise NotTheCreator
            if not unit.helpers.has(event_id, user_id):
                return
            unit.helpers.remove(event_id, user_id)
            theirs = unit.connections.of(event_id, user_id)
            marking = [each for each in theirs if each.role is Role.MARKING]
            end_left_out(unit, event, marking, places, self.terms)

        await transact_leaving_out(self.transact, event_id, work)


@dataclass(frozen=True, slots=True)
class GetHelpers:
    """Lists who helps in an event, for its organisers. Contract: GET /api/events/GetHelpers."""

    observe: ports.Observe

    async def __call__(self, *, actor: UserId, event_id: EventId) -> Sequence[Helper]:
        """Lists them in the order they were added. Raises EventNotFound, NotAnOrganiser."""
        check_kinds(actor=actor, event_id=event_id)

        def look(unit: ports.Unit) -> Sequence[Helper]:
            check_organiser(unit, unit.events.get(event_id), actor)
            return unit.helpers.of(event_id)

        return await self.observe(look)
