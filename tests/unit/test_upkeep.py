"""Who counts as present, what a sweep ends, what a room shows. Contract: 6.2, 6.6, 6.13."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

import pytest

from attendance_core.accounts import LogOut
from attendance_core.errors import LeaseLost, NobodyHeld
from attendance_core.events import DeleteEvent, LeaveEvent
from attendance_core.marking.connections import Connection, Process, Role
from attendance_core.marking.endings import Ending, FindEnding
from attendance_core.marking.places import Held, Place, Waiting
from attendance_core.marking.terms import Terms
from attendance_core.marking.upkeep import Sweep
from attendance_core.ports import Unit
from attendance_core.testing.clock import NOON
from attendance_core.testing.lectures import session_of
from attendance_core.testing.machine.driving import drive
from attendance_core.vocabulary import ProcessId, UserId
from tests.support.world import World

T = TypeVar("T")


class TestJudging:
    TERMS = Terms()

    def test_nobody_judges_before_a_grace_has_passed_unbroken(self) -> None:
        process = Process(World().process_id, renewed_at=114, unbroken_since=100)
        assert not process.may_judge(114.9, self.TERMS)
        assert process.may_judge(115, self.TERMS)

    def test_one_who_overslept_judges_nobody(self) -> None:
        process = Process(World().process_id, renewed_at=200, unbroken_since=100)
        assert process.may_judge(207.9, self.TERMS)
        assert not process.may_judge(208, self.TERMS)

    def test_a_process_that_overslept_withdraws_nobody_of_another(self, world: World) -> None:
        world.advance(20)
        other = world.process()
        world.waits(2, other)
        here = world.waits(2)
        world.clock.pass_(60)
        world.says_goodbye(here)
        assert isinstance(world.place(2).state, Waiting)

    def test_a_socket_of_a_process_nobody_knows_counts_as_gone(self, world: World) -> None:
        world.advance(20)
        process = drive(world.store.observe(lambda unit: unit.processes.find(world.process_id)))
        stray = world.connection(2, Role.MARK_ME, ProcessId(UUID(int=77)))
        assert not stray.is_present(world.clock.now(), process, world.terms)
        assert stray.is_present(world.clock.now(), None, world.terms)


class TestSweep:
    def test_one_who_lost_the_lease_sweeps_nothing(self, world: World) -> None:
        world.clock.pass_(world.terms.lease_seconds)
        with pytest.raises(LeaseLost):
            drive(world.sweep(process_id=world.process_id))

    def test_a_new_process_forgets_those_long_idle(self, world: World) -> None:
        old = world.process_id
        world.clock.pass_(80)
        world.process()
        assert drive(world.store.observe(lambda unit: unit.processes.find(old))) is None

    def test_it_says_how_many_it_ended(self, world: World) -> None:
        world.waits(2)
        world.chooses(world.marks(3), 2)
        world.breaks_off(world.waits(4))
        world.advance_unswept(90)
        assert drive(world.sweep(process_id=world.process_id)) == 2
        assert drive(world.sweep(process_id=world.process_id)) == 0

    def test_what_another_has_ended_meanwhile_it_leaves_alone(self, world: World) -> None:
        world.waits(2)
        marker = world.marks(3)
        world.chooses(marker, 2)
        world.breaks_off(world.waits(4))
        world.advance_unswept(90)
        others: list[Callable[[], object]] = [
            lambda: world.chooses(world.marks(3), 2),
            lambda: world.waits(4),
        ]
        quicker = iter(others)

        async def overtaken(work: Callable[[Unit], T]) -> T:
            next(quicker)()
            return await world.store.transact(work)

        drive(Sweep(overtaken, world.store.observe, world.terms)(process_id=world.process_id))
        state = world.place(2).state
        assert isinstance(state, Held) and state.until == NOON + 180
        assert world.place(4).state == Waiting(NOON + 90)


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


class TestReadRoom:
    def test_it_shows_the_room_at_one_moment(self, world: World) -> None:
        waiting, marker = world.waits(2), world.marks(3)
        world.chooses(marker, 2)
        reading = drive(
            world.read_room(
                event_id=world.event_id, process_id=world.process_id, watched=[UserId(3)]
            )
        )
        assert reading.listed == [world.place(2)]
        assert reading.watched_places == [world.place(3)]
        assert reading.connection_ids_here == {waiting.connection_id, marker.connection_id}
        assert reading.ending is None

    def test_of_a_deleted_event_there_is_nothing(self, world: World) -> None:
        drive(DeleteEvent(world.store.transact)(actor=UserId(1), event_id=world.event_id))
        reading = drive(
            world.read_room(event_id=world.event_id, process_id=world.process_id, watched=[])
        )
        assert reading.ending is Ending.DELETED


class TestPlace:
    def test_only_what_can_change_counts_as_a_change(self, world: World) -> None:
        place = Place(world.event_id, UserId(2), member=True)
        assert place.joined() is place
        assert place.withdrawn() is place
        assert place.released(NOON, present=True) is place

    def test_nobody_is_marked_but_by_who_holds_them(self, world: World) -> None:
        place = Place(world.event_id, UserId(2), member=True)
        held = place.asked(NOON).held(UserId(3), NOON, 90)
        for by, now in ((UserId(4), NOON), (UserId(3), NOON + 90)):
            with pytest.raises(NobodyHeld):
                held.marked(by, now)


class TestWhoIsThereToMark:
    """Contract: 6.16, with a present socket, on whatever process."""

    def markers(self, world: World) -> frozenset[UserId]:
        reading = world.read_room(event_id=world.event_id, process_id=world.process_id, watched=())
        return drive(reading).marker_ids

    def test_each_once_and_nobody_who_waits(self, world: World) -> None:
        world.waits(1)
        for marker in (2, 2, 3):
            world.marks(marker, world.process())
        assert self.markers(world) == {2, 3}

    def test_a_loss_has_a_grace_and_a_goodbye_has_none(self, world: World) -> None:
        world.waits(1)
        lost, gone = world.marks(2), world.marks(3)
        world.breaks_off(lost)
        world.says_goodbye(gone)
        assert self.markers(world) == {2}
        world.clock.pass_(15)
        assert self.markers(world) == set()

    def test_those_of_a_dead_process_go_after_the_grace_though_nobody_swept(
        self, world: World
    ) -> None:
        world.waits(1)
        world.advance(20)
        world.marks(2, world.process())
        world.advance_unswept(14)
        assert self.markers(world) == {2}
        world.clock.pass_(1)
        assert self.markers(world) == set()
