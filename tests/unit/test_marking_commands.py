"""How somebody is chosen, confirmed and refused, rule by rule. Contract: 6."""

from __future__ import annotations

import pytest

from attendance_core.errors import (
    AlreadyHolding,
    AlreadyMarked,
    EventOver,
    NobodyHeld,
    NotHeld,
    NotWaiting,
    Taken,
    YouAreWaiting,
    Yourself,
)
from attendance_core.marking.announcements import PlaceChanged
from attendance_core.marking.frames import Confirmed, Prepared
from attendance_core.marking.places import Held, Waiting
from attendance_core.testing.clock import NOON
from attendance_core.testing.machine.driving import drive
from attendance_core.vocabulary import UserId
from tests.support.world import World


class TestPrepareToMark:
    def test_the_choice_is_mine_for_90_seconds(self, world: World) -> None:
        """Contract: 6.8."""
        world.waits(2)
        world.chooses(world.comes_to_mark(3), 2)
        assert world.place(2).state == Held(NOON, UserId(3), NOON + 90)

    def test_nobody_else_can_choose_them(self, world: World) -> None:
        world.waits(2)
        world.chooses(world.comes_to_mark(3), 2)
        with pytest.raises(Taken):
            world.chooses(world.comes_to_mark(4), 2)

    def test_choosing_again_does_not_move_the_deadline(self, world: World) -> None:
        world.waits(2)
        marker = world.comes_to_mark(3)
        world.chooses(marker, 2)
        world.clock.pass_(10)
        again = world.chooses(marker, 2)
        assert isinstance(again.answer, Prepared) and again.answer.expires_in == 80
        assert not again.changed

    def test_one_holds_at_most_one_person(self, world: World) -> None:
        world.waits(1)
        world.waits(2)
        marker = world.comes_to_mark(3)
        world.chooses(marker, 1)
        with pytest.raises(AlreadyHolding):
            world.chooses(world.comes_to_mark(3), 2)

    def test_nobody_marks_themselves(self, world: World) -> None:
        with pytest.raises(Yourself):
            world.chooses(world.comes_to_mark(3), 3)

    def test_one_who_began_to_wait_elsewhere_cannot_mark(self, world: World) -> None:
        world.waits(2)
        marker = world.comes_to_mark(3)
        world.waits(3)
        with pytest.raises(YouAreWaiting):
            world.chooses(marker, 2)

    @pytest.mark.parametrize("user_id", [4, 999])
    def test_one_who_does_not_wait_cannot_be_chosen(self, world: World, user_id: int) -> None:
        with pytest.raises(NotWaiting):
            world.chooses(world.comes_to_mark(3), user_id)

    def test_the_marked_cannot_be_chosen(self, world: World) -> None:
        world.waits(2)
        marker = world.comes_to_mark(3)
        world.chooses(marker, 2)
        drive(world.confirm(connection=marker))
        with pytest.raises(AlreadyMarked):
            world.chooses(world.comes_to_mark(4), 2)

    def test_a_hold_that_has_run_out_is_in_nobodys_way(self, world: World) -> None:
        world.waits(2)
        world.chooses(world.comes_to_mark(3), 2)
        other = world.comes_to_mark(4)
        world.clock.pass_(world.terms.hold_seconds)
        world.chooses(other, 2)
        state = world.place(2).state
        assert isinstance(state, Held)
        assert state.marker == 4
        assert state.since == NOON


class TestConfirmMarking:
    def test_it_pays_karma_and_the_place_is_announced_as_stored(self, world: World) -> None:
        world.waits(2)
        marker = world.comes_to_mark(3)
        world.chooses(marker, 2)
        drive(world.confirm(connection=marker))
        assert world.karma(3) == 50
        assert world.announcements[-1] == PlaceChanged(
            world.place(2), NOON, marker.connection_id, paid=50
        )

    def test_saying_it_again_changes_nothing_whoever_is_held_now(self, world: World) -> None:
        world.waits(1)
        world.waits(2)
        marker = world.comes_to_mark(3)
        world.chooses(marker, 2)
        drive(world.confirm(connection=marker, target=UserId(2)))
        world.chooses(marker, 1)
        again = drive(world.confirm(connection=marker, target=UserId(2)))
        assert not again.changed
        assert again.answer == Confirmed(UserId(2), n=1, paid=0, again=True)
        assert world.karma(3) == 50
        assert isinstance(world.place(1).state, Held)

    def test_to_confirm_or_refuse_somebody_else_changes_nothing(self, world: World) -> None:
        world.waits(2)
        marker = world.comes_to_mark(3)
        world.chooses(marker, 2)
        for use_case in (world.confirm, world.refuse):
            with pytest.raises(NotHeld):
                drive(use_case(connection=marker, target=UserId(1)))
        assert isinstance(world.place(2).state, Held)

    def test_a_marker_who_holds_nobody_can_neither_confirm_nor_refuse(self, world: World) -> None:
        marker = world.comes_to_mark(3)
        for use_case in (world.confirm, world.refuse):
            with pytest.raises(NobodyHeld):
                drive(use_case(connection=marker))

    def test_after_90_seconds_nobody_is_held_though_no_sweep_came_by(self, world: World) -> None:
        world.waits(2)
        marker = world.comes_to_mark(3)
        world.chooses(marker, 2)
        world.clock.pass_(world.terms.hold_seconds)
        with pytest.raises(NobodyHeld):
            drive(world.confirm(connection=marker))
        assert world.karma(3) == 0

    def test_another_socket_of_the_marker_may_confirm(self, world: World) -> None:
        world.waits(2)
        world.chooses(world.comes_to_mark(3), 2)
        drive(world.confirm(connection=world.comes_to_mark(3)))
        assert world.karma(3) == 50

    def test_after_the_end_every_command_is_refused(self, world: World) -> None:
        world.event_id = world.create_event("Short", lasts=70)
        world.waits(2)
        marker = world.comes_to_mark(3)
        world.chooses(marker, 2)
        world.clock.pass_(10)
        for command in (
            world.confirm(connection=marker),
            world.refuse(connection=marker),
            world.prepare(connection=marker, target=UserId(2)),
        ):
            with pytest.raises(EventOver):
                drive(command)


class TestRefuseToMark:
    def test_whoever_is_refused_waits_in_their_old_position(self, world: World) -> None:
        world.waits(2)
        marker = world.comes_to_mark(3)
        world.clock.pass_(5)
        world.chooses(marker, 2)
        drive(world.refuse(connection=marker))
        assert world.place(2).state == Waiting(NOON)

    def test_one_whose_sockets_are_gone_is_off_the_list(self, world: World) -> None:
        waiting = world.waits(2)
        marker = world.comes_to_mark(3)
        world.chooses(marker, 2)
        world.says_goodbye(waiting)
        assert isinstance(world.place(2).state, Held)
        drive(world.refuse(connection=marker))
        assert world.place(2).state is None
