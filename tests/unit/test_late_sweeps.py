"""What people meet whose graces and holds are over, before a sweep comes by. Contract: 6."""

from __future__ import annotations

import pytest

from attendance_core.errors import NotWaiting, Taken, YouAreWaiting
from attendance_core.marking.connections import Role
from attendance_core.marking.places import Held, Waiting
from attendance_core.testing.clock import NOON
from attendance_core.testing.machine.driving import drive
from tests.support.world import World


class TestALateSweep:
    def test_one_whose_grace_is_over_may_mark(self, world: World) -> None:
        world.breaks_off(world.waits(2))
        world.advance_unswept(15)
        world.comes_to_mark(2)
        assert world.place(2).state is None

    def test_one_whose_grace_is_over_asks_anew_at_the_end(self, world: World) -> None:
        world.breaks_off(world.waits(2))
        world.advance_unswept(15)
        world.waits(2)
        assert world.place(2).state == Waiting(NOON + 15)

    def test_a_lapsed_hold_on_one_who_has_gone_is_in_nobodys_way(self, world: World) -> None:
        waiting = world.waits(2)
        world.chooses(world.comes_to_mark(3), 2)
        world.says_goodbye(waiting)
        world.advance_unswept(90)
        world.comes_to_mark(2)
        assert world.place(2).state is None

    def test_a_lapsed_hold_on_one_who_is_there_leaves_them_waiting(self, world: World) -> None:
        world.waits(2)
        world.chooses(world.comes_to_mark(3), 2)
        world.advance_unswept(90)
        with pytest.raises(YouAreWaiting):
            world.comes_to_mark(2)

    def test_the_hold_of_a_marker_whose_grace_is_over_has_ended(self, world: World) -> None:
        world.waits(2)
        marker = world.comes_to_mark(3)
        world.chooses(marker, 2)
        world.breaks_off(marker)
        world.advance_unswept(15)
        assert drive(world.ready_to_mark(connection=world.connection(3, Role.MARKING))).holding is (
            None
        )
        assert world.place(2).state == Waiting(NOON)

    def test_one_whose_own_hold_has_lapsed_may_wait(self, world: World) -> None:
        world.waits(2)
        world.chooses(world.comes_to_mark(3), 2)
        world.advance_unswept(90)
        world.waits(3)
        assert world.place(2).state == Waiting(NOON)

    def test_a_marker_whose_grace_of_waiting_is_over_may_choose(self, world: World) -> None:
        world.waits(2)
        marker = world.comes_to_mark(3)
        world.breaks_off(world.waits(3))
        world.advance_unswept(14)
        with pytest.raises(YouAreWaiting):
            world.chooses(marker, 2)
        world.advance_unswept(1)
        world.chooses(marker, 2)
        assert isinstance(world.place(2).state, Held)
        assert world.place(3).state is None

    def test_a_lapsed_hold_on_the_marker_who_has_gone_from_the_list_is_ended(
        self, world: World
    ) -> None:
        world.waits(2)
        marker, waiting = world.comes_to_mark(3), world.waits(3)
        world.chooses(world.comes_to_mark(4), 3)
        world.says_goodbye(waiting)
        world.advance_unswept(90)
        world.chooses(marker, 2)
        assert world.place(3).state is None

    def test_choosing_another_after_ones_hold_has_lapsed_gives_the_first_back(
        self, world: World
    ) -> None:
        world.waits(1)
        world.waits(2)
        marker = world.comes_to_mark(3)
        world.chooses(marker, 2)
        world.advance_unswept(90)
        outcome = world.chooses(marker, 1)
        assert outcome.ended == (world.place(2),)
        assert world.place(2).state == Waiting(NOON)

    def test_a_refused_choice_ends_nothing(self, world: World) -> None:
        waiting = world.waits(2)
        world.chooses(world.comes_to_mark(3), 2)
        world.says_goodbye(waiting)
        world.advance_unswept(90)
        held = world.place(2)
        with pytest.raises(NotWaiting):
            world.chooses(world.comes_to_mark(4), 2)
        assert world.place(2) == held

    def test_a_live_hold_is_taken_whoever_asks(self, world: World) -> None:
        world.waits(2)
        world.chooses(world.comes_to_mark(3), 2)
        world.advance_unswept(89)
        with pytest.raises(Taken):
            world.chooses(world.comes_to_mark(4), 2)


class TestComingBack:
    def test_the_grace_of_a_lost_socket_ends_with_a_new_one(self, world: World) -> None:
        world.breaks_off(world.waits(2))
        world.says_goodbye(world.waits(2))
        assert world.place(2).state is None

    def test_a_new_socket_to_mark_does_not_end_the_grace_of_a_hold_on_one(
        self, world: World
    ) -> None:
        world.waits(2)
        marker = world.comes_to_mark(3)
        world.chooses(marker, 2)
        world.breaks_off(marker)
        world.says_goodbye(world.comes_to_mark(3))
        assert world.place(2).state == Waiting(NOON)

    def test_given_back_within_the_grace_one_returns_to_the_old_place(self, world: World) -> None:
        waiting, marker = world.waits(2), world.comes_to_mark(3)
        world.chooses(marker, 2)
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
