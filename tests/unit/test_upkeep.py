"""Who counts as present, and what a sweep ends of those who do not. Contract: 6.2, 6.6, 6.13."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

import pytest

from attendance_core.errors import LeaseLost
from attendance_core.marking.connections import Process, Role
from attendance_core.marking.places import Held, Waiting
from attendance_core.marking.terms import Terms
from attendance_core.marking.upkeep import Sweep
from attendance_core.ports import Unit
from attendance_core.testing.clock import NOON
from attendance_core.testing.machine.driving import drive
from attendance_core.vocabulary import ProcessId
from tests.support.world import World

T = TypeVar("T")


class TestJudging:
    TERMS = Terms()

    def test_nobody_judges_before_a_grace_has_passed_unbroken(self) -> None:
        process = Process(World().process_id, renewed_at=114, unbroken_since=100)
        assert not process.may_judge(114.9, self.TERMS)
        assert process.may_judge(115, self.TERMS)

    def test_one_who_overslept_judges_nobody(self) -> None:
        process = Process(World().process_id, renewed_at=200, unbroken_since=100)
        assert process.may_judge(207.9, self.TERMS)
        assert not process.may_judge(208, self.TERMS)

    def test_a_process_that_overslept_withdraws_nobody_of_another(self, world: World) -> None:
        world.advance(20)
        other = world.start_process()
        world.waits(2, other)
        here = world.waits(2)
        world.clock.pass_(60)
        world.says_goodbye(here)
        assert isinstance(world.place(2).state, Waiting)

    def test_a_socket_of_a_process_nobody_knows_counts_as_gone(self, world: World) -> None:
        world.advance(20)
        process = drive(world.store.observe(lambda unit: unit.processes.find(world.process_id)))
        stray = world.connection(2, Role.MARK_ME, ProcessId(UUID(int=77)))
        assert not stray.is_present(world.clock.now(), process, world.terms)
        assert stray.is_present(world.clock.now(), None, world.terms)


class TestSweep:
    def test_one_who_lost_the_lease_sweeps_nothing(self, world: World) -> None:
        world.clock.pass_(world.terms.lease_seconds)
        with pytest.raises(LeaseLost):
            drive(world.sweep(process_id=world.process_id))

    def test_a_new_process_forgets_those_long_idle(self, world: World) -> None:
        old = world.process_id
        world.clock.pass_(80)
        world.start_process()
        assert drive(world.store.observe(lambda unit: unit.processes.find(old))) is None

    def test_it_says_how_many_it_ended(self, world: World) -> None:
        world.waits(2)
        world.chooses(world.comes_to_mark(3), 2)
        world.breaks_off(world.waits(4))
        world.advance_unswept(90)
        assert drive(world.sweep(process_id=world.process_id)) == 2
        assert drive(world.sweep(process_id=world.process_id)) == 0

    def test_what_another_has_ended_meanwhile_it_leaves_alone(self, world: World) -> None:
        world.waits(2)
        marker = world.comes_to_mark(3)
        world.chooses(marker, 2)
        world.breaks_off(world.waits(4))
        world.advance_unswept(90)
        acts_of_others: list[Callable[[], object]] = [
            lambda: world.chooses(world.comes_to_mark(3), 2),
            lambda: world.waits(4),
        ]
        next_acts = iter(acts_of_others)

        async def overtaken(work: Callable[[Unit], T]) -> T:
            next(next_acts)()
            return await world.store.transact(work)

        drive(Sweep(overtaken, world.store.observe, world.terms)(process_id=world.process_id))
        state = world.place(2).state
        assert isinstance(state, Held) and state.until == NOON + 180
        assert world.place(4).state == Waiting(NOON + 90)
