"""A mark in one step is what a socket does in two, whatever was before. Contract: 6.21."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule

from attendance_adapters.in_memory import MemoryStore
from attendance_core.errors import LeaseLost, MayNotMark, Refusal, Yourself
from attendance_core.events import LeaveEvent, UpdateEvent
from attendance_core.marking.announcements import PlaceChanged
from attendance_core.marking.at_once import MarkAtOnce
from attendance_core.marking.connections import Role
from attendance_core.marking.outcomes import Outcome
from attendance_core.marking.places import Marked, Place
from attendance_core.marking.who_marks import WhoMarks
from attendance_core.testing.machine.driving import drive
from attendance_core.testing.machine.rules import MarkingMachine
from attendance_core.testing.machine.socket_rules import people
from attendance_core.vocabulary import UserId
from tests.support.world import World

CREATOR, ANNA, BORIS = map(UserId, range(1, 4))

steps = st.tuples(
    st.sampled_from(["waits", "waits", "comes", "prepare", "refuse", "confirm", "bye", "loss"])
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
            if what in {"waits", "comes"}:
                self.opened.append(self.waits(who) if what == "waits" else self.comes_to_mark(who))
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
                self.advance_unswept(float(what[:-2]))

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
        socket = self.comes_to_mark(marker)
        drive(self.prepare(connection=socket, target=UserId(target)))
        return drive(self.confirm(connection=socket, target=UserId(target)))

    def told(self) -> list[PlaceChanged]:
        """Lists the changes as those hear them who have not given the command, person by person."""
        changes = [each for each in self.announcements if isinstance(each, PlaceChanged)]
        by_person = sorted(changes, key=lambda each: each.place.user_id)
        return [replace(each, commanded_by=None) for each in by_person]


def what_comes_of(
    marks: Callable[[int, int], Outcome], marker: int, target: int
) -> Place | Refusal:
    try:
        return marks(marker, target).place
    except Refusal as refused:
        return refused


@given(st.lists(steps, max_size=25), st.integers(1, 4), st.integers(1, 4))
@example([("waits", 2, 1), ("comes", 3, 1), ("prepare", 3, 2), ("91 s", 1, 1)], 4, 2)
@example([("waits", 2, 1), ("comes", 3, 1), ("prepare", 3, 2), ("91 s", 1, 1)], 3, 2)
@example([("waits", 2, 1), ("loss", 2, 1), ("12 s", 1, 1), ("12 s", 1, 1)], 3, 2)
@example([("waits", 2, 1), ("comes", 3, 1), ("leaves", 3, 1)], 3, 2)
@example([("comes", 2, 1), ("organisers", 1, 1), ("everybody", 1, 1), ("prepare", 2, 1)], 1, 1)
@settings(max_examples=60, deadline=None)
def test_it_is_what_a_socket_does_in_two_steps(
    history: list[tuple[str, int, int]], marker: int, target: int
) -> None:
    """Whatever was before: the refusal, or the places, the karma and what others hear."""
    one, other = Twin.after(history), Twin.after(history)
    state = one.place(target).state
    # A socket would confirm again
    assume(not (isinstance(state, Marked) and state.marker == marker))
    by_socket = what_comes_of(one.in_two_steps, marker, target)
    by_program = what_comes_of(other.mark_at_once, marker, target)
    if marker == target:  # the opening has another word for it
        assert isinstance(by_socket, Refusal)
        assert isinstance(by_program, Yourself | MayNotMark)
    elif isinstance(by_socket, Refusal):
        assert type(by_program) is type(by_socket)
    else:
        assert by_program == by_socket
        for user_id in one.people:
            assert one.place(user_id) == other.place(user_id)
            assert one.karma(user_id) == other.karma(user_id)
        assert one.told() == other.told()


@pytest.mark.parametrize("mark", [Twin.mark_at_once, Twin.in_two_steps])
@given(history=st.lists(steps, max_size=25))
@example(history=[("organisers", 1, 1)])
@settings(max_examples=30, deadline=None)
def test_whom_they_have_marked_stays_so_whatever_was_since(
    mark: Callable[[Twin, int, int], Outcome], history: list[tuple[str, int, int]]
) -> None:
    twin = Twin.after([("waits", ANNA, ANNA)])
    place = mark(twin, BORIS, ANNA).place
    for each in history:
        twin.does(*each)
    again = twin.mark_at_once(BORIS, ANNA)
    assert not again.changed
    assert again.place.state == place.state


class WithPrograms(MarkingMachine):
    """As people at sockets, with programs that mark for some of them."""

    make_store = staticmethod(MemoryStore)
    store_suspends = False

    @rule(actor=people, user_id=people)
    def a_program_marks(self, actor: UserId, user_id: UserId) -> None:
        campus = self.campus
        do = MarkAtOnce(campus.store.transact, campus.terms)
        with suppress(Refusal):
            drive(do(actor=actor, event_id=campus.event_id, user_id=user_id))

    @rule(actor=people, number=st.integers(0, 99))
    def a_program_marks_who_has_a_state(self, actor: UserId, number: int) -> None:
        with_state = sorted(user_id for user_id, each in self.campus.places().items() if each.state)
        if with_state:
            self.a_program_marks(actor, with_state[number % len(with_state)])


TestMarkingInAnyOrder = pytest.mark.slow(WithPrograms.TestCase)
TestMarkingInAnyOrder.settings = settings(
    max_examples=15,
    stateful_step_count=50,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
