"""The world of the kit, in memory."""

from __future__ import annotations

from typing import Final

from attendance_adapters.in_memory import MemoryStore
from attendance_core.marking.at_once import MarkAtOnce
from attendance_core.marking.connections import Connection
from attendance_core.marking.outcomes import Outcome
from attendance_core.marking.terms import Terms
from attendance_core.testing.machine import world
from attendance_core.testing.machine.driving import drive
from attendance_core.vocabulary import UserId

SECONDS_TO_THE_END: Final = 3540  # of the event: it began a minute ago, and lasts an hour


class World(world.World):
    """An event that has begun, one process, and people 1, 2, 3... with a session each."""

    store: MemoryStore

    def __init__(self, person_count: int = 4, terms: Terms | None = None) -> None:
        super().__init__(MemoryStore, person_count, terms)

    def chooses(self, marker: Connection, user_id: int) -> Outcome:
        return drive(self.prepare(connection=marker, target=UserId(user_id)))

    def advance_unswept(self, seconds: float) -> None:
        """Has time pass while the process lives and renews its lease, and no sweep comes by."""
        while seconds > 0:
            self.clock.pass_(min(seconds, 5))
            seconds -= 5
            drive(self.renew(process_id=self.process_id))

    def mark_at_once(self, marker: int, target: int) -> Outcome:
        do = MarkAtOnce(self.store.transact, self.terms)
        return drive(do(actor=UserId(marker), event_id=self.event_id, user_id=UserId(target)))
