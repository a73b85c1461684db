"""What becomes of those who may mark no more. Contract: 8.6."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from attendance_core.errors import (
    BadTimes,
    EventOver,
    MayNotMark,
    NoLongerMarks,
    TooManyRequests,
)
from attendance_core.events import UpdateEvent
from attendance_core.limits import ADDED_HELPERS, CHANGES_OF_WHO_MARKS
from attendance_core.marking.announcements import ConnectionsEnded, EventChanged, PlaceChanged
from attendance_core.marking.connections import Role
from attendance_core.marking.endings import Ending
from attendance_core.marking.places import Held, Marked, Waiting
from attendance_core.marking.who_marks import WhoMarks
from attendance_core.profiles import Confirmation
from attendance_core.testing.clock import NOON
from attendance_core.testing.machine.driving import drive
from attendance_core.testing.stand_ins import any_code
from attendance_core.vocabulary import EventId
from tests.support.organisers_hall import ANNA, BORIS, GLEB, VERA, Hall, hall

__all__ = ["hall"]


class TestNarrowing:
    def test_sockets_of_those_left_out_end_and_whom_they_hold_is_given_back(
        self, hall: Hall
    ) -> None:
        world = hall.world
        hall.adds_helper(VERA)
        world.waits(GLEB)
        lost_connection = world.comes_to_mark(BORIS)
        world.breaks_off(lost_connection)
        boris = [world.comes_to_mark(BORIS), world.connection(BORIS, Role.MARKING)]
        drive(world.ready_to_mark(connection=boris[1]))
        for user_id in (ANNA, VERA):
            world.comes_to_mark(user_id)
        hall.prepares(boris[0], GLEB)
        world.announcements.clear()
        hall.lets_mark(WhoMarks.ORGANISERS)
        assert hall.marking() == {ANNA, VERA}
        assert isinstance(world.place(GLEB).state, Waiting)
        given_back, ended, changed = world.announcements
        assert isinstance(given_back, PlaceChanged) and given_back.place == world.place(GLEB)
        ids = frozenset(each.connection_id for each in boris)
        assert ended == ConnectionsEnded(world.event_id, Ending.LEFT_OUT, ids)
        assert isinstance(changed, EventChanged)
        for connection in boris:
            assert hall.find_ending(connection) is Ending.LEFT_OUT
            with pytest.raises(NoLongerMarks) as refused:
                drive(world.confirm(connection=connection))
            assert Ending.of(refused.value) is Ending.LEFT_OUT
        assert world.place(BORIS).member

    def test_who_waits_keeps_waiting(self, hall: Hall) -> None:
        hall.world.comes_to_mark(BORIS)
        waiting = hall.world.waits(BORIS)  # their other socket stays open, and marks nobody
        hall.lets_mark(WhoMarks.ORGANISERS)
        assert isinstance(hall.world.place(BORIS).state, Waiting)
        found = drive(
            hall.world.store.observe(lambda unit: unit.connections.find(waiting.connection_id))
        )
        assert found is not None

    def test_one_without_a_tick_is_left_out_by_confirmed(self, hall: Hall) -> None:
        hall.sets_tick(VERA)
        for user_id in (BORIS, VERA):
            hall.world.comes_to_mark(user_id)
        hall.lets_mark(WhoMarks.CONFIRMED)
        assert hall.marking() == {VERA}
        hall.lets_mark(WhoMarks.ORGANISERS)
        assert hall.marking() == set()

    def test_what_leaves_nobody_out_ends_nothing(self, hall: Hall) -> None:
        hall.sets_tick(BORIS)
        hall.lets_mark(WhoMarks.CONFIRMED)
        marker = hall.world.comes_to_mark(BORIS)
        hall.sets_tick(BORIS, Confirmation.NONE)
        hall.world.waits(GLEB)
        for arguments in (
            {"who_marks": WhoMarks.CONFIRMED},
            {"name": "Another"},
            {"who_marks": WhoMarks.EVERYBODY},
        ):
            hall.changes(**arguments)
            assert hall.marking() == {BORIS}
        hall.prepares(marker, GLEB)
        assert isinstance(hall.world.place(GLEB).state, Held)

    def test_many_are_told_in_announcements_that_are_short_enough(
        self, hall: Hall, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("attendance_core.marking.leaving_out.MAX_SOCKETS_NAMED", 2)
        for user_id in (BORIS, VERA, GLEB):
            hall.world.comes_to_mark(user_id)
        hall.world.announcements.clear()
        hall.lets_mark(WhoMarks.ORGANISERS)
        ended = [each for each in hall.world.announcements if isinstance(each, ConnectionsEnded)]
        assert [len(each.connection_ids or ()) for each in ended] == [2, 1]
        assert hall.marking() == set()


class TestHowOftenWhoMarksIsChanged:
    """Contract: UpdateEvent, its limit: each change may end the sockets of all who mark."""

    def changes_as_often_as_may_be(self, hall: Hall) -> None:
        for number in range(CHANGES_OF_WHO_MARKS.most):
            hall.lets_mark((WhoMarks.ORGANISERS, WhoMarks.EVERYBODY)[number % 2])

    def test_to_and_fro_so_often(self, hall: Hall) -> None:
        self.changes_as_often_as_may_be(hall)
        hall.world.comes_to_mark(BORIS)
        before = hall.event()
        hall.world.announcements.clear()
        with pytest.raises(TooManyRequests):
            hall.changes(who_marks=WhoMarks.ORGANISERS, name="Another")
        assert (hall.event(), hall.world.announcements) == (before, [])
        assert hall.marking() == {BORIS}
        hall.world.clock.pass_(CHANGES_OF_WHO_MARKS.within)
        hall.lets_mark(WhoMarks.ORGANISERS)
        assert hall.marking() == set()

    def test_what_leaves_it_as_it_is_does_not_count(self, hall: Hall) -> None:
        for number in range(CHANGES_OF_WHO_MARKS.most + 1):
            hall.changes(who_marks=WhoMarks.EVERYBODY, name=f"Lecture {number}")
            with pytest.raises(BadTimes):
                hall.changes(who_marks=WhoMarks.ORGANISERS, ends_at=NOON - 3600)
        self.changes_as_often_as_may_be(hall)
        hall.changes(who_marks=WhoMarks.EVERYBODY, name="Physics")  # nor is it refused
        assert hall.event().name == "Physics"

    def test_another_event_is_not_concerned(self, hall: Hall) -> None:
        self.changes_as_often_as_may_be(hall)
        other = replace(hall.event(), event_id=EventId(uuid4()), name="Other", code=any_code())
        drive(hall.world.store.transact(lambda unit: unit.events.add(other)))
        update = UpdateEvent(hall.world.store.transact, hall.world.terms)
        drive(update(actor=ANNA, event_id=other.event_id, who_marks=WhoMarks.ORGANISERS))


class TestRemoveHelper:
    def test_where_only_organisers_mark_their_sockets_end(self, hall: Hall) -> None:
        for helper in (BORIS, VERA):
            hall.adds_helper(helper)
        hall.lets_mark(WhoMarks.ORGANISERS)
        hall.world.waits(GLEB)
        marker = hall.world.comes_to_mark(BORIS)
        hall.world.comes_to_mark(VERA)
        hall.prepares(marker, GLEB)
        hall.removes_helper(BORIS)
        assert hall.marking() == {VERA}
        assert isinstance(hall.world.place(GLEB).state, Waiting)
        with pytest.raises(NoLongerMarks):
            drive(hall.world.confirm(connection=marker))
        with pytest.raises(MayNotMark):
            hall.world.comes_to_mark(BORIS)

    @pytest.mark.parametrize("who_marks", [WhoMarks.EVERYBODY, WhoMarks.CONFIRMED])
    def test_one_who_may_mark_all_the_same_goes_on(self, hall: Hall, who_marks: WhoMarks) -> None:
        hall.adds_helper(BORIS)
        hall.sets_tick(BORIS)
        hall.lets_mark(who_marks)
        hall.world.waits(GLEB)
        marker = hall.world.comes_to_mark(BORIS)
        hall.prepares(marker, GLEB)
        hall.removes_helper(BORIS)
        drive(hall.world.confirm(connection=marker))
        assert isinstance(hall.world.place(GLEB).state, Marked)

    def test_nobody_else_who_lost_a_tick_is_ended_by_it(self, hall: Hall) -> None:
        hall.adds_helper(BORIS)
        hall.sets_tick(VERA)
        hall.lets_mark(WhoMarks.CONFIRMED)
        hall.world.comes_to_mark(BORIS)
        hall.world.comes_to_mark(VERA)
        hall.sets_tick(VERA, Confirmation.NONE)
        hall.removes_helper(BORIS)
        assert hall.marking() == {VERA}


class TestHowOftenHelpersAreAdded:
    """Contract: AddHelper, its limit, which bounds how often one is removed, too."""

    def test_so_often_within_so_long(self, hall: Hall) -> None:
        hall.adds_helper(VERA)
        for _ in range(ADDED_HELPERS.most - 1):
            hall.adds_helper(BORIS)
            hall.removes_helper(BORIS)
        with pytest.raises(TooManyRequests):
            hall.adds_helper(BORIS)
        hall.adds_helper(VERA)  # who helps already is none more
        hall.removes_helper(VERA)  # whom one trusts no more goes at any time
        hall.world.clock.pass_(ADDED_HELPERS.within)
        hall.adds_helper(BORIS)

    def test_one_who_helps_already_does_not_count(self, hall: Hall) -> None:
        for _ in range(ADDED_HELPERS.most + 1):
            hall.adds_helper(VERA)
        hall.adds_helper(BORIS)


class TestUpdateEvent:
    def test_rooms_are_told_how_it_is_now(self, hall: Hall) -> None:
        world = hall.world
        ends_at = world.clock.now() + 7200
        hall.changes(name=" Physics ", ends_at=ends_at)
        expected = EventChanged(world.event_id, "Physics", world.clock.now() - 60, ends_at)
        assert world.announcements == [expected]

    def test_what_is_as_it_was_is_not_told(self, hall: Hall) -> None:
        hall.changes(name="Lecture", who_marks=WhoMarks.EVERYBODY)
        assert hall.world.announcements == []

    def test_a_hold_runs_on_no_longer_than_a_shortened_event(self, hall: Hall) -> None:
        """Contract: 6.9."""
        hall.world.waits(GLEB)
        marker = hall.world.comes_to_mark(BORIS)
        hall.prepares(marker, GLEB)
        hall.changes(ends_at=hall.world.clock.now() + 5)
        hall.world.clock.pass_(4.999)
        assert drive(hall.world.refuse(connection=marker)).changed
        hall.prepares(marker, GLEB)
        hall.world.clock.pass_(0.001)
        with pytest.raises(EventOver):
            drive(hall.world.confirm(connection=marker))

    def test_a_prolonged_one_goes_on_behind_its_former_end(self, hall: Hall) -> None:
        hall.world.waits(GLEB)
        marker = hall.world.comes_to_mark(BORIS)
        hall.changes(ends_at=hall.world.clock.now() + 7200)
        hall.world.advance(3600)
        hall.prepares(marker, GLEB)
        drive(hall.world.confirm(connection=marker))
        assert isinstance(hall.world.place(GLEB).state, Marked)
