"""Looks whether people who are said to be marked are, before they are told so. Contract: 8.7."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from attendance_core import ports
from attendance_core.arguments import check_kinds
from attendance_core.marking.places import Place
from attendance_core.vocabulary import EventId, UserId


@dataclass(frozen=True, slots=True)
class ReadPlaces:
    """Reads what has become of people who are said to be marked, before they are told so."""

    observe: ports.Observe

    async def __call__(self, *, event_id: EventId, user_ids: Sequence[UserId]) -> Sequence[Place]:
        """Reads one moment of the truth. Contract: 8.7. Raises Unavailable."""
        check_kinds(event_id=event_id)
        return await self.observe(lambda unit: unit.places.of(event_id, user_ids))
