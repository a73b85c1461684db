"""Who joins an event, and who leaves it. Contract: 5."""

from __future__ import annotations

import pytest

from attendance_core.errors import AlreadyJoined, EventNotFound, EventOver, NotJoined
from attendance_core.marking.announcements import ConnectionsEnded, PlaceChanged
from attendance_core.marking.endings import Ending
from attendance_core.marking.places import Marked
from attendance_core.testing.machine.driving import drive
from attendance_core.vocabulary import EventId
from tests.support.event_calendar import ANNA, BORIS, VERA, Calendar, calendar
from tests.support.world import SECONDS_TO_THE_END

__all__ = ["calendar"]


class TestJoinEvent:
    def test_people_come_late_but_not_after_the_end(self, calendar: Calendar) -> None:
        calendar.world.clock.pass_(SECONDS_TO_THE_END - 1)
        calendar.joins(BORIS)
        assert calendar.joined(BORIS) == ["Lecture"]
        calendar.world.clock.pass_(1)
        with pytest.raises(EventOver):
            calendar.joins(VERA)
        assert calendar.joined(VERA) == []

    def test_joining_twice_is_refused_also_by_waiting(self, calendar: Calendar) -> None:
        calendar.world.waits(BORIS)
        for actor in (BORIS, ANNA):
            with pytest.raises(AlreadyJoined):
                calendar.joins(actor)

    def test_one_who_left_may_join_again(self, calendar: Calendar) -> None:
        calendar.joins(BORIS)
        calendar.leaves(BORIS)
        calendar.joins(BORIS)
        assert calendar.states()[BORIS] == "joined"

    def test_an_unknown_event_is_not_found(self, calendar: Calendar) -> None:
        calendar.lecture = EventId(calendar.world.ids.event_id())
        for call in (calendar.joins, calendar.leaves, calendar.deletes):
            with pytest.raises(EventNotFound):
                call(BORIS)


class TestLeaveEvent:
    def test_one_who_is_not_in_cannot_leave(self, calendar: Calendar) -> None:
        with pytest.raises(NotJoined):
            calendar.leaves(BORIS)
        calendar.joins(BORIS)
        calendar.leaves(BORIS)
        with pytest.raises(NotJoined):
            calendar.leaves(BORIS)

    def test_the_creator_may_leave_and_stays_the_creator(self, calendar: Calendar) -> None:
        calendar.leaves(ANNA)
        assert (calendar.joined(ANNA), calendar.created(ANNA)) == ([], ["Lecture"])

    def test_nobody_leaves_after_the_end(self, calendar: Calendar) -> None:
        """Contract: 5.5."""
        calendar.joins(BORIS)
        calendar.world.clock.pass_(SECONDS_TO_THE_END)
        with pytest.raises(EventOver):
            calendar.leaves(BORIS)
        with pytest.raises(NotJoined):
            calendar.leaves(VERA)
        assert calendar.joined(BORIS) == ["Lecture"]

    def test_leaving_ends_a_hold_on_one(self, calendar: Calendar) -> None:
        calendar.world.waits(BORIS)
        calendar.world.chooses(calendar.world.comes_to_mark(VERA), BORIS)
        calendar.leaves(BORIS)
        assert calendar.world.place(BORIS).state is None

    def test_the_mark_is_told_before_the_sockets_close(self, calendar: Calendar) -> None:
        """Contract: 5.4."""
        calendar.vera_marks_boris()
        calendar.leaves(BORIS)
        left, ended = calendar.world.announcements[-2:]
        assert isinstance(left, PlaceChanged) and isinstance(ended, ConnectionsEnded)
        assert (ended.why, left.place.member) == (Ending.LEFT, False)
        assert isinstance(left.place.state, Marked)

    def test_a_mark_stays_and_one_is_never_listed_again(self, calendar: Calendar) -> None:
        """Contract: 5.4."""
        calendar.vera_marks_boris()
        calendar.leaves(BORIS)
        assert (calendar.joined(BORIS), calendar.states()[BORIS]) == ([], "marked")
        mine = drive(calendar._mine(actor=BORIS))
        assert [each.marked is not None for each in mine] == [True]
