"""Who may open a socket to wait or to mark, and what they find there. Contract: 6."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from attendance_adapters.in_memory.connections import Connections
from attendance_core.accounts import LogOut
from attendance_core.errors import (
    EventNotFound,
    EventNotStarted,
    EventOver,
    HoldingSomebody,
    NotLoggedIn,
    TooManySockets,
    YouAreWaiting,
)
from attendance_core.marking.connections import CONNECTIONS_READ, MAX_SOCKETS, Role
from attendance_core.marking.places import Marked, Waiting
from attendance_core.testing.clock import NOON
from attendance_core.testing.lectures import session_of
from attendance_core.testing.machine.driving import drive
from attendance_core.vocabulary import EventId, UserId
from tests.support.world import World


class TestMarkMe:
    def test_whoever_opens_waits_and_has_joined(self, world: World) -> None:
        world.waits(2)
        place = world.place(2)
        assert place.member
        assert place.state == Waiting(NOON)

    def test_a_second_socket_keeps_the_position_of_the_first(self, world: World) -> None:
        world.waits(2)
        world.advance(5)
        world.waits(2)
        assert world.place(2).state == Waiting(NOON)

    def test_whoever_is_marked_is_told_so_and_nothing_opens(self, world: World) -> None:
        world.waits(2)
        marker = world.comes_to_mark(3)
        world.chooses(marker, 2)
        drive(world.confirm(connection=marker))
        again = world.connection(2, Role.MARK_ME)
        place = drive(world.mark_me(connection=again)).place
        assert place.state == Marked(UserId(3), NOON)
        assert drive(world.store.observe(lambda u: u.connections.find(again.connection_id))) is None

    def test_one_who_holds_somebody_cannot_wait(self, world: World) -> None:
        world.waits(2)
        world.chooses(world.comes_to_mark(3), 2)
        with pytest.raises(HoldingSomebody):
            world.waits(3)

    def test_a_refused_opening_joins_nobody(self, world: World) -> None:
        world.clock.pass_(7200)
        with pytest.raises(EventOver):
            world.waits(2)
        assert not world.place(2).member

    def test_an_unknown_event_is_not_found(self, world: World) -> None:
        world.event_id = EventId(world.ids.event_id())
        with pytest.raises(EventNotFound):
            world.waits(2)

    def test_waiting_before_the_start_is_fine_and_marking_is_not(self, world: World) -> None:
        world.event_id = world.create_event("Later", starts=600)
        world.waits(2)
        with pytest.raises(EventNotStarted):
            world.comes_to_mark(3)

    def test_a_session_that_has_ended_opens_nothing(self, world: World) -> None:
        drive(LogOut(world.store.transact, world.terms)(session_id=session_of(2)))
        with pytest.raises(NotLoggedIn):
            world.waits(2)


class TestOnePersonsSockets:
    """Contract: 1.10."""

    def connection_count(self, world: World, user_id: int) -> int:
        person = UserId(user_id)
        return len(drive(world.store.observe(lambda u: u.connections.of(world.event_id, person))))

    def test_as_they_open_and_are_lost_there_are_never_more_than_a_command_reads(
        self, world: World
    ) -> None:
        most = 0
        for opens in (
            world.comes_to_mark,
            world.comes_to_mark,
            world.waits,
            world.waits,
            world.waits,
        ):
            opened = []
            with suppress(TooManySockets):
                while True:
                    opened.append(opens(2))
                    most = max(most, self.connection_count(world, 2))
            assert len(opened) == MAX_SOCKETS
            for each in opened:
                world.breaks_off(each)
        assert most == CONNECTIONS_READ

    def test_an_opening_reads_no_more_connections_than_there_may_be(self, world: World) -> None:
        """An older version let anybody open as many as they liked."""
        read_counts: list[int] = []

        def work(unit: Any) -> None:
            for _ in range(2 * CONNECTIONS_READ):
                unit.connections.add(world.connection(2, Role.MARKING))

        drive(world.store.transact(work))
        read = Connections.of

        def read_and_count(self: Connections, *args: Any) -> Any:
            found = read(self, *args)
            read_counts.append(len(found))
            return found

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Connections, "of", read_and_count)
            with pytest.raises(TooManySockets):
                world.comes_to_mark(2)
        assert read_counts == [CONNECTIONS_READ]


class TestReadyToMark:
    def test_one_who_waits_cannot_open_to_mark(self, world: World) -> None:
        world.waits(2)
        with pytest.raises(YouAreWaiting):
            world.comes_to_mark(2)

    def test_one_within_the_grace_still_waits(self, world: World) -> None:
        world.breaks_off(world.waits(2))
        world.advance(14)
        with pytest.raises(YouAreWaiting):
            world.comes_to_mark(2)
        world.advance(2)
        world.comes_to_mark(2)

    def test_an_opening_answers_whom_its_person_holds(self, world: World) -> None:
        world.waits(2)
        world.chooses(world.comes_to_mark(3), 2)
        ready = drive(world.ready_to_mark(connection=world.connection(3, Role.MARKING)))
        assert ready.holding == world.place(2)
