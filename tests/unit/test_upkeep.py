"""Who counts as present, and what a late sweep must not get wrong. Contract: 6.2, 6.6, 6.13."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

import pytest

from attendance_core.accounts import LogOut
from attendance_core.errors import (
    LeaseLost,
    NobodyHeld,
    NotWaiting,
    Taken,
    YouAreWaiting,
)
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


def chooses(world: World, marker: Connection, user_id: int) -> None:
    drive(world.prepare(connection=marker, target=UserId(user_id)))


def unswept(world: World, seconds: float) -> None:
    """Time passes and leases are renewed, but no sweep comes by."""
    for _ in range(int(seconds)):
        world.clock.pass_(1)
        drive(world.renew(process_id=world.process_id))


class TestALateSweep:
    def test_one_whose_grace_is_over_may_mark(self, world: World) -> None:
        world.breaks_off(world.waits(2))
        unswept(world, 15)
        world.marks(2)
        assert world.place(2).state is None

    def test_one_whose_grace_is_over_asks_anew_at_the_end(self, world: World) -> None:
        world.breaks_off(world.waits(2))
        unswept(world, 15)
        world.waits(2)
        assert world.place(2).state == Waiting(NOON + 15)

    def test_a_lapsed_hold_on_one_who_has_gone_is_in_nobodys_way(self, world: World) -> None:
        waiting = world.waits(2)
        chooses(world, world.marks(3), 2)
        world.says_goodbye(waiting)
        unswept(world, 90)
        world.marks(2)
        assert world.place(2).state is None

    def test_a_lapsed_hold_on_one_who_is_there_leaves_them_waiting(self, world: World) -> None:
        world.waits(2)
        chooses(world, world.marks(3), 2)
        unswept(world, 90)
        with pytest.raises(YouAreWaiting):
            world.marks(2)

    def test_the_hold_of_a_marker_whose_grace_is_over_has_ended(self, world: World) -> None:
        world.waits(2)
        marker = world.marks(3)
        chooses(world, marker, 2)
        world.breaks_off(marker)
        unswept(world, 15)
        assert drive(world.ready_to_mark(connection=world.connection(3, Role.MARKING))).holding is (
            None
        )
        assert world.place(2).state == Waiting(NOON)

    def test_one_whose_own_hold_has_lapsed_may_wait(self, world: World) -> None:
        world.waits(2)
        chooses(world, world.marks(3), 2)
        unswept(world, 90)
        world.waits(3)
        assert world.place(2).state == Waiting(NOON)

    def test_a_marker_whose_grace_of_waiting_is_over_may_choose(self, world: World) -> None:
        world.waits(2)
        marker = world.marks(3)
        world.breaks_off(world.waits(3))
        unswept(world, 14)
        with pytest.raises(YouAreWaiting):
            chooses(world, marker, 2)
        unswept(world, 1)
        chooses(world, marker, 2)
        assert isinstance(world.place(2).state, Held)
        assert world.place(3).state is None

    def test_a_lapsed_hold_on_the_marker_who_has_gone_from_the_list_is_ended(
        self, world: World
    ) -> None:
        world.waits(2)
        marker, waiting = world.marks(3), world.waits(3)
        chooses(world, world.marks(4), 3)
        world.says_goodbye(waiting)
        unswept(world, 90)
        chooses(world, marker, 2)
        assert world.place(3).state is None

    def test_choosing_another_after_ones_hold_has_lapsed_gives_the_first_back(
        self, world: World
    ) -> None:
        world.waits(1)
        world.waits(2)
        marker = world.marks(3)
        chooses(world, marker, 2)
        unswept(world, 90)
        outcome = drive(world.prepare(connection=marker, target=UserId(1)))
        assert outcome.ended == (world.place(2),)
        assert world.place(2).state == Waiting(NOON)

    def test_a_refused_choice_ends_nothing(self, world: World) -> None:
        waiting = world.waits(2)
        chooses(world, world.marks(3), 2)
        world.says_goodbye(waiting)
        unswept(world, 90)
        held = world.place(2)
        with pytest.raises(NotWaiting):
            chooses(world, world.marks(4), 2)
        assert world.place(2) == held

    def test_a_live_hold_is_taken_whoever_asks(self, world: World) -> None:
        world.waits(2)
        chooses(world, world.marks(3), 2)
        unswept(world, 89)
        with pytest.raises(Taken):
            chooses(world, world.marks(4), 2)


class TestComingBack:
    def test_the_grace_of_a_lost_socket_ends_with_a_new_one(self, world: World) -> None:
        world.breaks_off(world.waits(2))
        world.says_goodbye(world.waits(2))
        assert world.place(2).state is None

    def test_a_new_socket_to_mark_does_not_end_the_grace_of_a_hold_on_one(
        self, world: World
    ) -> None:
        world.waits(2)
        marker = world.marks(3)
        chooses(world, marker, 2)
        world.breaks_off(marker)
        world.says_goodbye(world.marks(3))
        assert world.place(2).state == Waiting(NOON)

    def test_given_back_within_the_grace_one_returns_to_the_old_place(self, world: World) -> None:
        waiting, marker = world.waits(2), world.marks(3)
        chooses(world, marker, 2)
        world.breaks_off(waiting)
        world.advance(14)
        drive(world.refuse(connection=marker))
        assert world.place(2).state == Waiting(NOON)

    def test_hanging_up_twice_changes_nothing(self, world: World) -> None:
        waiting = world.waits(2)
        world.breaks_off(waiting)
        world.advance(10)
        world.breaks_off(waiting)
        world.advance(5)
        assert world.place(2).state is None
        world.says_goodbye(waiting)


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
        chooses(world, world.marks(3), 2)
        world.breaks_off(world.waits(4))
        unswept(world, 90)
        assert drive(world.sweep(process_id=world.process_id)) == 2
        assert drive(world.sweep(process_id=world.process_id)) == 0

    def test_what_another_has_ended_meanwhile_it_leaves_alone(self, world: World) -> None:
        world.waits(2)
        marker = world.marks(3)
        chooses(world, marker, 2)
        world.breaks_off(world.waits(4))
        unswept(world, 90)
        others: list[Callable[[], object]] = [
            lambda: chooses(world, world.marks(3), 2),
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
        chooses(world, marker, 2)
        reading = drive(
            world.read_room(
                event_id=world.event_id, process_id=world.process_id, watched=[UserId(3)]
            )
        )
        assert reading.listed == [world.place(2)]
        assert reading.watched_places == [world.place(3)]
        assert reading.connection_ids == {waiting.connection_id, marker.connection_id}
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
        for _ in range(7):
            world.clock.pass_(2)
            drive(world.renew(process_id=world.process_id))
        assert self.markers(world) == {2}
        world.clock.pass_(1)
        assert self.markers(world) == set()
