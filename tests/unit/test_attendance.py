"""Who was there, as organisers and as people themselves read it. Contract: 7."""

from __future__ import annotations

import pytest

from attendance_core.errors import InvalidArgument, NotAnOrganiser
from attendance_core.events import EventQuery
from attendance_core.testing.clock import NOON
from attendance_core.testing.machine.driving import drive
from attendance_core.vocabulary import UserId
from tests.support.event_calendar import ANNA, BORIS, VERA, Calendar, calendar

__all__ = ["calendar"]


class TestGetAttendance:
    def test_it_says_what_everybody_is(self, calendar: Calendar) -> None:
        calendar.world.add_person("Person 5")
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
        calendar.world.chooses(calendar.world.comes_to_mark(VERA), BORIS)
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
