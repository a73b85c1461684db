"""The rules of marking, one by one, as people meet them. Contract: 6."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from attendance_adapters.in_memory.connections import Connections
from attendance_core.accounts import LogOut
from attendance_core.errors import (
    AlreadyHolding,
    AlreadyMarked,
    EventDeleted,
    EventNotFound,
    EventNotStarted,
    EventOver,
    HoldingSomebody,
    LeaseLost,
    LeftEvent,
    NobodyHeld,
    NotHeld,
    NotLoggedIn,
    NotWaiting,
    SomebodyWasMarked,
    Taken,
    TooManySockets,
    YouAreWaiting,
    Yourself,
)
from attendance_core.events import DeleteEvent, LeaveEvent
from attendance_core.marking.announcements import ConnectionsEnded, PlaceChanged
from attendance_core.marking.connections import (
    CONNECTIONS_READ,
    MAX_SOCKETS,
    Role,
)
from attendance_core.marking.frames import Confirmed, Prepared
from attendance_core.marking.places import Held, Marked, Waiting
from attendance_core.testing.clock import NOON
from attendance_core.testing.lectures import session_of
from attendance_core.testing.machine.driving import drive
from attendance_core.vocabulary import EventId, UserId
from tests.support.world import World


@pytest.fixture
def world() -> World:
    return World()


class TestMarkMe:
    def test_whoever_opens_waits_and_has_joined(self, world: World) -> None:
        world.waits(2)
        place = world.place(2)
        assert place.member
        assert place.state == Waiting(NOON)

    def test_a_second_socket_keeps_the_position_of_the_first(self, world: World) -> None:
        world.waits(2)
        world.advance(5)
        world.waits(2)
        assert world.place(2).state == Waiting(NOON)

    def test_whoever_is_marked_is_told_so_and_nothing_opens(self, world: World) -> None:
        world.waits(2)
        marker = world.marks(3)
        drive(world.prepare(connection=marker, target=UserId(2)))
        drive(world.confirm(connection=marker))
        again = world.connection(2, Role.MARK_ME)
        place = drive(world.mark_me(connection=again)).place
        assert place.state == Marked(UserId(3), NOON)
        assert drive(world.store.observe(lambda u: u.connections.find(again.connection_id))) is None

    def test_one_who_holds_somebody_cannot_wait(self, world: World) -> None:
        world.waits(2)
        drive(world.prepare(connection=world.marks(3), target=UserId(2)))
        with pytest.raises(HoldingSomebody):
            world.waits(3)

    def test_a_refused_opening_joins_nobody(self, world: World) -> None:
        world.clock.pass_(7200)
        with pytest.raises(EventOver):
            world.waits(2)
        assert not world.place(2).member

    def test_an_unknown_event_is_not_found(self, world: World) -> None:
        world.event_id = EventId(world.ids.event_id())
        with pytest.raises(EventNotFound):
            world.waits(2)

    def test_waiting_before_the_start_is_fine_and_marking_is_not(self, world: World) -> None:
        world.event_id = world.event("Later", starts=600)
        world.waits(2)
        with pytest.raises(EventNotStarted):
            world.marks(3)

    def test_a_session_that_has_ended_opens_nothing(self, world: World) -> None:
        drive(LogOut(world.store.transact, world.terms)(session_id=session_of(2)))
        with pytest.raises(NotLoggedIn):
            world.waits(2)


class TestOnePersonsSockets:
    """Contract: 1.10."""

    def connection_count(self, world: World, user_id: int) -> int:
        person = UserId(user_id)
        return len(drive(world.store.observe(lambda u: u.connections.of(world.event_id, person))))

    def test_as_they_open_and_are_lost_there_are_never_more_than_a_command_reads(
        self, world: World
    ) -> None:
        most = 0
        for opens in (world.marks, world.marks, world.waits, world.waits, world.waits):
            opened = []
            with suppress(TooManySockets):
                while True:
                    opened.append(opens(2))
                    most = max(most, self.connection_count(world, 2))
            assert len(opened) == MAX_SOCKETS
            for each in opened:
                world.breaks_off(each)
        assert most == CONNECTIONS_READ

    def test_an_opening_reads_no_more_connections_than_there_may_be(self, world: World) -> None:
        """An older version let anybody open as many as they liked."""
        read_counts: list[int] = []

        def work(unit: Any) -> None:
            for _ in range(2 * CONNECTIONS_READ):
                unit.connections.add(world.connection(2, Role.MARKING))

        drive(world.store.transact(work))
        read = Connections.of

        def read_and_count(self: Connections, *args: Any) -> Any:
            found = read(self, *args)
            read_counts.append(len(found))
            return found

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Connections, "of", read_and_count)
            with pytest.raises(TooManySockets):
                world.marks(2)
        assert read_counts == [CONNECTIONS_READ]


class TestReadyToMark:
    def test_one_who_waits_cannot_open_to_mark(self, world: World) -> None:
        world.waits(2)
        with pytest.raises(YouAreWaiting):
            world.marks(2)

    def test_one_within_the_grace_still_waits(self, world: World) -> None:
        world.breaks_off(world.waits(2))
        world.advance(14)
        with pytest.raises(YouAreWaiting):
            world.marks(2)
        world.advance(2)
        world.marks(2)

    def test_an_opening_answers_whom_its_person_holds(self, world: World) -> None:
        world.waits(2)
        drive(world.prepare(connection=world.marks(3), target=UserId(2)))
        ready = drive(world.ready_to_mark(connection=world.connection(3, Role.MARKING)))
        assert ready.holding == world.place(2)


class TestPrepareToMark:
    def test_the_choice_is_mine_for_90_seconds(self, world: World) -> None:
        """Contract: 6.8."""
        world.waits(2)
        drive(world.prepare(connection=world.marks(3), target=UserId(2)))
        assert world.place(2).state == Held(NOON, UserId(3), NOON + 90)

    def test_nobody_else_can_choose_them(self, world: World) -> None:
        world.waits(2)
        drive(world.prepare(connection=world.marks(3), target=UserId(2)))
        with pytest.raises(Taken):
            drive(world.prepare(connection=world.marks(4), target=UserId(2)))

    def test_choosing_again_does_not_move_the_deadline(self, world: World) -> None:
        world.waits(2)
        marker = world.marks(3)
        drive(world.prepare(connection=marker, target=UserId(2)))
        world.clock.pass_(10)
        again = drive(world.prepare(connection=marker, target=UserId(2)))
        assert isinstance(again.answer, Prepared) and again.answer.expires_in == 80
        assert not again.changed

    def test_one_holds_at_most_one_person(self, world: World) -> None:
        world.waits(1)
        world.waits(2)
        marker = world.marks(3)
        drive(world.prepare(connection=marker, target=UserId(1)))
        with pytest.raises(AlreadyHolding):
            drive(world.prepare(connection=world.marks(3), target=UserId(2)))

    def test_nobody_marks_themselves(self, world: World) -> None:
        with pytest.raises(Yourself):
            drive(world.prepare(connection=world.marks(3), target=UserId(3)))

    def test_one_who_began_to_wait_elsewhere_cannot_mark(self, world: World) -> None:
        world.waits(2)
        marker = world.marks(3)
        world.waits(3)
        with pytest.raises(YouAreWaiting):
            drive(world.prepare(connection=marker, target=UserId(2)))

    @pytest.mark.parametrize("user_id", [4, 999])
    def test_one_who_does_not_wait_cannot_be_chosen(self, world: World, user_id: int) -> None:
        with pytest.raises(NotWaiting):
            drive(world.prepare(connection=world.marks(3), target=UserId(user_id)))

    def test_the_marked_cannot_be_chosen(self, world: World) -> None:
        world.waits(2)
        marker = world.marks(3)
        drive(world.prepare(connection=marker, target=UserId(2)))
        drive(world.confirm(connection=marker))
        with pytest.raises(AlreadyMarked):
            drive(world.prepare(connection=world.marks(4), target=UserId(2)))

    def test_a_hold_that_has_run_out_is_in_nobodys_way(self, world: World) -> None:
        world.waits(2)
        drive(world.prepare(connection=world.marks(3), target=UserId(2)))
        other = world.marks(4)
        world.clock.pass_(world.terms.hold_seconds)
        drive(world.prepare(connection=other, target=UserId(2)))
        state = world.place(2).state
        assert isinstance(state, Held)
        assert state.marker == 4
        assert state.since == NOON


class TestConfirmMarking:
    def test_it_pays_karma_and_the_place_is_announced_as_stored(self, world: World) -> None:
        world.waits(2)
        marker = world.marks(3)
        drive(world.prepare(connection=marker, target=UserId(2)))
        drive(world.confirm(connection=marker))
        assert world.karma(3) == 50
        assert world.announcements[-1] == PlaceChanged(
            world.place(2), NOON, marker.connection_id, paid=50
        )

    def test_saying_it_again_changes_nothing_whoever_is_held_now(self, world: World) -> None:
        world.waits(1)
        world.waits(2)
        marker = world.marks(3)
        drive(world.prepare(connection=marker, target=UserId(2)))
        drive(world.confirm(connection=marker, target=UserId(2)))
        drive(world.prepare(connection=marker, target=UserId(1)))
        again = drive(world.confirm(connection=marker, target=UserId(2)))
        assert not again.changed
        assert again.answer == Confirmed(UserId(2), n=1, paid=0, again=True)
        assert world.karma(3) == 50
        assert isinstance(world.place(1).state, Held)

    def test_to_confirm_or_refuse_somebody_else_changes_nothing(self, world: World) -> None:
        world.waits(2)
        marker = world.marks(3)
        drive(world.prepare(connection=marker, target=UserId(2)))
        for use_case in (world.confirm, world.refuse):
            with pytest.raises(NotHeld):
                drive(use_case(connection=marker, target=UserId(1)))
        assert isinstance(world.place(2).state, Held)

    def test_a_marker_who_holds_nobody_can_neither_confirm_nor_refuse(self, world: World) -> None:
        marker = world.marks(3)
        for use_case in (world.confirm, world.refuse):
            with pytest.raises(NobodyHeld):
                drive(use_case(connection=marker))

    def test_after_90_seconds_nobody_is_held_though_no_sweep_came_by(self, world: World) -> None:
        world.waits(2)
        marker = world.marks(3)
        drive(world.prepare(connection=marker, target=UserId(2)))
        world.clock.pass_(90)
        with pytest.raises(NobodyHeld):
            drive(world.confirm(connection=marker))
        assert world.karma(3) == 0

    def test_another_socket_of_the_marker_may_confirm(self, world: World) -> None:
        world.waits(2)
        drive(world.prepare(connection=world.marks(3), target=UserId(2)))
        drive(world.confirm(connection=world.marks(3)))
        assert world.karma(3) == 50

    def test_after_the_end_every_command_is_refused(self, world: World) -> None:
        world.event_id = world.event("Short", lasts=70)
        world.waits(2)
        marker = world.marks(3)
        drive(world.prepare(connection=marker, target=UserId(2)))
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
        marker = world.marks(3)
        world.clock.pass_(5)
        drive(world.prepare(connection=marker, target=UserId(2)))
        drive(world.refuse(connection=marker))
        assert world.place(2).state == Waiting(NOON)

    def test_one_whose_sockets_are_gone_is_off_the_list(self, world: World) -> None:
        waiting = world.waits(2)
        marker = world.marks(3)
        drive(world.prepare(connection=marker, target=UserId(2)))
        world.says_goodbye(waiting)
        assert isinstance(world.place(2).state, Held)
        drive(world.refuse(connection=marker))
        assert world.place(2).state is None


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
        marker = world.marks(3)
        drive(world.prepare(connection=marker, target=UserId(2)))
        world.says_goodbye(marker)
        assert isinstance(world.place(2).state, Waiting)

    def test_a_marker_who_is_lost_keeps_the_hold_for_the_grace(self, world: World) -> None:
        world.waits(2)
        marker = world.marks(3)
        drive(world.prepare(connection=marker, target=UserId(2)))
        world.breaks_off(marker)
        world.advance(14)
        drive(world.confirm(connection=world.marks(3)))
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
        marker = world.marks(3)
        drive(world.prepare(connection=marker, target=UserId(2)))
        drive(
            LeaveEvent(world.store.transact, world.terms)(actor=UserId(3), event_id=world.event_id)
        )
        assert isinstance(world.place(2).state, Waiting)
        with pytest.raises(LeftEvent):
            drive(world.confirm(connection=marker))

    def test_a_mark_stays(self, world: World) -> None:
        world.waits(2)
        marker = world.marks(3)
        drive(world.prepare(connection=marker, target=UserId(2)))
        drive(world.confirm(connection=marker))
        drive(
            LeaveEvent(world.store.transact, world.terms)(actor=UserId(2), event_id=world.event_id)
        )
        assert isinstance(world.place(2).state, Marked)


class TestDeletedEvents:
    def test_an_event_with_a_mark_cannot_be_deleted(self, world: World) -> None:
        world.waits(2)
        marker = world.marks(3)
        delete = DeleteEvent(world.store.transact)
        drive(world.prepare(connection=marker, target=UserId(2)))
        drive(world.confirm(connection=marker))
        with pytest.raises(SomebodyWasMarked):
            drive(delete(actor=UserId(1), event_id=world.event_id))

    def test_of_a_deleted_event_no_command_is_carried_out(self, world: World) -> None:
        marker = world.marks(3)
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
        drive(world.prepare(connection=world.marks(3), target=UserId(2)))
        drive(LogOut(world.store.transact, world.terms)(session_id=session_of(2)))
        assert isinstance(world.place(2).state, Held)

    def test_a_marker_gives_back_at_once_and_does_nothing_more(self, world: World) -> None:
        world.waits(2)
        marker = world.marks(3)
        drive(world.prepare(connection=marker, target=UserId(2)))
        drive(LogOut(world.store.transact, world.terms)(session_id=session_of(3)))
        assert isinstance(world.place(2).state, Waiting)
        with pytest.raises(NotLoggedIn):
            drive(world.confirm(connection=marker))


class TestProcesses:
    def test_of_a_dead_process_the_waiting_leave_within_the_grace(self, world: World) -> None:
        world.advance(20)
        dying = world.process()
        world.waits(2, dying)
        world.advance(14)
        assert isinstance(world.place(2).state, Waiting)
        world.advance(2)
        assert world.place(2).state is None

    def test_a_service_that_restarts_empties_no_list(self, world: World) -> None:
        world.waits(2)
        world.clock.pass_(3500)  # 40 s before the event ends
        world.process_id = world.process()
        world.advance(14)
        world.waits(2)
        world.advance(30)
        assert world.place(2).state == Waiting(NOON)

    def test_who_does_not_come_back_after_a_restart_leaves(self, world: World) -> None:
        world.waits(2)
        world.clock.pass_(600)
        world.process_id = world.process()
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
        drive(world.prepare(connection=world.marks(3), target=UserId(2)))
        world.advance(world.terms.hold_seconds)
        version = world.place(2).version
        world.advance(0.1)
        assert world.place(2).version == version
        assert world.place(2).state == Waiting(NOON)
