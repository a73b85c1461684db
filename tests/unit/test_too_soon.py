"""Nobody keeps a person from the others alone. Contract: 6.19."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from attendance_core.accounts import LogOut
from attendance_core.errors import AlreadyMarked, NotWaiting, Taken, TooSoon
from attendance_core.events import LeaveEvent
from attendance_core.marking.connections import Connection
from attendance_core.marking.places import Barred, Held
from attendance_core.testing.clock import NOON
from attendance_core.testing.lectures import session_of
from attendance_core.testing.machine.driving import drive
from attendance_core.vocabulary import UserId
from tests.support.world import World

BOB, MIA, MAX = UserId(2), UserId(3), UserId(4)  # Bob waits; Mia and Max mark


@pytest.fixture
def world() -> World:
    world = World()
    world.waits(BOB)
    return world


def seconds_to_wait(world: World, marker: Connection) -> int:
    """Finds how many seconds longer she has to leave Bob to others."""
    with pytest.raises(TooSoon) as refused:
        world.chooses(marker, BOB)
    seconds: Any = refused.value.words["seconds"]
    return int(seconds)


def refuses(world: World, marker: Connection) -> None:
    drive(world.refuse(connection=marker))


def lets_it_run_out(world: World, marker: Connection) -> None:
    world.clock.pass_(world.terms.hold_seconds)


def lets_it_run_out_and_be_swept(world: World, marker: Connection) -> None:
    world.advance(world.terms.hold_seconds)


def says_goodbye(world: World, marker: Connection) -> None:
    world.says_goodbye(marker)


def leaves(world: World, marker: Connection) -> None:
    drive(LeaveEvent(world.store.transact, world.terms)(actor=MIA, event_id=world.event_id))


def logs_out(world: World, marker: Connection) -> None:
    session = drive(world.store.observe(lambda unit: unit.sessions.find(session_of(MIA))))
    drive(LogOut(world.store.transact, world.terms)(session_id=session_of(MIA)))
    assert session is not None
    drive(world.store.transact(lambda unit: unit.sessions.add(session)))


def has_the_person_leave(world: World, marker: Connection) -> None:
    drive(LeaveEvent(world.store.transact, world.terms)(actor=BOB, event_id=world.event_id))
    world.waits(BOB)


@pytest.mark.parametrize(
    "ends",
    [
        refuses,
        lets_it_run_out,
        lets_it_run_out_and_be_swept,
        says_goodbye,
        leaves,
        logs_out,
        has_the_person_leave,
    ],
)
def test_whoever_had_them_leaves_them_to_others_for_ten_seconds(
    world: World, ends: Callable[[World, Connection], None]
) -> None:
    world.comes_to_mark(MAX)
    marker = world.comes_to_mark(MIA)
    world.chooses(marker, BOB)
    ends(world, marker)
    marker = world.comes_to_mark(MIA, world.start_process())
    assert seconds_to_wait(world, marker) == 10
    world.clock.pass_(9.5)
    assert seconds_to_wait(world, marker) == 1
    world.clock.pass_(0.5)
    world.chooses(marker, BOB)


def test_a_hold_that_ran_out_has_ended_then_though_nobody_came_by(world: World) -> None:
    world.comes_to_mark(MAX)
    marker = world.comes_to_mark(MIA)
    world.chooses(marker, BOB)
    world.clock.pass_(93.2)
    assert seconds_to_wait(world, marker) == 7


def test_another_process_knows_it(world: World) -> None:
    world.comes_to_mark(MAX)
    marker = world.comes_to_mark(MIA)
    world.chooses(marker, BOB)
    refuses(world, marker)
    assert seconds_to_wait(world, world.comes_to_mark(MIA, world.start_process())) == 10


def test_others_may_choose_them(world: World) -> None:
    other, marker = world.comes_to_mark(MAX), world.comes_to_mark(MIA)
    world.chooses(marker, BOB)
    refuses(world, marker)
    world.chooses(other, BOB)
    state = world.place(BOB).state
    assert isinstance(state, Held) and state.marker == MAX


def test_two_who_take_turns_are_not_stopped(world: World) -> None:
    markers = world.comes_to_mark(MAX), world.comes_to_mark(MIA)
    for marker in markers * 3:
        world.chooses(marker, BOB)
        refuses(world, marker)
    assert world.place(BOB).barred == Barred(MIA, NOON + 10)


class TestNobodyElse:
    """Whom nobody else could mark may be chosen again at once."""

    def test_is_there(self, world: World) -> None:
        marker = world.comes_to_mark(MIA)
        for _ in range(2):
            world.chooses(marker, BOB)
            refuses(world, marker)

    def test_but_another_socket_of_the_marker(self, world: World) -> None:
        marker, _ = world.comes_to_mark(MIA), world.comes_to_mark(MIA)
        world.chooses(marker, BOB)
        refuses(world, marker)
        world.chooses(marker, BOB)

    def test_but_the_person_themselves(self, world: World) -> None:
        """Bob sat down to mark before he began to wait."""
        marker = world.comes_to_mark(MIA)
        world.comes_to_mark(UserId(1))
        world.waits(UserId(1))
        for _ in range(2):
            world.chooses(marker, UserId(1))
            refuses(world, marker)

    def test_but_one_who_waits_too(self, world: World) -> None:
        """Contract: 6.2, a socket that is open when its person begins to wait."""
        marker, _ = world.comes_to_mark(MIA), world.comes_to_mark(MAX)
        world.waits(MAX)
        for _ in range(2):
            world.chooses(marker, BOB)
            refuses(world, marker)

    def test_once_the_grace_of_the_other_is_over(self, world: World) -> None:
        marker, other = world.comes_to_mark(MIA), world.comes_to_mark(MAX)
        world.chooses(marker, BOB)
        world.breaks_off(other)
        world.clock.pass_(14)
        refuses(world, marker)
        assert seconds_to_wait(world, marker) == 10
        world.clock.pass_(1)
        world.chooses(marker, BOB)


class TestLastOfTheRefusals:
    def test_one_who_is_held_is_taken(self, world: World) -> None:
        other, marker = world.comes_to_mark(MAX), world.comes_to_mark(MIA)
        world.chooses(marker, BOB)
        refuses(world, marker)
        world.chooses(other, BOB)
        with pytest.raises(Taken):
            world.chooses(marker, BOB)
        drive(world.confirm(connection=other))
        with pytest.raises(AlreadyMarked):
            world.chooses(marker, BOB)

    def test_one_who_has_gone_does_not_wait(self, world: World) -> None:
        world.comes_to_mark(MAX)
        marker = world.comes_to_mark(MIA)
        world.chooses(marker, BOB)
        drive(LeaveEvent(world.store.transact, world.terms)(actor=BOB, event_id=world.event_id))
        with pytest.raises(NotWaiting):
            world.chooses(marker, BOB)
