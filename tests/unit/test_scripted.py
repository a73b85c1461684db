"""A host scripts a lecture, and moves its own clock, by what we publish for that."""

from __future__ import annotations

import pytest

from attendance_adapters import memory
from attendance_adapters.testing import lecture
from attendance_core import LeaseLost, NobodyHeld, Role
from attendance_core.marking.frames import (
    Confirmed,
    GivenBack,
    HeldBy,
    LetGo,
    MarkingList,
    Prepared,
    ReservationExpired,
    UserJoined,
    UserLeft,
    WasMarked,
)
from attendance_core.testing import PlainPasswords, TestClock, advance


async def test_a_mark_is_told_to_both() -> None:
    async with lecture() as scripted:
        anna, boris = await scripted.sign_up("Anna"), await scripted.sign_up("Boris")
        waiting, marking = await scripted.waits(anna), await scripted.comes_to_mark(boris)
        assert [each.user_ids for each in marking.heard(MarkingList)] == [(anna.user_id,)]
        await marking.prepare(anna)
        assert [each.user_id for each in marking.heard(Prepared)] == [anna.user_id]
        assert [each.user_id for each in waiting.heard(HeldBy)] == [boris.user_id]
        await marking.confirm()
        assert [each.user_id for each in marking.heard(Confirmed)] == [anna.user_id]
        assert waiting.heard(WasMarked) == [WasMarked(boris.user_id)]
        assert await scripted.karma(boris) == 50
        assert (await scripted.waits(anna)).is_closed


async def test_a_hold_runs_out_when_its_time_has_passed_and_everybody_hears() -> None:
    async with lecture() as scripted:
        anna, boris, vera = [await scripted.sign_up(name) for name in ("Anna", "Boris", "Vera")]
        waiting, marking, other = (
            await scripted.waits(anna),
            await scripted.comes_to_mark(boris),
            await scripted.comes_to_mark(vera),
        )
        await marking.prepare(anna)
        await scripted.advance(89)
        assert not marking.heard(ReservationExpired)
        await scripted.advance(2)
        assert marking.heard(ReservationExpired) == [ReservationExpired(anna.user_id)]
        assert len(waiting.heard(LetGo)) == 1
        assert len(other.heard(UserLeft)) == len(other.heard(UserJoined)) == 1
        with pytest.raises(NobodyHeld):
            await marking.confirm()
        await other.prepare(anna)
        await other.refuse()
        assert len(other.heard(GivenBack)) == 1


async def test_who_is_lost_keeps_their_place_for_a_grace_and_a_goodbye_none() -> None:
    async with lecture() as scripted:
        anna, boris, vera = [await scripted.sign_up(name) for name in ("Anna", "Boris", "Vera")]
        marking = await scripted.comes_to_mark(vera)
        lost, left = await scripted.waits(anna), await scripted.waits(boris)
        await lost.breaks_off()
        await left.says_goodbye()
        assert marking.heard(UserLeft) == [UserLeft(boris.user_id)]
        await scripted.advance(16)
        assert marking.heard(UserLeft) == [UserLeft(boris.user_id), UserLeft(anna.user_id)]


async def test_every_socket_closes_with_the_event() -> None:
    async with lecture(lasts=30) as scripted:
        marking = await scripted.comes_to_mark(await scripted.sign_up("Anna"))
        await scripted.advance(31)
        assert marking.is_closed


async def test_a_service_of_ones_own_lives_while_its_clock_is_advanced() -> None:
    clock = TestClock()
    async with memory(clock=clock, passwords=PlainPasswords()) as service:
        do = service.use_cases
        anna = await do.sign_up(username="anna", password="tea at five")
        event = await do.create_event(
            actor=anna.user_id, name="A", starts_at=clock.now(), ends_at=clock.now() + 9_000
        )
        await advance(service, clock, 91)
        await do.mark_me(connection=service.connection(anna, event.event_id, Role.MARK_ME))
        clock.pass_(91)  # by hand it is a machine that slept
        with pytest.raises(LeaseLost):
            await do.renew_lease(process_id=service.heartbeat.process_id)
