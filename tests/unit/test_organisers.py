"""Who may mark in an event, and what becomes of those left out. Contract: 8.5, 8.6."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from attendance_core.errors import (
    EventDeleted,
    EventNotStarted,
    EventOver,
    MayNotMark,
    NoLongerMarks,
    NotWaiting,
    Taken,
    YouAreWaiting,
    Yourself,
)
from attendance_core.events import AddHelper, DeleteEvent, RemoveHelper, UpdateEvent
from attendance_core.marking.announcements import ConnectionsEnded, EventChanged, PlaceChanged
from attendance_core.marking.connections import Connection, Role
from attendance_core.marking.endings import Ending, FindEnding
from attendance_core.marking.places import Held, Marked, Waiting
from attendance_core.marking.who_marks import WhoMarks
from attendance_core.profiles import Confirmation, ConfirmationScan
from attendance_core.testing.clock import NOON
from attendance_core.testing.machine.driving import drive
from attendance_core.vocabulary import FileKey, ScanId, UserId
from tests.support.world import World

ANNA, BORIS, VERA, GLEB = map(UserId, (1, 2, 3, 4))  # Anna creates


class Hall:
    """A world whose lecture has begun, and what its organisers do."""

    def __init__(self) -> None:
        self.world = World()
        transact, terms = self.world.store.transact, self.world.terms
        self._update, self._add = UpdateEvent(transact, terms), AddHelper(transact)
        self._remove = RemoveHelper(transact, terms)
        self._find_ending = FindEnding(self.world.store.observe)

    def changes(self, **changes: Any) -> None:
        drive(self._update(actor=ANNA, event_id=self.world.event_id, **changes))

    def lets(self, who_marks: WhoMarks) -> None:
        self.changes(who_marks=who_marks)

    def adds(self, user_id: UserId) -> None:
        drive(self._add(actor=ANNA, event_id=self.world.event_id, user_id=user_id))

    def removes(self, user_id: UserId) -> None:
        drive(self._remove(actor=ANNA, event_id=self.world.event_id, user_id=user_id))

    def sets_tick(self, user_id: UserId, state: Confirmation = Confirmation.APPROVED) -> None:
        scan = ConfirmationScan(
            user_id, FileKey("scan"), NOON, state, NOON, scan_id=ScanId(uuid4())
        )
        drive(self.world.store.transact(lambda unit: unit.scans.put(scan)))

    def prepares(self, marker: Connection, target: UserId) -> None:
        self.world.chooses(marker, target)

    def find_ending(self, connection: Connection) -> Ending:
        return drive(self._find_ending(connection=connection))

    def marking(self) -> set[UserId]:
        """Who has a ``marking`` socket."""
        event_id = self.world.event_id
        found = drive(self.world.store.observe(lambda unit: unit.connections.marking(event_id)))
        return {each.user_id for each in found}


@pytest.fixture
def hall() -> Hall:
    return Hall()


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
        hall.adds(BORIS)
        hall.sets_tick(VERA)
        hall.sets_tick(GLEB, Confirmation.PENDING)
        hall.lets(who_marks)
        for user_id in (ANNA, BORIS, VERA, GLEB):
            if user_id in let_in:
                hall.world.marks(user_id)
            else:
                with pytest.raises(MayNotMark):
                    hall.world.marks(user_id)
        assert hall.marking() == let_in

    def test_whoever_is_refused_has_not_joined(self, hall: Hall) -> None:
        """Contract: 6.18."""
        hall.lets(WhoMarks.ORGANISERS)
        with pytest.raises(MayNotMark):
            hall.world.marks(BORIS)
        assert not hall.world.place(BORIS).member

    def test_everybody_may_wait(self, hall: Hall) -> None:
        hall.lets(WhoMarks.ORGANISERS)
        hall.world.waits(BORIS)
        assert isinstance(hall.world.place(BORIS).state, Waiting)

    def test_it_is_refused_behind_the_start_and_before_waiting(self, hall: Hall) -> None:
        """Contract: 6.17."""
        hall.lets(WhoMarks.ORGANISERS)
        hall.world.waits(BORIS)
        with pytest.raises(MayNotMark):
            hall.world.marks(BORIS)
        hall.adds(BORIS)
        with pytest.raises(YouAreWaiting):
            hall.world.marks(BORIS)
        hall.world.event_id = hall.world.event("Later", starts=60)
        hall.lets(WhoMarks.ORGANISERS)
        with pytest.raises(EventNotStarted):
            hall.world.marks(GLEB)
        hall.world.advance(4000)
        with pytest.raises(EventOver):
            hall.world.marks(GLEB)


class TestPrepares:
    def test_a_tick_that_was_lost_shows_at_the_next_one(self, hall: Hall) -> None:
        hall.sets_tick(BORIS)
        hall.lets(WhoMarks.CONFIRMED)
        hall.world.waits(VERA)
        hall.world.waits(GLEB)
        marker = hall.world.marks(BORIS)
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
        hall.lets(WhoMarks.CONFIRMED)
        hall.world.waits(VERA)
        hall.prepares(hall.world.marks(ANNA), VERA)
        marker = hall.world.marks(BORIS)
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
        marker = hall.world.marks(BORIS)
        delete = DeleteEvent(hall.world.store.transact)
        drive(delete(actor=ANNA, event_id=hall.world.event_id))
        with pytest.raises(EventDeleted):
            hall.prepares(marker, VERA)


class TestNarrowing:
    def test_sockets_of_those_left_out_end_and_whom_they_hold_is_given_back(
        self, hall: Hall
    ) -> None:
        world = hall.world
        hall.adds(VERA)
        world.waits(GLEB)
        lost = world.marks(BORIS)
        world.breaks_off(lost)
        boris = [world.marks(BORIS), world.connection(BORIS, Role.MARKING)]
        drive(world.ready_to_mark(connection=boris[1]))
        for user_id in (ANNA, VERA):
            world.marks(user_id)
        hall.prepares(boris[0], GLEB)
        world.announcements.clear()
        hall.lets(WhoMarks.ORGANISERS)
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
        hall.world.marks(BORIS)
        waiting = hall.world.waits(BORIS)  # their other socket stays open, and marks nobody
        hall.lets(WhoMarks.ORGANISERS)
        assert isinstance(hall.world.place(BORIS).state, Waiting)
        found = drive(
            hall.world.store.observe(lambda unit: unit.connections.find(waiting.connection_id))
        )
        assert found is not None

    def test_one_without_a_tick_is_left_out_by_confirmed(self, hall: Hall) -> None:
        hall.sets_tick(VERA)
        for user_id in (BORIS, VERA):
            hall.world.marks(user_id)
        hall.lets(WhoMarks.CONFIRMED)
        assert hall.marking() == {VERA}
        hall.lets(WhoMarks.ORGANISERS)
        assert hall.marking() == set()

    def test_what_leaves_nobody_out_ends_nothing(self, hall: Hall) -> None:
        hall.sets_tick(BORIS)
        hall.lets(WhoMarks.CONFIRMED)
        marker = hall.world.marks(BORIS)
        hall.sets_tick(BORIS, Confirmation.NONE)
        hall.world.waits(GLEB)
        for change in (
            {"who_marks": WhoMarks.CONFIRMED},
            {"name": "Another"},
            {"who_marks": WhoMarks.EVERYBODY},
        ):
            hall.changes(**change)
            assert hall.marking() == {BORIS}
        hall.prepares(marker, GLEB)
        assert isinstance(hall.world.place(GLEB).state, Held)

    def test_many_are_told_in_announcements_that_are_short_enough(
        self, hall: Hall, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("attendance_core.marking.leaving_out.MAX_SOCKETS_NAMED", 2)
        for user_id in (BORIS, VERA, GLEB):
            hall.world.marks(user_id)
        hall.world.announcements.clear()
        hall.lets(WhoMarks.ORGANISERS)
        ended = [each for each in hall.world.announcements if isinstance(each, ConnectionsEnded)]
        assert [len(each.connection_ids or ()) for each in ended] == [2, 1]
        assert hall.marking() == set()


class TestRemoveHelper:
    def test_where_only_organisers_mark_their_sockets_end(self, hall: Hall) -> None:
        for helper in (BORIS, VERA):
            hall.adds(helper)
        hall.lets(WhoMarks.ORGANISERS)
        hall.world.waits(GLEB)
        marker = hall.world.marks(BORIS)
        hall.world.marks(VERA)
        hall.prepares(marker, GLEB)
        hall.removes(BORIS)
        assert hall.marking() == {VERA}
        assert isinstance(hall.world.place(GLEB).state, Waiting)
        with pytest.raises(NoLongerMarks):
            drive(hall.world.confirm(connection=marker))
        with pytest.raises(MayNotMark):
            hall.world.marks(BORIS)

    @pytest.mark.parametrize("who_marks", [WhoMarks.EVERYBODY, WhoMarks.CONFIRMED])
    def test_one_who_may_mark_all_the_same_goes_on(self, hall: Hall, who_marks: WhoMarks) -> None:
        hall.adds(BORIS)
        hall.sets_tick(BORIS)
        hall.lets(who_marks)
        hall.world.waits(GLEB)
        marker = hall.world.marks(BORIS)
        hall.prepares(marker, GLEB)
        hall.removes(BORIS)
        drive(hall.world.confirm(connection=marker))
        assert isinstance(hall.world.place(GLEB).state, Marked)

    def test_nobody_else_who_lost_a_tick_is_ended_by_it(self, hall: Hall) -> None:
        hall.adds(BORIS)
        hall.sets_tick(VERA)
        hall.lets(WhoMarks.CONFIRMED)
        hall.world.marks(BORIS)
        hall.world.marks(VERA)
        hall.sets_tick(VERA, Confirmation.NONE)
        hall.removes(BORIS)
        assert hall.marking() == {VERA}


class TestUpdateEvent:
    def test_rooms_are_told_how_it_is_now(self, hall: Hall) -> None:
        world = hall.world
        until = world.clock.now() + 7200
        hall.changes(name=" Physics ", ends_at=until)
        expected = EventChanged(world.event_id, "Physics", world.clock.now() - 60, until)
        assert world.announcements == [expected]

    def test_what_is_as_it_was_is_not_told(self, hall: Hall) -> None:
        hall.changes(name="Lecture", who_marks=WhoMarks.EVERYBODY)
        assert hall.world.announcements == []

    def test_a_hold_runs_on_no_longer_than_a_shortened_event(self, hall: Hall) -> None:
        """Contract: 6.9."""
        hall.world.waits(GLEB)
        marker = hall.world.marks(BORIS)
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
        marker = hall.world.marks(BORIS)
        hall.changes(ends_at=hall.world.clock.now() + 7200)
        hall.world.advance(3600)
        hall.prepares(marker, GLEB)
        drive(hall.world.confirm(connection=marker))
        assert isinstance(hall.world.place(GLEB).state, Marked)


def test_a_connection_that_is_gone_for_another_reason_says_so(hall: Hall) -> None:
    hall.lets(WhoMarks.ORGANISERS)
    marking, waiting = (hall.world.connection(BORIS, role) for role in (Role.MARKING, Role.MARK_ME))
    assert hall.find_ending(marking) is Ending.LEFT, "who is not in the event has left it"
    hall.world.waits(BORIS)
    assert hall.find_ending(marking) is Ending.LEFT_OUT
    assert hall.find_ending(waiting) is Ending.FORGOTTEN
    hall.adds(BORIS)
    assert hall.find_ending(replace(marking)) is Ending.FORGOTTEN
