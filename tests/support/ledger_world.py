"""An event whose ledger is written and put right, by the rules alone."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from attendance_core.attendance import (
    AnnulMark,
    GetAttendance,
    GetLedger,
    GetMyAttendance,
    LedgerLine,
    MarkParticipant,
)
from attendance_core.events import LeaveEvent
from attendance_core.events.organisers import AddHelper
from attendance_core.marking.connections import Connection
from attendance_core.marking.ledger import AnnulReason
from attendance_core.profiles import Confirmation, ConfirmationScan
from attendance_core.testing.machine.driving import drive
from attendance_core.vocabulary import FileKey, ScanId, UserId
from tests.support.world import World

CREATOR, BORIS, VERA, GLEB = (UserId(number) for number in (1, 2, 3, 4))
OTHER, NOT_ME = AnnulReason.OTHER, AnnulReason.NOT_ME


class LedgerWorld(World):
    """A world with the calls that write its ledger and read it.

    The event is the first person's; the second waits, the third marks.
    """

    def __init__(self) -> None:
        super().__init__()
        transact, observe = self.store.transact, self.store.observe
        self._by_hand, self._annul = MarkParticipant(transact), AnnulMark(transact)
        self._sheet, self._mine = GetAttendance(observe), GetMyAttendance(observe)
        self._ledger, self._leave = GetLedger(observe), LeaveEvent(transact, self.terms)

    def marks_boris(self) -> Connection:
        """Has Vera mark him by a hold; answers her socket."""
        self.waits(BORIS)
        marking = self.comes_to_mark(VERA)
        drive(self.prepare(connection=marking, target=BORIS))
        drive(self.confirm(connection=marking, target=BORIS))
        return marking

    def by_hand(self, actor: int, user_id: int, note: str = "") -> int:
        return drive(
            self._by_hand(
                actor=UserId(actor), event_id=self.event_id, user_id=UserId(user_id), note=note
            )
        )

    def annul(
        self,
        actor: int,
        n: int = 1,
        reason: AnnulReason = OTHER,
        user_id: int = BORIS,
        note: str = "",
    ) -> int:
        who = UserId(user_id)
        return drive(
            self._annul(
                actor=UserId(actor),
                event_id=self.event_id,
                user_id=who,
                n=n,
                reason=reason,
                note=note,
            )
        )

    def ledger(self, actor: int = CREATOR, user_id: int | None = None) -> list[LedgerLine]:
        """Lists it, the newest first."""
        who = None if user_id is None else UserId(user_id)
        return list(drive(self._ledger(actor=UserId(actor), event_id=self.event_id, user_id=who)))

    def helps(self, user_id: int) -> None:
        add = AddHelper(self.store.transact)
        drive(add(actor=CREATOR, event_id=self.event_id, user_id=UserId(user_id)))

    def gives_tick(self, user_id: int) -> None:
        who, now = UserId(user_id), self.clock.now()
        scan = ConfirmationScan(
            who, FileKey("f"), now, Confirmation.APPROVED, now, scan_id=ScanId(uuid4())
        )
        drive(self.store.transact(lambda unit: unit.scans.put(scan)))

    def on_sheet(self, user_id: int) -> Any:
        """Finds a person on the sheet, with the state that is seen."""
        sheet = drive(self._sheet(actor=CREATOR, event_id=self.event_id))
        return next(each for each in sheet if each.person.user_id == user_id)


@pytest.fixture
def world() -> LedgerWorld:
    return LedgerWorld()
