"""How sockets come, and calls are answered, while the store is slow, away, or at its end.

Contract: 6, Opening, 6.13. Each test has a service of its own, over a store that it can hold up.
"""

from __future__ import annotations

import asyncio
import time

import httpx
import pytest

from attendance_core.errors import Unavailable
from attendance_core.testing.clock import TestClock
from attendance_web.live.opening_turns import MAX_AT_ONCE, MAX_OF_ONE_PERSON, MAX_WAITING_OF_ONE
from tests.support.eventually import PATIENCE_SECONDS, eventually
from tests.support.faulty_house import (
    FAILURES,
    OPENINGS,
    FaultyHouse,
    house,
    opened_faulty_house,
    opens,
)
from tests.support.houses import asker_and_marker
from tests.support.wires import Wire

__all__ = ["house"]


async def first_done(number: int, tasks: list[asyncio.Task[Wire]]) -> list[asyncio.Task[Wire]]:
    """So many of these, those that ended first."""
    await eventually(lambda: sum(each.done() for each in tasks) >= number)
    return [each for each in tasks if each.done()][:number]


class TestManyWhoOpen:
    """Contract: 1.16."""

    async def test_take_turns_and_who_gets_none_may_come_again(
        self, house: FaultyHouse, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("attendance_web.live.opening_turns.TURN_WAIT_SECONDS", 0.3)
        creator, late, *askers = await house.add_people(2 + MAX_AT_ONCE)
        event_id = await house.create_event(creator)
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
        creator, greedy, *others = await house.add_people(8)
        event_id = await house.create_event(creator)
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
            told = [await (await each).turns_away() for each in await first_done(beyond, crowd)]
            assert set(told) == {("unavailable", 1013)}
        for wire in await asyncio.gather(*opening):
            await wire.hears_nothing()
        await asyncio.gather(*crowd)

    async def test_one_who_goes_before_it_is_open_leaves_its_place_to_others(
        self, house: FaultyHouse
    ) -> None:
        creator, late, *askers = await house.add_people(2 + MAX_AT_ONCE)
        event_id = await house.create_event(creator)
        with house.store.holding("MarkMe"):
            opening = [asyncio.create_task(each.mark_me(event_id)) for each in askers]
            await house.store.until_asked("MarkMe", MAX_AT_ONCE)
            house.cancels_every_socket()
            await eventually(lambda: not house.is_serving())
            waiting = asyncio.create_task(late.mark_me(event_id))
            await house.store.until_asked("MarkMe", MAX_AT_ONCE + 1)
        await (await waiting).hears_nothing()
        await asyncio.gather(*opening, return_exceptions=True)


class TestOpening:
    @OPENINGS
    @FAILURES
    async def test_while_nothing_can_be_written_one_is_turned_away_at_once(
        self, house: FaultyHouse, role: str, use_case: str, error: Exception
    ) -> None:
        (anna,) = await house.add_people(1)
        event_id = await house.create_event(anna)
        with house.store.failing(error, use_case, "HangUp"):
            asked_at = time.monotonic()
            wire = await opens(house, anna, role, event_id)
            assert await wire.turns_away() == ("unavailable", 1013)
            assert time.monotonic() - asked_at < PATIENCE_SECONDS / 2
        assert await house.has_no_socket(event_id, anna)

    @OPENINGS
    async def test_while_the_room_cannot_be_read_too(
        self, house: FaultyHouse, role: str, use_case: str
    ) -> None:
        (anna,) = await house.add_people(1)
        event_id = await house.create_event(anna)
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
        (anna,) = await house.add_people(1)
        event_id = await house.create_event(anna)
        with house.store.losing_the_answer(Unavailable(), use_case):
            wire = await opens(house, anna, role, event_id)
            assert await wire.turns_away() == ("unavailable", 1013)
        await eventually(lambda: house.has_lost_all(event_id, anna))
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
            first_process_id = house.attendance.heartbeat.process_id
            clock.pass_(house.attendance.terms.lease_seconds + 1)
            for wire in (waiting, marking):
                assert await wire.close_code() == 1012
            assert house.attendance.heartbeat.process_id != first_process_id
            await eventually(lambda: house.attendance.heartbeat.holds_lease)
            await asker.mark_me(event_id)
            back = await marker.marking(event_id)
            await back.hears("marking_list", marking_list=[asker.user_id])


class TestCalls:
    """Contract: 1.16."""

    async def test_are_answered_in_time_though_the_store_is_slow(
        self, house: FaultyHouse, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        person = await house.add_person()
        cookie = {"Cookie": f"sessionid={person.token}"}
        address = f"http://127.0.0.1:{house.port}/api/events/GetJoinedEvents"
        async with httpx.AsyncClient(trust_env=False, verify=False) as client:
            with house.store.holding("GetJoinedEvents"), monkeypatch.context() as patch:
                patch.setattr("attendance_web.http.pipeline.ANSWER_SECONDS", 0.1)
                late = await client.get(address, headers=cookie)
            assert (late.status_code, late.json()["error"]) == (503, -1)
            assert (await client.get(address, headers=cookie)).status_code == 200
