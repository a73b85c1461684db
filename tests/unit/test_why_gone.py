"""Why a socket that has gone was ended, as its store knows it. Contract: 6.9."""

from __future__ import annotations

from attendance_core.accounts import LogOut
from attendance_core.events import LeaveEvent
from attendance_core.marking.connections import Connection, Role
from attendance_core.marking.endings import Ending, FindEnding
from attendance_core.testing.lectures import session_of
from attendance_core.testing.machine.driving import drive
from attendance_core.vocabulary import UserId
from tests.support.world import World


class TestWhyGone:
    def why(self, world: World, connection: Connection) -> Ending:
        return drive(FindEnding(world.store.observe)(connection=connection))

    def test_the_reason_is_found_in_the_store(self, world: World) -> None:
        waiting, left = world.waits(2), world.waits(3)
        assert self.why(world, left) is Ending.FORGOTTEN
        drive(
            LeaveEvent(world.store.transact, world.terms)(actor=UserId(3), event_id=world.event_id)
        )
        world.clock.pass_(3600)
        assert self.why(world, waiting) is Ending.OVER
        assert self.why(world, left) is Ending.LEFT
        drive(LogOut(world.store.transact, world.terms)(session_id=session_of(3)))
        assert self.why(world, left) is Ending.LOGGED_OUT
        drive(world.store.transact(lambda unit: unit.events.remove(world.event_id)))
        assert self.why(world, left) is Ending.DELETED

    def test_one_who_never_was_there_has_left(self, world: World) -> None:
        assert self.why(world, world.connection(3, Role.MARKING)) is Ending.LEFT
