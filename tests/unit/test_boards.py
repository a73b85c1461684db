"""Who may watch an event, for how long, and what they are told. Contract: 8.5."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from attendance_core.accounts import LONGEST_SESSION_SECONDS, SESSION_SECONDS, LogOut
from attendance_core.attendance import (
    BOARD_AFTER_END_SECONDS,
    CheckViewers,
    CountSheet,
    MakeBoardLink,
    RemoveBoardLink,
    Viewer,
    WatchAttendance,
    board_id_of,
)
from attendance_core.errors import BoardNotFound, EventNotFound, EventOver, NotAnOrganiser
from attendance_core.events import AddHelper, DeleteEvent, RemoveHelper, UpdateEvent
from attendance_core.sheet_counts import SheetCounts
from attendance_core.testing.lectures import session_of
from attendance_core.testing.machine.driving import drive
from attendance_core.testing.stand_ins import CountedIds
from attendance_core.vocabulary import EventId, UserId
from tests.support.world import SECONDS_TO_THE_END, World

ANNA, BORIS = UserId(1), UserId(2)  # Anna creates


class Hall:
    """A lecture that has begun, and what is done about its board."""

    def __init__(self) -> None:
        self.world = World()
        transact, observe = self.world.store.transact, self.world.store.observe
        self.event_id = self.world.event_id
        self.transact, self.terms = transact, self.world.terms
        self._make, self._remove = MakeBoardLink(transact, CountedIds()), RemoveBoardLink(transact)
        self._watch, self._count = WatchAttendance(observe), CountSheet(observe)
        self._check = CheckViewers(observe)

    def make_board_link(self, actor: UserId = ANNA) -> str:
        return drive(self._make(actor=actor, event_id=self.event_id))

    def uses_session(self, user_id: UserId) -> None:
        def work(unit: Any) -> None:
            unit.sessions.note_use(session_of(user_id), unit.now())

        drive(self.transact(work))

    def removes_board_link(self, actor: UserId = ANNA) -> None:
        drive(self._remove(actor=actor, event_id=self.event_id))

    def watches(self, user_id: UserId, event_id: EventId | None = None) -> Viewer:
        where = event_id or self.event_id
        return drive(self._watch(actor=user_id, session_id=session_of(user_id), event_id=where))

    def by_link(self, secret: str) -> Viewer:
        return drive(self._watch.by_link(secret))

    def who_may(self, *viewers: Viewer) -> frozenset[Viewer]:
        return drive(self._check(viewers=viewers))

    def counts(self) -> Any:
        return drive(self._count(event_id=self.event_id))

    def helps(self, user_id: UserId) -> None:
        add = AddHelper(self.transact)
        drive(add(actor=ANNA, event_id=self.event_id, user_id=user_id))


@pytest.fixture
def hall() -> Hall:
    return Hall()


class TestTheLink:
    """Contract: POST /api/events/MakeBoardLink, POST /api/events/RemoveBoardLink."""

    def test_it_lets_in_whoever_shows_its_secret(self, hall: Hall) -> None:
        secret = hall.make_board_link()
        viewer = hall.by_link(secret)
        assert viewer == Viewer(hall.event_id, board_id_of(secret), creator_id=ANNA)
        assert secret not in str(viewer)

    def test_a_secret_that_is_none_is_not_found(self, hall: Hall) -> None:
        hall.make_board_link()
        for wrong in ("", "x", "\ud800", hall.event_id.hex):
            with pytest.raises(BoardNotFound):
                hall.by_link(wrong)

    def test_another_one_ends_it_and_so_does_removing_it(self, hall: Hall) -> None:
        old = hall.make_board_link()
        new = hall.make_board_link()
        with pytest.raises(BoardNotFound):
            hall.by_link(old)
        viewer = hall.by_link(new)
        assert hall.who_may(viewer, replace(viewer, admitted_by=board_id_of(old))) == {viewer}
        for _ in range(2):
            hall.removes_board_link()
        assert hall.who_may(viewer) == frozenset()

    def test_helpers_make_and_remove_it_and_nobody_else(self, hall: Hall) -> None:
        for forbidden in (hall.make_board_link, hall.removes_board_link):
            with pytest.raises(NotAnOrganiser):
                forbidden(BORIS)
        hall.helps(BORIS)
        hall.by_link(hall.make_board_link(BORIS))
        hall.removes_board_link(BORIS)

    def test_it_ends_an_hour_after_the_event_whenever_that_is(self, hall: Hall) -> None:
        viewer = hall.by_link(secret := hall.make_board_link())
        hall.world.clock.pass_(SECONDS_TO_THE_END - 1)
        update = UpdateEvent(hall.transact, hall.terms)
        later = hall.world.clock.now() + 60
        drive(update(actor=ANNA, event_id=hall.event_id, ends_at=later))
        hall.world.clock.pass_(60 + BOARD_AFTER_END_SECONDS - 1)
        assert hall.who_may(hall.by_link(secret)) == {viewer}
        hall.world.clock.pass_(1)
        with pytest.raises(BoardNotFound):
            hall.by_link(secret)
        assert hall.who_may(viewer) == frozenset()
        with pytest.raises(EventOver):
            hall.make_board_link()


class TestViewers:
    """Contract: GET /api/events/WatchAttendance."""

    def test_organisers_watch_and_nobody_else(self, hall: Hall) -> None:
        hall.helps(BORIS)
        both = hall.watches(ANNA), hall.watches(BORIS)
        assert hall.who_may(*both) == set(both)
        with pytest.raises(NotAnOrganiser):
            hall.watches(UserId(3))
        with pytest.raises(EventNotFound):
            hall.watches(ANNA, EventId(UUID(int=99)))

    def test_the_end_of_the_right_the_session_or_the_event_ends_watching(self, hall: Hall) -> None:
        hall.helps(BORIS)
        anna, boris, link = (
            hall.watches(ANNA),
            hall.watches(BORIS),
            hall.by_link(hall.make_board_link()),
        )
        remove = RemoveHelper(hall.transact, hall.terms)
        drive(remove(actor=ANNA, event_id=hall.event_id, user_id=BORIS))
        assert hall.who_may(anna, boris, link) == {anna, link}
        drive(LogOut(hall.transact, hall.terms)(session_id=session_of(ANNA)))
        assert hall.who_may(anna, boris, link) == {link}
        drive(DeleteEvent(hall.transact)(actor=ANNA, event_id=hall.event_id))
        assert hall.who_may(link) == frozenset()
        assert hall.counts() is None

    def test_a_session_that_nobody_used_ends(self, hall: Hall) -> None:
        anna = hall.watches(ANNA)
        hall.world.clock.pass_(SESSION_SECONDS)
        assert hall.who_may(anna) == frozenset()

    def test_so_does_one_whose_log_in_was_too_long_ago(self, hall: Hall) -> None:
        """Contract: 9.2."""
        anna = hall.watches(ANNA)
        hall.world.clock.pass_(LONGEST_SESSION_SECONDS - 1)
        hall.uses_session(ANNA)
        assert hall.who_may(anna) == {anna}
        hall.world.clock.pass_(1)
        assert hall.who_may(anna) == frozenset()


class TestCounts:
    """Contract: WatchAttendance."""

    def test_they_are_of_one_moment(self, hall: Hall) -> None:
        world = hall.world
        world.waits(2)
        world.waits(3)
        world.waits(4)
        marker = world.comes_to_mark(1)
        world.chooses(marker, BORIS)
        drive(world.confirm(connection=marker, target=None))
        world.chooses(marker, 3)
        assert hall.counts() == (SheetCounts(4, 1, 1, 1, 3), world.clock.now(), False)

    def test_behind_the_end_nobody_waits_or_is_held(self, hall: Hall) -> None:
        hall.world.waits(2)
        hall.world.clock.pass_(SECONDS_TO_THE_END)
        assert hall.counts() == (SheetCounts(2, 0, 0, 0, 1), hall.world.clock.now(), True)
