"""A program marks in one step, by all rules of two. Contract: 6.21. Decision 0028."""

from __future__ import annotations

from typing import Any

import pytest

from attendance_core.attendance import AnnulMark
from attendance_core.errors import (
    AlreadyHolding,
    AlreadyMarked,
    EventNotFound,
    EventNotStarted,
    EventOver,
    MayNotMark,
    NotWaiting,
    PersonNotFound,
    Taken,
    TooSoon,
    YouAreWaiting,
    Yourself,
)
from attendance_core.events import UpdateEvent
from attendance_core.marking.announcements import PlaceChanged
from attendance_core.marking.ledger import AnnulReason, Grade, Origin
from attendance_core.marking.places import Held, Marked
from attendance_core.marking.who_marks import WhoMarks
from attendance_core.profiles import Profile
from attendance_core.testing.clock import NOON
from attendance_core.testing.machine.driving import drive
from attendance_core.vocabulary import EventId, UserId
from tests.support.world import World

CREATOR, ANNA, BORIS, VERA = map(UserId, range(1, 5))


class TestMarks:
    def test_who_waits_is_marked_joins_the_marker_and_pays(self, world: World) -> None:
        world.waits(ANNA)
        world.announcements.clear()
        outcome = world.mark_at_once(BORIS, ANNA)
        assert world.place(ANNA).state == Marked(BORIS, NOON, 1, Origin.HOLD)
        assert world.place(BORIS).member
        assert (outcome.place, outcome.changed, outcome.paid) == (world.place(ANNA), True, 50)
        assert world.karma(BORIS) == 50
        entry = drive(world.store.observe(lambda u: u.ledger.find(world.event_id, ANNA, 1)))
        assert entry is not None
        assert (entry.actor_id, entry.origin, entry.grade) == (BORIS, Origin.HOLD, Grade.PEER)
        told = [each.place.state for each in world.announcements if isinstance(each, PlaceChanged)]
        assert [type(each) for each in told] == [type(None), Held, Marked]

    def test_again_it_is_the_same_mark_and_pays_nothing(self, world: World) -> None:
        world.waits(ANNA)
        first = world.mark_at_once(BORIS, ANNA)
        world.announcements.clear()
        world.clock.pass_(600)
        again = world.mark_at_once(BORIS, ANNA)
        assert (again.place, again.changed, again.paid) == (first.place, False, 0)
        assert world.announcements == []
        assert world.karma(BORIS) == 50

    def test_whom_they_hold_by_a_socket_is_confirmed(self, world: World) -> None:
        world.waits(ANNA)
        socket = world.comes_to_mark(BORIS)
        world.chooses(socket, ANNA)
        assert world.mark_at_once(BORIS, ANNA).changed
        assert drive(world.confirm(connection=socket, target=ANNA)).changed is False

    def test_a_hold_that_has_run_out_is_ended_and_told(self, world: World) -> None:
        world.waits(ANNA)
        world.waits(VERA)
        world.chooses(world.comes_to_mark(BORIS), ANNA)
        world.advance_unswept(91)
        outcome = world.mark_at_once(BORIS, VERA)
        assert [each.user_id for each in outcome.ended] == [ANNA]
        assert world.place(ANNA).state is not None


class TestRefusals:
    """Each as a socket has it."""

    def refuses(self, world: World, marker: int, target: int, refusal: type[Exception]) -> None:
        before, announced = world.place(target), list(world.announcements)
        with pytest.raises(refusal):
            world.mark_at_once(marker, target)
        assert world.place(target) == before
        assert world.announcements == announced

    def test_of_the_person(self, world: World) -> None:
        self.refuses(world, BORIS, ANNA, NotWaiting)
        self.refuses(world, BORIS, 99, NotWaiting)
        self.refuses(world, 99, ANNA, PersonNotFound)
        world.waits(ANNA)
        self.refuses(world, ANNA, ANNA, Yourself)
        world.waits(BORIS)
        self.refuses(world, BORIS, ANNA, YouAreWaiting)
        world.chooses(world.comes_to_mark(VERA), ANNA)
        self.refuses(world, CREATOR, ANNA, Taken)
        self.refuses(world, VERA, BORIS, AlreadyHolding)
        world.mark_at_once(VERA, ANNA)
        self.refuses(world, CREATOR, ANNA, AlreadyMarked)

    def test_of_the_event(self, world: World) -> None:
        world.waits(ANNA)
        update = UpdateEvent(world.store.transact, world.terms)
        arguments = {"actor": CREATOR, "event_id": world.event_id}
        drive(update(**arguments, who_marks=WhoMarks.ORGANISERS))  # type: ignore[arg-type]
        self.refuses(world, BORIS, ANNA, MayNotMark)
        drive(update(**arguments, who_marks=WhoMarks.EVERYBODY))  # type: ignore[arg-type]
        world.advance_unswept(3600)
        self.refuses(world, BORIS, ANNA, EventOver)
        world.event_id = world.create_event("Later", starts=600)
        world.waits(ANNA)
        self.refuses(world, BORIS, ANNA, EventNotStarted)
        world.event_id = EventId(world.ids.event_id())
        self.refuses(world, BORIS, ANNA, EventNotFound)

    def test_of_one_who_had_them_last_while_others_could_have_them(self, world: World) -> None:
        """Contract: 6.19."""
        world.waits(ANNA)
        socket = world.comes_to_mark(BORIS)
        world.comes_to_mark(VERA)
        world.chooses(socket, ANNA)
        drive(world.refuse(connection=socket))
        self.refuses(world, BORIS, ANNA, TooSoon)
        world.clock.pass_(10)
        assert world.mark_at_once(BORIS, ANNA).changed

    def test_of_one_who_has_deleted_their_account_and_left_a_mark(self, world: World) -> None:
        world.waits(BORIS)
        world.mark_at_once(CREATOR, BORIS)
        world.waits(ANNA)
        drive(world.store.transact(lambda unit: unit.profiles.put(Profile(BORIS, ""))))
        self.refuses(world, BORIS, ANNA, PersonNotFound)

    def test_an_annulled_mark_is_not_made_again(self, world: World) -> None:
        """Contract: 8.7."""
        world.waits(ANNA)
        n = world.mark_at_once(BORIS, ANNA).place.last_n
        annul = AnnulMark(world.store.transact)
        about: dict[str, Any] = {"event_id": world.event_id, "user_id": ANNA, "n": n}
        drive(annul(**about, actor=CREATOR, reason=AnnulReason.OTHER))
        self.refuses(world, BORIS, ANNA, NotWaiting)
