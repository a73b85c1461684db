"""What an end leaves: of a socket, a membership, an event, a session, a process. Contract: 6."""

from __future__ import annotations

import pytest

from attendance_core.accounts import LogOut
from attendance_core.errors import (
    EventDeleted,
    LeaseLost,
    LeftEvent,
    NotLoggedIn,
    SomebodyWasMarked,
)
from attendance_core.events import DeleteEvent, LeaveEvent
from attendance_core.marking.announcements import ConnectionsEnded
from attendance_core.marking.places import Held, Marked, Waiting
from attendance_core.testing.clock import NOON
from attendance_core.testing.lectures import session_of
from attendance_core.testing.machine.driving import drive
from attendance_core.vocabulary import UserId
from tests.support.world import SECONDS_TO_THE_END, World


class TestHangUp:
    def test_a_goodbye_counts_at_once(self, world: World) -> None:
        world.says_goodbye(world.waits(2))
        assert world.place(2).state is None

    def test_only_their_last_goodbye_takes_them_off_the_list(self, world: World) -> None:
        first, second = world.waits(2), world.waits(2)
        world.says_goodbye(first)
        assert isinstance(world.place(2).state, Waiting)
        world.says_goodbye(second)
        assert world.place(2).state is None

    def test_a_lost_connection_keeps_the_place_for_15_seconds(self, world: World) -> None:
        world.breaks_off(world.waits(2))
        world.advance(14.9)
        assert isinstance(world.place(2).state, Waiting)
        world.advance(0.1)
        assert world.place(2).state is None

    def test_who_comes_back_within_the_grace_keeps_the_place(self, world: World) -> None:
        world.breaks_off(world.waits(2))
        world.advance(10)
        back = world.waits(2)
        world.advance(20)
        assert world.place(2).state == Waiting(NOON)
        world.says_goodbye(back)
        assert world.place(2).state is None

    def test_a_marker_who_says_goodbye_gives_back_at_once(self, world: World) -> None:
        """Contract: 6.8."""
        world.waits(2)
        marker = world.comes_to_mark(3)
        world.chooses(marker, 2)
        world.says_goodbye(marker)
        assert isinstance(world.place(2).state, Waiting)

    def test_a_marker_who_is_lost_keeps_the_hold_for_the_grace(self, world: World) -> None:
        world.waits(2)
        marker = world.comes_to_mark(3)
        world.chooses(marker, 2)
        world.breaks_off(marker)
        world.advance(14)
        drive(world.confirm(connection=world.comes_to_mark(3)))
        assert world.karma(3) == 50


class TestLeaving:
    def test_whoever_leaves_waits_no_more_and_their_sockets_end(self, world: World) -> None:
        waiting = world.waits(2)
        leave = LeaveEvent(world.store.transact, world.terms)
        drive(leave(actor=UserId(2), event_id=world.event_id))
        assert world.place(2).state is None
        ended = world.announcements[-1]
        assert isinstance(ended, ConnectionsEnded)
        assert ended.connection_ids == frozenset({waiting.connection_id})

    def test_no_command_of_one_who_left_is_carried_out(self, world: World) -> None:
        world.waits(2)
        marker = world.comes_to_mark(3)
        world.chooses(marker, 2)
        drive(
            LeaveEvent(world.store.transact, world.terms)(actor=UserId(3), event_id=world.event_id)
        )
        assert isinstance(world.place(2).state, Waiting)
        with pytest.raises(LeftEvent):
            drive(world.confirm(connection=marker))

    def test_a_mark_stays(self, world: World) -> None:
        world.waits(2)
        marker = world.comes_to_mark(3)
        world.chooses(marker, 2)
        drive(world.confirm(connection=marker))
        drive(
            LeaveEvent(world.store.transact, world.terms)(actor=UserId(2), event_id=world.event_id)
        )
        assert isinstance(world.place(2).state, Marked)


class TestDeletedEvents:
    def test_an_event_with_a_mark_cannot_be_deleted(self, world: World) -> None:
        world.waits(2)
        marker = world.comes_to_mark(3)
        delete = DeleteEvent(world.store.transact)
        world.chooses(marker, 2)
        drive(world.confirm(connection=marker))
        with pytest.raises(SomebodyWasMarked):
            drive(delete(actor=UserId(1), event_id=world.event_id))

    def test_of_a_deleted_event_no_command_is_carried_out(self, world: World) -> None:
        marker = world.comes_to_mark(3)
        drive(DeleteEvent(world.store.transact)(actor=UserId(1), event_id=world.event_id))
        with pytest.raises(EventDeleted):
            drive(world.confirm(connection=marker))


class TestLogOut:
    def test_a_waiting_person_leaves_the_list_at_once(self, world: World) -> None:
        world.waits(2)
        drive(LogOut(world.store.transact, world.terms)(session_id=session_of(2)))
        assert world.place(2).state is None

    def test_a_held_person_stays_held(self, world: World) -> None:
        world.waits(2)
        world.chooses(world.comes_to_mark(3), 2)
        drive(LogOut(world.store.transact, world.terms)(session_id=session_of(2)))
        assert isinstance(world.place(2).state, Held)

    def test_a_marker_gives_back_at_once_and_does_nothing_more(self, world: World) -> None:
        world.waits(2)
        marker = world.comes_to_mark(3)
        world.chooses(marker, 2)
        drive(LogOut(world.store.transact, world.terms)(session_id=session_of(3)))
        assert isinstance(world.place(2).state, Waiting)
        with pytest.raises(NotLoggedIn):
            drive(world.confirm(connection=marker))


class TestProcesses:
    def test_of_a_dead_process_the_waiting_leave_within_the_grace(self, world: World) -> None:
        world.advance(20)
        dying = world.start_process()
        world.waits(2, dying)
        world.advance(14)
        assert isinstance(world.place(2).state, Waiting)
        world.advance(2)
        assert world.place(2).state is None

    def test_a_service_that_restarts_empties_no_list(self, world: World) -> None:
        world.waits(2)
        world.clock.pass_(SECONDS_TO_THE_END - 40)
        world.process_id = world.start_process()
        world.advance(14)
        world.waits(2)
        world.advance(30)
        assert world.place(2).state == Waiting(NOON)

    def test_who_does_not_come_back_after_a_restart_leaves(self, world: World) -> None:
        world.waits(2)
        world.clock.pass_(600)
        world.process_id = world.start_process()
        world.advance(world.terms.grace_seconds + 1)
        assert world.place(2).state is None

    def test_a_process_that_renews_too_late_has_lost_its_lease(self, world: World) -> None:
        world.clock.pass_(world.terms.lease_seconds)
        with pytest.raises(LeaseLost):
            drive(world.renew(process_id=world.process_id))
        with pytest.raises(LeaseLost):
            world.waits(2)

    def test_sweeping_twice_harms_nothing(self, world: World) -> None:
        world.waits(2)
        world.chooses(world.comes_to_mark(3), 2)
        world.advance(world.terms.hold_seconds)
        version = world.place(2).version
        world.advance(0.1)
        assert world.place(2).version == version
        assert world.place(2).state == Waiting(NOON)
