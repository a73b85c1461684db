"""Who may mark others in an event, and who organises it. Contract: 8.5, 8.6."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Protocol

from attendance_core import ports
from attendance_core.errors import MayNotMark
from attendance_core.vocabulary import EventId, UserId


class WhoMarks(Enum):
    """Who may mark others in an event; the values are what goes over the wire."""

    EVERYBODY = "everybody"
    CONFIRMED = "confirmed"  # who has the tick, and the organisers
    ORGANISERS = "organisers"  # the creator and the helpers


class Organised(Protocol):
    """Names as much of an event as says who may do what in it."""

    @property
    def event_id(self) -> EventId: ...
    @property
    def creator_id(self) -> UserId: ...
    @property
    def who_marks(self) -> WhoMarks: ...


def is_organiser(unit: ports.Unit, event: Organised, user_id: UserId) -> bool:
    """Tells whether this person created the event or helps in it."""
    return event.creator_id == user_id or unit.helpers.has(event.event_id, user_id)


def may_mark(unit: ports.Unit, event: Organised, user_id: UserId) -> bool:
    """Tells whether the event lets this person mark."""
    return user_id in those_who_may_mark(unit, event, [user_id])


def those_who_may_mark(
    unit: ports.Unit, event: Organised, user_ids: Iterable[UserId]
) -> frozenset[UserId]:
    """Finds those of these people whom the event lets mark. Contract: 8.6."""
    people = frozenset(user_ids)
    others = people - {event.creator_id}
    if event.who_marks is WhoMarks.EVERYBODY or not others:
        return people
    others -= {helper.user_id for helper in unit.helpers.of(event.event_id)}
    if event.who_marks is WhoMarks.ORGANISERS or not others:
        return people - others
    summaries = unit.profiles.summaries(sorted(others))
    return people - others | {each.user_id for each in summaries if each.confirmed}


def check_lets_mark(unit: ports.Unit, event: Organised, user_id: UserId) -> None:
    """Passes one whom the event lets mark. Raises MayNotMark."""
    if not may_mark(unit, event, user_id):
        raise MayNotMark
