"""Who may open to mark in an event, and who may choose. Contract: 8.5, 8.6."""

from __future__ import annotations

from dataclasses import replace

import pytest

from attendance_core.errors import (
    EventDeleted,
    EventNotStarted,
    EventOver,
    MayNotMark,
    NotWaiting,
    Taken,
    YouAreWaiting,
    Yourself,
)
from attendance_core.events import DeleteEvent
from attendance_core.marking.connections import Role
from attendance_core.marking.endings import Ending
from attendance_core.marking.places import Marked, Waiting
from attendance_core.marking.who_marks import WhoMarks
from attendance_core.profiles import Confirmation
from attendance_core.testing.machine.driving import drive
from attendance_core.vocabulary import UserId
from tests.support.organisers_hall import ANNA, BORIS, GLEB, VERA, Hall, hall

__all__ = ["hall"]


class TestOpenings:
    @pytest.mark.parametrize(
        ("who_marks", "let_in"),
        [
            (WhoMarks.EVERYBODY, {ANNA, BORIS, VERA, GLEB}),
            (WhoMarks.CONFIRMED, {ANNA, BORIS, VERA}),
            (WhoMarks.ORGANISERS, {ANNA, BORIS}),
        ],
    )
    def test_an_event_says_who_is_let_in_to_mark(
        self, hall: Hall, who_marks: WhoMarks, let_in: set[UserId]
    ) -> None:
        """Contract: 6.17."""
        hall.adds_helper(BORIS)
        hall.sets_tick(VERA)
        hall.sets_tick(GLEB, Confirmation.PENDING)
        hall.lets_mark(who_marks)
        for user_id in (ANNA, BORIS, VERA, GLEB):
            if user_id in let_in:
                hall.world.comes_to_mark(user_id)
            else:
                with pytest.raises(MayNotMark):
                    hall.world.comes_to_mark(user_id)
        assert hall.marking() == let_in

    def test_whoever_is_refused_has_not_joined(self, hall: Hall) -> None:
        """Contract: 6.18."""
        hall.lets_mark(WhoMarks.ORGANISERS)
        with pytest.raises(MayNotMark):
            hall.world.comes_to_mark(BORIS)
        assert not hall.world.place(BORIS).member

    def test_everybody_may_wait(self, hall: Hall) -> None:
        hall.lets_mark(WhoMarks.ORGANISERS)
        hall.world.waits(BORIS)
        assert isinstance(hall.world.place(BORIS).state, Waiting)

    def test_it_is_refused_behind_the_start_and_before_waiting(self, hall: Hall) -> None:
        """Contract: 6.17."""
        hall.lets_mark(WhoMarks.ORGANISERS)
        hall.world.waits(BORIS)
        with pytest.raises(MayNotMark):
            hall.world.comes_to_mark(BORIS)
        hall.adds_helper(BORIS)
        with pytest.raises(YouAreWaiting):
            hall.world.comes_to_mark(BORIS)
        hall.world.event_id = hall.world.create_event("Later", starts=60)
        hall.lets_mark(WhoMarks.ORGANISERS)
        with pytest.raises(EventNotStarted):
            hall.world.comes_to_mark(GLEB)
        hall.world.advance(4000)
        with pytest.raises(EventOver):
            hall.world.comes_to_mark(GLEB)


class TestPrepares:
    def test_a_tick_that_was_lost_shows_at_the_next_one(self, hall: Hall) -> None:
        hall.sets_tick(BORIS)
        hall.lets_mark(WhoMarks.CONFIRMED)
        hall.world.waits(VERA)
        hall.world.waits(GLEB)
        marker = hall.world.comes_to_mark(BORIS)
        hall.prepares(marker, VERA)
        hall.sets_tick(BORIS, Confirmation.NONE)
        with pytest.raises(MayNotMark) as refused:
            hall.prepares(marker, VERA)  # it holds her as before
        assert Ending.of(refused.value) is None, "the socket stays open"
        drive(hall.world.confirm(connection=marker))
        assert isinstance(hall.world.place(VERA).state, Marked)
        with pytest.raises(MayNotMark):
            hall.prepares(marker, GLEB)
        hall.sets_tick(BORIS)
        hall.prepares(marker, GLEB)

    def test_it_is_the_first_refusal_of_an_event_that_is_on(self, hall: Hall) -> None:
        hall.sets_tick(BORIS)
        hall.lets_mark(WhoMarks.CONFIRMED)
        hall.world.waits(VERA)
        hall.prepares(hall.world.comes_to_mark(ANNA), VERA)
        marker = hall.world.comes_to_mark(BORIS)
        cases = ((BORIS, Yourself), (VERA, Taken), (GLEB, NotWaiting), (UserId(99), NotWaiting))
        for target, error in cases:
            with pytest.raises(error):
                hall.prepares(marker, target)
        hall.sets_tick(BORIS, Confirmation.NONE)
        for target, _ in cases:
            with pytest.raises(MayNotMark):
                hall.prepares(marker, target)
        hall.changes(ends_at=hall.world.clock.now() + 1)
        hall.world.clock.pass_(1)
        with pytest.raises(EventOver):
            hall.prepares(marker, VERA)

    def test_in_a_deleted_event_it_says_so(self, hall: Hall) -> None:
        marker = hall.world.comes_to_mark(BORIS)
        delete = DeleteEvent(hall.world.store.transact)
        drive(delete(actor=ANNA, event_id=hall.world.event_id))
        with pytest.raises(EventDeleted):
            hall.prepares(marker, VERA)


def test_a_connection_that_is_gone_for_another_reason_says_so(hall: Hall) -> None:
    hall.lets_mark(WhoMarks.ORGANISERS)
    marking, waiting = (hall.world.connection(BORIS, role) for role in (Role.MARKING, Role.MARK_ME))
    assert hall.find_ending(marking) is Ending.LEFT, "who is not in the event has left it"
    hall.world.waits(BORIS)
    assert hall.find_ending(marking) is Ending.LEFT_OUT
    assert hall.find_ending(waiting) is Ending.FORGOTTEN
    hall.adds_helper(BORIS)
    assert hall.find_ending(replace(marking)) is Ending.FORGOTTEN
