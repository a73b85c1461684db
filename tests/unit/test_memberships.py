"""Who joins an event, who leaves it, and who was there. Contract: 5, 7."""

from __future__ import annotations

import pytest

from attendance_core.errors import (
    AlreadyJoined,
    EventNotFound,
    EventOver,
    InvalidArgument,
    NotAnOrganiser,
    NotJoined,
)
from attendance_core.events import EventQuery
from attendance_core.marking.announcements import ConnectionsEnded, PlaceChanged
from attendance_core.marking.endings import Ending
from attendance_core.marking.places import Marked
from attendance_core.testing.clock import NOON
from attendance_core.testing.machine.driving import drive
from attendance_core.vocabulary import EventId, UserId
from tests.support.event_calendar import ANNA, BORIS, VERA, Calendar, calendar

__all__ = ["calendar"]


class TestJoinEvent:
    def test_people_come_late_but_not_after_the_end(self, calendar: Calendar) -> None:
        calendar.world.clock.pass_(3539)
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
        calendar.world.clock.pass_(3540)
        with pytest.raises(EventOver):
            calendar.leaves(BORIS)
        with pytest.raises(NotJoined):
            calendar.leaves(VERA)
        assert calendar.joined(BORIS) == ["Lecture"]

    def test_leaving_ends_a_hold_on_one(self, calendar: Calendar) -> None:
        calendar.world.waits(BORIS)
        calendar.world.chooses(calendar.world.marks(VERA), BORIS)
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


class TestGetAttendance:
    def test_it_says_what_everybody_is(self, calendar: Calendar) -> None:
        calendar.world.person("Person 5")
        calendar.vera_marks_boris()
        calendar.world.waits(4)
        calendar.world.event_id = calendar.lecture
        assert calendar.states() == {
            ANNA: "joined",
            BORIS: "marked",
            VERA: "joined",
            UserId(4): "waiting",
        }

    def test_a_hold_counts_while_it_lasts_though_no_sweep_comes_by(
        self, calendar: Calendar
    ) -> None:
        calendar.world.waits(BORIS)
        calendar.world.chooses(calendar.world.marks(VERA), BORIS)
        assert calendar.states()[BORIS] == "held"
        calendar.world.clock.pass_(calendar.world.terms.hold_seconds)
        assert calendar.states()[BORIS] == "waiting"
        calendar.world.clock.pass_(3600)
        assert calendar.states()[BORIS] == "joined"

    def test_it_is_for_organisers_only(self, calendar: Calendar) -> None:
        with pytest.raises(NotAnOrganiser):
            drive(calendar._attendance(actor=BORIS, event_id=calendar.lecture))


class TestGetMyAttendance:
    def test_newest_first_with_who_marked_me_and_when(self, calendar: Calendar) -> None:
        calendar.vera_marks_boris()
        calendar.lecture = calendar.creates("Later", NOON + 100, NOON + 200).event_id
        calendar.joins(BORIS)
        later, lecture = drive(calendar._mine(actor=BORIS))
        assert (later.event.name, later.marked) == ("Later", None)
        assert lecture.marked is not None
        assert (lecture.marked.marker, lecture.marked.at) == (VERA, NOON)
        assert drive(calendar._mine(actor=BORIS, limit=1, offset=1)) == [lecture]

    def test_pages_out_of_range_are_refused_in_every_list(self, calendar: Calendar) -> None:
        for call in (calendar._joined, calendar._created):
            with pytest.raises(InvalidArgument):
                drive(call(actor=ANNA, query=EventQuery(0)))
        with pytest.raises(InvalidArgument):
            drive(calendar._mine(actor=ANNA, limit=0))
