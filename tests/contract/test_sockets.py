"""How sockets come and go while the store is slow, away, or at its end. Contract: 6, Opening, 6.13.

Each test has a service of its own, over a store that it can hold up.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import httpx
import pytest

from attendance_core.errors import Unavailable
from attendance_core.marking.places import Held, Waiting
from attendance_core.testing.clock import TestClock
from attendance_core.vocabulary import EventId
from attendance_web.live.opening_turns import MAX_AT_ONCE, MAX_OF_ONE_PERSON, MAX_WAITING_OF_ONE
from tests.support.eventually import PATIENCE, eventually
from tests.support.faulty_house import FaultyHouse, opened_faulty_house
from tests.support.houses import asker_and_marker
from tests.support.live_house import Visitor
from tests.support.wires import Wire

OPENINGS = pytest.mark.parametrize(
    ("role", "use_case"), [("mark_me", "MarkMe"), ("marking", "ReadyToMark")]
)
FAILURES = pytest.mark.parametrize("error", [Unavailable(), ValueError("a bug")])


@pytest.fixture
async def house(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FaultyHouse]:
    monkeypatch.setattr("attendance_web.live.hang_ups.FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr("attendance_web.live.hang_ups.MAX_PAUSE_SECONDS", 0.05)
    monkeypatch.setattr("attendance_web.live.hang_ups.MAX_FAILURES", 1000)
    monkeypatch.setattr("attendance_web.live.sockets.SPREAD_SECONDS", 0.0)
    async with opened_faulty_house() as opened:
        yield opened


async def first(number: int, tasks: list[asyncio.Task[Wire]]) -> list[asyncio.Task[Wire]]:
    """So many of these, those that ended first."""
    await eventually(lambda: sum(each.done() for each in tasks) >= number)
    return [each for each in tasks if each.done()][:number]


async def opens(house: FaultyHouse, visitor: Visitor, role: str, event_id: EventId) -> Wire:
    return await house.opens(f"/ws/{role}?event_id={event_id}", Cookie=f"sessionid={visitor.token}")


class TestManyWhoOpen:
    """Contract: 1.16."""

    async def test_take_turns_and_who_gets_none_may_come_again(
        self, house: FaultyHouse, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("attendance_web.live.opening_turns.TURN_WAIT_SECONDS", 0.3)
        creator, late, *askers = await house.people(2 + MAX_AT_ONCE)
        event_id = await house.event(creator)
        with house.store.holding("MarkMe"):
            opening = [asyncio.create_task(each.mark_me(event_id)) for each in askers]
            await house.store.until_asked("MarkMe", MAX_AT_ONCE)
            foreign = await late.mark_me(event_id, Origin="https://evil.example")
            assert await foreign.turns_away() == ("foreign_origin", 4403)  # this needs no turn
            turned_away = await late.mark_me(event_id)
            assert await turned_away.turns_away() == ("unavailable", 1013)
            assert house.store.asked.count("MarkMe") == MAX_AT_ONCE  # nothing was done in vain
        await asyncio.gather(*opening)
        await late.mark_me(event_id)  # though as many as open at once stay open
        marking = await creator.marking(event_id)
        listed = (await marking.hears("marking_list"))["params"]["marking_list"]
        assert sorted(listed) == sorted(each.user_id for each in (late, *askers))

    async def test_who_opens_a_hundred_keeps_nobody_waiting(self, house: FaultyHouse) -> None:
        """Contract: 1.16."""
        creator, greedy, *others = await house.people(8)
        event_id = await house.event(creator)
        with house.store.holding("MarkMe"):
            crowd = [asyncio.create_task(greedy.mark_me(event_id)) for _ in range(100)]
            await house.store.until_asked("Identify", 100)
            opening = [asyncio.create_task(each.mark_me(event_id)) for each in others]
            await house.store.until_asked("Identify", 106)
            await house.store.until_asked(
                "MarkMe", MAX_OF_ONE_PERSON + 6
            )  # all others', though it is held
            assert house.store.asked.count("MarkMe") == MAX_OF_ONE_PERSON + 6
            beyond = 100 - MAX_OF_ONE_PERSON - MAX_WAITING_OF_ONE
            told = [await (await each).turns_away() for each in await first(beyond, crowd)]
            assert set(told) == {("unavailable", 1013)}
        for wire in await asyncio.gather(*opening):
            await wire.hears_nothing()
        await asyncio.gather(*crowd)

    async def test_one_who_goes_before_it_is_open_leaves_its_place_to_others(
        self, house: FaultyHouse
    ) -> None:
        creator, late, *askers = await house.people(2 + MAX_AT_ONCE)
        event_id = await house.event(creator)
        with house.store.holding("MarkMe"):
            opening = [asyncio.create_task(each.mark_me(event_id)) for each in askers]
            await house.store.until_asked("MarkMe", MAX_AT_ONCE)
            house.cancels_every_socket()
            await eventually(lambda: not house.is_serving())
            waiting = asyncio.create_task(late.mark_me(event_id))
            await house.store.until_asked("MarkMe", MAX_AT_ONCE + 1)
        await (await waiting).hears_nothing()
        await asyncio.gather(*opening, return_exceptions=True)


class TestHangingUp:
    @FAILURES
    async def test_goes_on_until_the_store_has_taken_it(
        self, house: FaultyHouse, error: Exception
    ) -> None:
        event_id, asker, _, waiting, marking = await asker_and_marker(house)
        with house.store.failing(error, "HangUp"):
            goodbye = asyncio.create_task(waiting.says_goodbye())
            await house.store.until_asked("HangUp", 3)
            assert isinstance(await house.state_of(event_id, asker), Waiting)
        await marking.hears("user_left", user_id=asker.user_id)
        await goodbye
        assert await house.has_no_socket(event_id, asker)

    async def test_by_a_goodbye_comes_before_what_its_person_opens_next(
        self, house: FaultyHouse
    ) -> None:
        """Contract: 6.6."""
        event_id, asker, marker, waiting, _ = await asker_and_marker(house)
        with house.store.holding("HangUp"):
            goodbye = asyncio.create_task(waiting.says_goodbye())
            await house.store.until_asked("HangUp")
            marking = asyncio.create_task(asker.marking(event_id))
            await marker.marks(event_id)  # nobody else waits for it
            assert not marking.done()
        await (await marking).hears("marking_list", marking_list=[])
        await goodbye

    async def test_outlives_the_handler_that_began_it(self, house: FaultyHouse) -> None:
        event_id, asker, marker, *_ = await asker_and_marker(house)
        with house.store.holding("HangUp"):
            house.cancels_every_socket()
            await house.store.until_asked("HangUp", 2)
            house.cancels_every_socket()
            await eventually(lambda: not house.is_serving())
        for person in (asker, marker):
            await eventually(lambda person=person: house.has_lost(event_id, person))
            assert await house.has_sockets(event_id, person, 1)

    @OPENINGS
    async def test_finds_an_opening_that_was_stored_when_nobody_waited_any_more(
        self, house: FaultyHouse, monkeypatch: pytest.MonkeyPatch, role: str, use_case: str
    ) -> None:
        monkeypatch.setattr("attendance_web.live.opening_turns.OPENING_SECONDS", 0.1)
        monkeypatch.setattr("attendance_web.live.hang_ups.UNDER_WAY_SECONDS", 0.3)
        person, creator = await house.people(2)
        event_id = await house.event(creator)
        async with house.store.carrying_out_late(use_case):
            wire = await opens(house, person, role, event_id)
            assert (await wire.heard())["params"]["code"] == "unavailable"
            assert await wire.close_code() == 1013
        await eventually(lambda: house.has_lost(event_id, person))

    async def test_is_given_up_when_the_service_ends(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("attendance_web.live.sockets.DRAIN_SECONDS", 0.2)
        before = asyncio.all_tasks()
        async with AsyncExitStack() as service:
            house = await service.enter_async_context(opened_faulty_house())
            *_, waiting, _ = await asker_and_marker(house)
            with house.store.failing(Unavailable(), "HangUp"):
                waiting.cut()
                await house.store.until_asked("HangUp")
                await service.aclose()
        assert asyncio.all_tasks() == before


class TestDraining:
    async def test_a_command_under_way_is_answered_before_the_close(
        self, house: FaultyHouse
    ) -> None:
        _, asker, marker, waiting, marking = await asker_and_marker(house)
        await marking.asks("prepare_to_mark", user_id=asker.user_id)
        with house.store.holding("ConfirmMarking"):
            await marking.says("confirm_marking")
            await house.store.until_asked("ConfirmMarking")
            draining = asyncio.create_task(house.app.sockets.drain())
            assert await waiting.close_code() == 1012
            assert not draining.done()
        await marking.hears("marked")
        assert await marking.close_code() == 1012
        await asyncio.wait_for(draining, PATIENCE)
        assert await house.karma(marker) == 50

    async def test_a_command_behind_it_is_not_carried_out(self, house: FaultyHouse) -> None:
        event_id, asker, _, _, marking = await asker_and_marker(house)
        with house.store.holding("PrepareToMark"):
            await marking.says("prepare_to_mark", user_id=asker.user_id)
            await house.store.until_asked("PrepareToMark")
            await marking.says("confirm_marking")
            await eventually(lambda: house.unread_count() == 1)
            draining = asyncio.create_task(house.app.sockets.drain())
            await eventually(lambda: house.app.sockets.is_draining)
        await marking.hears("prepared", user_id=asker.user_id)
        assert await marking.close_code() == 1012
        await asyncio.wait_for(draining, PATIENCE)
        assert "ConfirmMarking" not in house.store.asked
        assert isinstance(await house.state_of(event_id, asker), Held)

    @OPENINGS
    async def test_an_opening_under_way_is_stored_and_then_closed(
        self, house: FaultyHouse, role: str, use_case: str
    ) -> None:
        (anna,) = await house.people(1)
        event_id = await house.event(anna)
        with house.store.holding(use_case):
            opening = asyncio.create_task(opens(house, anna, role, event_id))
            await house.store.until_asked(use_case)
            draining = asyncio.create_task(house.app.sockets.drain())
            await eventually(lambda: house.app.sockets.is_draining)
        wire = await opening
        if role == "marking":
            await wire.hears("marking_list")
        assert await wire.close_code() == 1012
        await asyncio.wait_for(draining, PATIENCE)
        assert await house.has_sockets(event_id, anna, 1)
        assert await house.has_lost(event_id, anna)

    async def test_who_comes_afterwards_is_sent_elsewhere(self, house: FaultyHouse) -> None:
        event_id, asker, *_ = await asker_and_marker(house)
        await house.app.sockets.drain()
        wire = await asker.mark_me(event_id)
        assert await wire.turns_away() == ("unavailable", 1013)
        assert house.store.asked.count("MarkMe") == 1

    async def test_who_comes_afterwards_waits_for_no_store(self, house: FaultyHouse) -> None:
        event_id, asker, *_ = await asker_and_marker(house)
        await house.app.sockets.drain()
        asked = list(house.store.asked)
        wire = await asker.mark_me(event_id)
        assert await wire.turns_away() == ("unavailable", 1013)
        assert house.store.asked == asked

    async def test_it_waits_for_hang_ups(self, house: FaultyHouse) -> None:
        event_id, asker, marker, *_ = await asker_and_marker(house)
        with house.store.holding("HangUp"):
            draining = asyncio.create_task(house.app.sockets.drain())
            await house.store.until_asked("HangUp", 2)
            await eventually(lambda: not house.is_serving())
            assert not draining.done()
        await asyncio.wait_for(draining, PATIENCE)
        for person in (asker, marker):
            assert await house.has_lost(event_id, person)

    async def test_but_not_for_ever(
        self, house: FaultyHouse, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("attendance_web.live.sockets.DRAIN_SECONDS", 0.2)
        await asker_and_marker(house)
        with house.store.holding("HangUp"):
            await asyncio.wait_for(house.app.sockets.drain(), PATIENCE)


class TestOpening:
    @OPENINGS
    @FAILURES
    async def test_while_nothing_can_be_written_one_is_turned_away_at_once(
        self, house: FaultyHouse, role: str, use_case: str, error: Exception
    ) -> None:
        (anna,) = await house.people(1)
        event_id = await house.event(anna)
        with house.store.failing(error, use_case, "HangUp"):
            asked_at = time.monotonic()
            wire = await opens(house, anna, role, event_id)
            assert await wire.turns_away() == ("unavailable", 1013)
            assert time.monotonic() - asked_at < PATIENCE / 2
        assert await house.has_no_socket(event_id, anna)

    @OPENINGS
    async def test_while_the_room_cannot_be_read_too(
        self, house: FaultyHouse, role: str, use_case: str
    ) -> None:
        (anna,) = await house.people(1)
        event_id = await house.event(anna)
        with house.store.failing(Unavailable(), "ReadRoom"):
            wire = await opens(house, anna, role, event_id)
            assert await wire.turns_away() == ("unavailable", 1013)
        assert use_case not in house.store.asked
        await opens(house, anna, role, event_id)
        assert await house.has_sockets(event_id, anna, 1)

    @OPENINGS
    async def test_one_that_was_stored_unknown_to_us_is_hung_up_as_lost(
        self, house: FaultyHouse, role: str, use_case: str
    ) -> None:
        (anna,) = await house.people(1)
        event_id = await house.event(anna)
        with house.store.losing_the_answer(Unavailable(), use_case):
            wire = await opens(house, anna, role, event_id)
            assert await wire.turns_away() == ("unavailable", 1013)
        await eventually(lambda: house.has_lost(event_id, anna))
        assert await house.has_sockets(event_id, anna, 1)

    @OPENINGS
    async def test_a_refused_one_costs_one_transaction(
        self, house: FaultyHouse, role: str, use_case: str
    ) -> None:
        event_id, asker, marker, _, marking = await asker_and_marker(house)
        await marking.asks("prepare_to_mark", user_id=asker.user_id)
        before = house.store.asked.count(use_case)
        # Who is held does not mark, and who holds somebody does not wait
        wire = await opens(house, asker if role == "marking" else marker, role, event_id)
        assert (await wire.turns_away())[1] == 4409
        assert house.store.asked.count(use_case) == before + 1
        assert "HangUp" not in house.store.asked

    async def test_so_does_one_of_somebody_marked_already(self, house: FaultyHouse) -> None:
        event_id, asker, marker, waiting, marking = await asker_and_marker(house)
        await marking.asks("prepare_to_mark", user_id=asker.user_id)
        await marking.asks("confirm_marking")
        await waiting.hears("was_marked")
        await house.store.until_asked("HangUp")
        again = await asker.mark_me(event_id)
        await again.hears("was_marked", user_id=marker.user_id)
        assert await again.close_code() == 1000
        assert house.store.asked.count("HangUp") == 1


class TestALeaseThatIsLost:
    async def test_closes_every_socket_at_once_and_lets_them_come_back(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            "attendance_web.live.readings.READ_EVERY", 3600
        )  # else that would notice
        clock = TestClock(time.time())
        async with opened_faulty_house(clock=clock) as house:
            event_id, asker, marker, waiting, marking = await asker_and_marker(house)
            first = house.attendance.heartbeat.process_id
            clock.pass_(house.attendance.terms.lease_seconds + 1)
            for wire in (waiting, marking):
                assert await wire.close_code() == 1012
            assert house.attendance.heartbeat.process_id != first
            await eventually(lambda: house.attendance.heartbeat.holds_lease)
            await asker.mark_me(event_id)
            back = await marker.marking(event_id)
            await back.hears("marking_list", marking_list=[asker.user_id])


class TestCalls:
    """Contract: 1.16."""

    async def test_are_answered_in_time_though_the_store_is_slow(
        self, house: FaultyHouse, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        person = await house.person()
        cookie = {"Cookie": f"sessionid={person.token}"}
        address = f"http://127.0.0.1:{house.port}/api/events/GetJoinedEvents"
        async with httpx.AsyncClient(trust_env=False, verify=False) as client:
            with house.store.holding("GetJoinedEvents"), monkeypatch.context() as patch:
                patch.setattr("attendance_web.http.pipeline.ANSWER_SECONDS", 0.1)
                late = await client.get(address, headers=cookie)
            assert (late.status_code, late.json()["error"]) == (503, -1)
            assert (await client.get(address, headers=cookie)).status_code == 200
