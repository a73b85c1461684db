"""An event with organisers, where others mark, over a world in memory."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from attendance_core.events import AddHelper, Event, RemoveHelper, UpdateEvent
from attendance_core.marking.connections import Connection
from attendance_core.marking.endings import Ending, FindEnding
from attendance_core.marking.who_marks import WhoMarks
from attendance_core.profiles import Confirmation, ConfirmationScan
from attendance_core.testing.clock import NOON
from attendance_core.testing.machine.driving import drive
from attendance_core.vocabulary import FileKey, ScanId, UserId
from tests.support.world import World

ANNA, BORIS, VERA, GLEB = map(UserId, (1, 2, 3, 4))  # Anna creates


class Hall:
    """A world whose lecture has begun, and what its organisers do."""

    def __init__(self) -> None:
        self.world = World()
        transact, terms = self.world.store.transact, self.world.terms
        self._update, self._add = UpdateEvent(transact, terms), AddHelper(transact)
        self._remove = RemoveHelper(transact, terms)
        self._find_ending = FindEnding(self.world.store.observe)

    def changes(self, **changes: Any) -> None:
        drive(self._update(actor=ANNA, event_id=self.world.event_id, **changes))

    def lets_mark(self, who_marks: WhoMarks) -> None:
        self.changes(who_marks=who_marks)

    def adds_helper(self, user_id: UserId) -> None:
        drive(self._add(actor=ANNA, event_id=self.world.event_id, user_id=user_id))

    def removes_helper(self, user_id: UserId) -> None:
        drive(self._remove(actor=ANNA, event_id=self.world.event_id, user_id=user_id))

    def sets_tick(self, user_id: UserId, state: Confirmation = Confirmation.APPROVED) -> None:
        scan = ConfirmationScan(
            user_id, FileKey("scan"), NOON, state, NOON, scan_id=ScanId(uuid4())
        )
        drive(self.world.store.transact(lambda unit: unit.scans.put(scan)))

    def prepares(self, marker: Connection, target: UserId) -> None:
        self.world.chooses(marker, target)

    def find_ending(self, connection: Connection) -> Ending:
        return drive(self._find_ending(connection=connection))

    def event(self) -> Event:
        event_id = self.world.event_id
        return drive(self.world.store.observe(lambda unit: unit.events.get(event_id)))

    def marking(self) -> set[UserId]:
        """Lists who has a ``marking`` socket."""
        event_id = self.world.event_id
        found = drive(self.world.store.observe(lambda unit: unit.connections.marking(event_id)))
        return {each.user_id for each in found}


@pytest.fixture
def hall() -> Hall:
    return Hall()
