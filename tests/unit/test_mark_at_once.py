"""A program marks in one step, by all rules of two. Contract: 6.21. Decision 0028."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule

from attendance_adapters.in_memory import MemoryStore
from attendance_core.attendance import AnnulMark
from attendance_core.errors import (
    AlreadyHolding,
    AlreadyMarked,
    EventNotFound,
    EventNotStarted,
    EventOver,
    LeaseLost,
    MayNotMark,
    NotWaiting,
    PersonNotFound,
    Refusal,
    Taken,
    TooSoon,
    YouAreWaiting,
    Yourself,
)
from attendance_core.events import LeaveEvent, UpdateEvent
from attendance_core.marking.announcements import PlaceChanged
from attendance_core.marking.at_once import MarkAtOnce
from attendance_core.marking.connections import Role
from attendance_core.marking.ledger import AnnulReason, Grade, Origin
from attendance_core.marking.outcomes import Outcome
from attendance_core.marking.places import Held, Marked
from attendance_core.marking.who_marks import WhoMarks
from attendance_core.profiles import Profile
from attendance_core.testing.clock import NOON
from attendance_core.testing.machine.driving import drive
from attendance_core.testing.machine.rules import MarkingMachine
from attendance_core.testing.machine.socket_rules import people
from attendance_core.vocabulary import EventId, UserId
from tests.support.world import World

CREATOR, ANNA, BORIS, VERA = map(UserId, range(1, 5))


def time_passes(world: World, seconds: float) -> None:
    """While its process lives, and has not swept yet."""
    while seconds > 0:
        world.clock.pass_(min(seconds, 5))
        seconds -= 5
        drive(world.renew(process_id=world.process_id))


def at_once(world: World, marker: int, target: int) -> Outcome:
    do = MarkAtOnce(world.store.transact, world.terms)
    return drive(do(actor=UserId(marker), event_id=world.event_id, user_id=UserId(target)))


class TestMarks:
    def test_who_waits_is_marked_joins_the_marker_and_pays(self, world: World) -> None:
        world.waits(ANNA)
        world.announcements.clear()
        outcome = at_once(world, BORIS, ANNA)
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
        first = at_once(world, BORIS, ANNA)
        world.announcements.clear()
        world.clock.pass_(600)
        again = at_once(world, BORIS, ANNA)
        assert (again.place, again.changed, again.paid) == (first.place, False, 0)
        assert world.announcements == []
        assert world.karma(BORIS) == 50

    def test_whom_they_hold_by_a_socket_is_confirmed(self, world: World) -> None:
        world.waits(ANNA)
        socket = world.marks(BORIS)
        drive(world.prepare(connection=socket, target=ANNA))
        assert at_once(world, BORIS, ANNA).changed
        assert drive(world.confirm(connection=socket, target=ANNA)).changed is False

    def test_a_hold_that_has_run_out_is_ended_and_told(self, world: World) -> None:
        world.waits(ANNA)
        world.waits(VERA)
        drive(world.prepare(connection=world.marks(BORIS), target=ANNA))
        time_passes(world, 91)
        outcome = at_once(world, BORIS, VERA)
        assert [each.user_id for each in outcome.ended] == [ANNA]
        assert world.place(ANNA).state is not None


class TestRefusals:
    """Each as a socket has it."""

    def refuses(self, world: World, marker: int, target: int, refusal: type[Exception]) -> None:
        before, announced = world.place(target), list(world.announcements)
        with pytest.raises(refusal):
            at_once(world, marker, target)
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
        drive(world.prepare(connection=world.marks(VERA), target=ANNA))
        self.refuses(world, CREATOR, ANNA, Taken)
        self.refuses(world, VERA, BORIS, AlreadyHolding)
        at_once(world, VERA, ANNA)
        self.refuses(world, CREATOR, ANNA, AlreadyMarked)

    def test_of_the_event(self, world: World) -> None:
        world.waits(ANNA)
        update = UpdateEvent(world.store.transact, world.terms)
        event = {"actor": CREATOR, "event_id": world.event_id}
        drive(update(**event, who_marks=WhoMarks.ORGANISERS))  # type: ignore[arg-type]
        self.refuses(world, BORIS, ANNA, MayNotMark)
        drive(update(**event, who_marks=WhoMarks.EVERYBODY))  # type: ignore[arg-type]
        time_passes(world, 3600)
        self.refuses(world, BORIS, ANNA, EventOver)
        world.event_id = world.event("Later", starts=600)
        world.waits(ANNA)
        self.refuses(world, BORIS, ANNA, EventNotStarted)
        world.event_id = EventId(world.ids.event_id())
        self.refuses(world, BORIS, ANNA, EventNotFound)

    def test_of_one_who_had_them_last_while_others_could_have_them(self, world: World) -> None:
        """Contract: 6.19."""
        world.waits(ANNA)
        socket = world.marks(BORIS)
        world.marks(VERA)
        drive(world.prepare(connection=socket, target=ANNA))
        drive(world.refuse(connection=socket))
        self.refuses(world, BORIS, ANNA, TooSoon)
        world.clock.pass_(10)
        assert at_once(world, BORIS, ANNA).changed

    def test_of_one_who_has_deleted_their_account_and_left_a_mark(self, world: World) -> None:
        world.waits(BORIS)
        at_once(world, CREATOR, BORIS)
        world.waits(ANNA)
        drive(world.store.transact(lambda unit: unit.profiles.put(Profile(BORIS, ""))))
        self.refuses(world, BORIS, ANNA, PersonNotFound)

    def test_an_annulled_mark_is_not_made_again(self, world: World) -> None:
        """Contract: 8.7."""
        world.waits(ANNA)
        n = at_once(world, BORIS, ANNA).place.last_n
        annul = AnnulMark(world.store.transact)
        about: dict[str, Any] = {"event_id": world.event_id, "user_id": ANNA, "n": n}
        drive(annul(**about, actor=CREATOR, reason=AnnulReason.OTHER))
        self.refuses(world, BORIS, ANNA, NotWaiting)


steps = st.tuples(
    st.sampled_from(["waits", "waits", "marks", "prepare", "refuse", "confirm", "bye", "loss"])
    | st.sampled_from(["leaves", "3 s", "12 s", "91 s", "organisers", "everybody"]),
    st.integers(1, 4),
    st.integers(1, 4),
)


class Twin(World):
    """One of two worlds in which the same happens."""

    def does(self, what: str, who: int, whom: int) -> None:
        mine = [each for each in self.opened if each.user_id == who]
        marking = [each for each in mine if each.role is Role.MARKING]
        event: dict[str, Any] = {"event_id": self.event_id}
        with suppress(Refusal, LeaseLost):  # what a socket hears that is open no longer
            if what in {"waits", "marks"}:
                self.opened.append(self.waits(who) if what == "waits" else self.marks(who))
            elif what == "prepare" and marking:
                drive(self.prepare(connection=marking[-1], target=UserId(whom)))
            elif what in {"refuse", "confirm"} and marking:
                drive(getattr(self, what)(connection=marking[-1]))
            elif what in {"bye", "loss"} and mine:
                self.opened.remove(mine[-1])
                drive(self.hang_up(connections=mine[-1:], goodbye=what == "bye"))
            elif what == "leaves":
                drive(LeaveEvent(self.store.transact, self.terms)(actor=UserId(who), **event))
            elif what in {"organisers", "everybody"}:
                update = UpdateEvent(self.store.transact, self.terms)
                drive(update(actor=CREATOR, who_marks=WhoMarks(what), **event))
            elif what.endswith(" s"):
                time_passes(self, float(what[:-2]))

    @classmethod
    def after(cls, history: list[tuple[str, int, int]]) -> Twin:
        twin = cls()
        twin.opened = []
        for each in history:
            twin.does(*each)
        twin.announcements.clear()
        return twin

    opened: list[Any]

    def in_two_steps(self, marker: int, target: int) -> Outcome:
        socket = self.marks(marker)
        drive(self.prepare(connection=socket, target=UserId(target)))
        return drive(self.confirm(connection=socket, target=UserId(target)))

    def told(self) -> list[PlaceChanged]:
        """As those hear it who have not given the command, person by person."""
        changes = [each for each in self.announcements if isinstance(each, PlaceChanged)]
        by_person = sorted(changes, key=lambda each: each.place.user_id)
        return [replace(each, commanded_by=None) for each in by_person]


@given(st.lists(steps, max_size=25), st.integers(1, 4), st.integers(1, 4))
@example([("waits", 2, 1), ("marks", 3, 1), ("prepare", 3, 2), ("91 s", 1, 1)], 4, 2)
@example([("waits", 2, 1), ("marks", 3, 1), ("prepare", 3, 2), ("91 s", 1, 1)], 3, 2)
@example([("waits", 2, 1), ("loss", 2, 1), ("12 s", 1, 1), ("12 s", 1, 1)], 3, 2)
@example([("waits", 2, 1), ("marks", 3, 1), ("leaves", 3, 1)], 3, 2)
@example([("marks", 2, 1), ("organisers", 1, 1), ("everybody", 1, 1), ("prepare", 2, 1)], 1, 1)
@settings(max_examples=60, deadline=None)
def test_it_is_what_a_socket_does_in_two_steps(
    history: list[tuple[str, int, int]], marker: int, target: int
) -> None:
    """Whatever was before: the refusal, or the places, the karma and what others hear."""
    one, other = Twin.after(history), Twin.after(history)
    state = one.place(target).state
    if isinstance(state, Marked) and state.marker == marker:
        assert not at_once(other, marker, target).changed  # a socket would confirm again
        return
    try:
        outcome = one.in_two_steps(marker, target)
    except Refusal as refused:
        refusals: tuple[type[Refusal], ...] = (type(refused),)
        if marker == target:  # the opening has another word for it
            refusals = (Yourself, MayNotMark)
        with pytest.raises(refusals):
            at_once(other, marker, target)
        return
    assert at_once(other, marker, target).place == outcome.place
    for user_id in one.people:
        assert one.place(user_id) == other.place(user_id)
        assert one.karma(user_id) == other.karma(user_id)
    assert one.told() == other.told()


class WithPrograms(MarkingMachine):
    """As people at sockets, with programs that mark for some of them."""

    make_store = staticmethod(MemoryStore)
    suspends = False

    @rule(actor=people, user_id=people)
    def a_program_marks(self, actor: UserId, user_id: UserId) -> None:
        campus = self.campus
        do = MarkAtOnce(campus.store.transact, campus.terms)
        with suppress(Refusal):
            drive(do(actor=actor, event_id=campus.event_id, user_id=user_id))

    @rule(number=st.integers(0, 99), user_id=people)
    def a_program_marks_who_waits(self, number: int, user_id: UserId) -> None:
        waiting = sorted(user_id for user_id, each in self.campus.places().items() if each.state)
        if waiting:
            self.a_program_marks(user_id, waiting[number % len(waiting)])


TestMarkingInAnyOrder = pytest.mark.slow(WithPrograms.TestCase)
TestMarkingInAnyOrder.settings = settings(
    max_examples=15,
    stateful_step_count=50,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
