"""A lecture that has begun, and the calls about events, over a world in memory."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from attendance_core.attendance import GetAttendance, GetMyAttendance
from attendance_core.events import (
    CreateEvent,
    DeleteEvent,
    Event,
    EventQuery,
    GetCreatedEvents,
    GetEventByID,
    GetEvents,
    GetJoinedEvents,
    JoinEvent,
    LeaveEvent,
    Membership,
)
from attendance_core.testing.clock import NOON
from attendance_core.testing.machine.driving import drive
from attendance_core.vocabulary import EventId, UserId
from tests.support.world import World

ANNA, BORIS, VERA = UserId(1), UserId(2), UserId(3)  # Anna creates


class Calendar:
    """A world whose lecture has begun, and the calls about events."""

    def __init__(self) -> None:
        self.world = World()
        transact, observe = self.world.store.transact, self.world.store.observe
        self.lecture = self.world.event_id
        self._create = CreateEvent(transact, self.world.ids)
        self._get, self._search = GetEventByID(observe), GetEvents(observe)
        self._join, self._leave = JoinEvent(transact), LeaveEvent(transact, self.world.terms)
        self._delete = DeleteEvent(transact)
        self._created, self._joined = GetCreatedEvents(observe), GetJoinedEvents(observe)
        self._attendance, self._mine = GetAttendance(observe), GetMyAttendance(observe)

    def creates(self, name: str, starts: float = NOON, ends: float = NOON + 60) -> Event:
        return drive(self._create(actor=ANNA, name=name, starts_at=starts, ends_at=ends))

    def gets(self, event_id: EventId) -> Event:
        return drive(self._get(event_id=event_id)).event

    def finds(self, name: str | None, limit: int | None = None, offset: int = 0) -> list[str]:
        return names(drive(self._search(name=name, query=EventQuery(limit, offset))))

    def joins(self, actor: UserId) -> None:
        drive(self._join(actor=actor, event_id=self.lecture))

    def leaves(self, actor: UserId) -> None:
        drive(self._leave(actor=actor, event_id=self.lecture))

    def deletes(self, actor: UserId) -> None:
        drive(self._delete(actor=actor, event_id=self.lecture))

    def created(self, actor: UserId) -> list[str]:
        return names(drive(self._created(actor=actor)))

    def joined(self, actor: UserId) -> list[str]:
        return names(drive(self._joined(actor=actor)))

    def states(self) -> dict[UserId, str]:
        seen = drive(self._attendance(actor=ANNA, event_id=self.lecture))
        return {person.user_id: state for person, state in seen}

    def vera_marks_boris(self) -> None:
        self.world.waits(BORIS)
        marker = self.world.comes_to_mark(VERA)
        self.world.chooses(marker, BORIS)
        drive(self.world.confirm(connection=marker))


def names(events: Iterable[Event | Membership]) -> list[str]:
    return [(each.event if isinstance(each, Membership) else each).name for each in events]


@pytest.fixture
def calendar() -> Calendar:
    return Calendar()
