"""An organiser marks somebody by hand. Contract: 8.5."""

from __future__ import annotations

from uuid import UUID

import pytest

from attendance_core.errors import (
    BadLength,
    EventNotFound,
    EventNotStarted,
    NobodyHeld,
    NotAnOrganiser,
    PersonNotFound,
    TooManyRequests,
    Yourself,
)
from attendance_core.limits import JOINED_BY_HAND
from attendance_core.marking.announcements import PlaceChanged
from attendance_core.marking.ledger import Grade, Origin
from attendance_core.marking.places import Marked
from attendance_core.testing.clock import NOON
from attendance_core.testing.machine.driving import drive
from attendance_core.vocabulary import EventId, UserId
from tests.support.ledger_world import BORIS, CREATOR, GLEB, VERA, LedgerWorld, world

__all__ = ["world"]
NOBODY, NO_EVENT = UserId(99), EventId(UUID(int=99))


class TestByHand:
    def test_whoever_is_there_is_marked_and_joined(self, world: LedgerWorld) -> None:
        assert world.by_hand(CREATOR, GLEB, "  came late ") == 1
        place = world.place(GLEB)
        assert place.member
        assert place.state == Marked(CREATOR, NOON, 1, Origin.HAND)
        (line,) = world.ledger()
        assert (line.entry.grade, line.notes.note) == (Grade.ORGANISER, "came late")

    def test_it_pays_nobody(self, world: LedgerWorld) -> None:
        world.by_hand(CREATOR, GLEB)
        assert world.karma(CREATOR) == 0

    def test_one_who_is_marked_stays_as_they_are(self, world: LedgerWorld) -> None:
        world.marks_boris()
        before = world.place(BORIS), len(world.announcements)
        assert world.by_hand(CREATOR, BORIS) == 1
        assert (world.place(BORIS), len(world.announcements)) == before

    def test_one_who_waits_and_one_who_is_held(self, world: LedgerWorld) -> None:
        world.waits(BORIS)
        marking = world.comes_to_mark(VERA)
        world.chooses(marking, BORIS)
        world.by_hand(CREATOR, BORIS)
        assert isinstance(world.place(BORIS).state, Marked)
        assert isinstance(world.announcements[-1], PlaceChanged)
        with pytest.raises(NobodyHeld):
            drive(world.confirm(connection=marking))

    def test_also_after_the_end_and_by_a_helper_who_has_not_joined(
        self, world: LedgerWorld
    ) -> None:
        world.helps(GLEB)
        world.clock.pass_(4000)
        assert world.by_hand(GLEB, BORIS) == 1

    def test_refusals_in_their_order(self, world: LedgerWorld) -> None:
        early = world.create_event("Later", starts=60)
        lecture, world.event_id = world.event_id, early
        with pytest.raises(NotAnOrganiser):
            world.by_hand(BORIS, NOBODY)
        with pytest.raises(PersonNotFound):
            world.by_hand(CREATOR, NOBODY)
        with pytest.raises(Yourself):
            world.by_hand(CREATOR, CREATOR)
        with pytest.raises(EventNotStarted):
            world.by_hand(CREATOR, GLEB)
        with pytest.raises(BadLength):
            world.by_hand(BORIS, NOBODY, "x" * 201)
        world.event_id = NO_EVENT
        with pytest.raises(EventNotFound):
            world.by_hand(BORIS, NOBODY)
        world.event_id = lecture
        world.by_hand(CREATOR, GLEB, "x" * 200)

    def test_an_organiser_joins_so_many_an_hour(self, world: LedgerWorld) -> None:
        people = [world.add_person(f"Late {number}") for number in range(JOINED_BY_HAND.most)]
        for each in people:
            world.by_hand(CREATOR, each)
        with pytest.raises(TooManyRequests):
            world.by_hand(CREATOR, GLEB)
        assert world.place(GLEB).state is None
        assert world.by_hand(CREATOR, people[0]) == 1
        world.waits(BORIS)  # who has joined, counts for nobody
        assert world.by_hand(CREATOR, BORIS) == 1
        world.clock.pass_(3600)
        assert world.by_hand(CREATOR, GLEB) == 1
