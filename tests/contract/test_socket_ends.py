"""How sockets are hung up and drained while the store is slow or away. Contract: 6, 6.13."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from attendance_core.errors import Unavailable
from attendance_core.marking.places import Held, Waiting
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

__all__ = ["house"]


class TestHangingUp:
    @FAILURES
    async def test_goes_on_until_the_store_has_taken_it(
        self, house: FaultyHouse, error: Exception
    ) -> None:
        event_id, asker, _, waiting, marking = await asker_and_marker(house)
        with house.store.failing(error, "HangUp"):
            saying_goodbye = asyncio.create_task(waiting.says_goodbye())
            await house.store.until_asked("HangUp", 3)
            assert isinstance(await house.state_of(event_id, asker), Waiting)
        await marking.hears("user_left", user_id=asker.user_id)
        await saying_goodbye
        assert await house.has_no_socket(event_id, asker)

    async def test_by_a_goodbye_comes_before_what_its_person_opens_next(
        self, house: FaultyHouse
    ) -> None:
        """Contract: 6.6."""
        event_id, asker, marker, waiting, _ = await asker_and_marker(house)
        with house.store.holding("HangUp"):
            saying_goodbye = asyncio.create_task(waiting.says_goodbye())
            await house.store.until_asked("HangUp")
            opening = asyncio.create_task(asker.marking(event_id))
            await marker.comes_to_mark(event_id)  # nobody else waits for it
            assert not opening.done()
        await (await opening).hears("marking_list", marking_list=[])
        await saying_goodbye

    async def test_outlives_the_handler_that_began_it(self, house: FaultyHouse) -> None:
        event_id, asker, marker, *_ = await asker_and_marker(house)
        with house.store.holding("HangUp"):
            house.cancels_every_socket()
            await house.store.until_asked("HangUp", 2)
            house.cancels_every_socket()
            await eventually(lambda: not house.is_serving())
        for person in (asker, marker):
            await eventually(lambda person=person: house.has_lost_all(event_id, person))
            assert await house.has_sockets(event_id, person, 1)

    @OPENINGS
    async def test_finds_an_opening_that_was_stored_when_nobody_waited_any_more(
        self, house: FaultyHouse, monkeypatch: pytest.MonkeyPatch, role: str, use_case: str
    ) -> None:
        monkeypatch.setattr("attendance_web.live.opening_turns.OPENING_SECONDS", 0.1)
        monkeypatch.setattr("attendance_web.live.hang_ups.ABANDONED_OPENING_SECONDS", 0.3)
        person, creator = await house.add_people(2)
        event_id = await house.create_event(creator)
        async with house.store.carrying_out_late(use_case):
            wire = await opens(house, person, role, event_id)
            assert (await wire.heard())["params"]["code"] == "unavailable"
            assert await wire.close_code() == 1013
        await eventually(lambda: house.has_lost_all(event_id, person))

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
        await asyncio.wait_for(draining, PATIENCE_SECONDS)
        assert await house.karma(marker) == 50

    async def test_a_command_behind_it_is_not_carried_out(self, house: FaultyHouse) -> None:
        event_id, asker, _, _, marking = await asker_and_marker(house)
        with house.store.holding("PrepareToMark"):
            await marking.says("prepare_to_mark", user_id=asker.user_id)
            await house.store.until_asked("PrepareToMark")
            await marking.says("confirm_marking")
            await eventually(lambda: house.unread_connection_count() == 1)
            draining = asyncio.create_task(house.app.sockets.drain())
            await eventually(lambda: house.app.sockets.is_draining)
        await marking.hears("prepared", user_id=asker.user_id)
        assert await marking.close_code() == 1012
        await asyncio.wait_for(draining, PATIENCE_SECONDS)
        assert "ConfirmMarking" not in house.store.asked
        assert isinstance(await house.state_of(event_id, asker), Held)

    @OPENINGS
    async def test_an_opening_under_way_is_stored_and_then_closed(
        self, house: FaultyHouse, role: str, use_case: str
    ) -> None:
        (anna,) = await house.add_people(1)
        event_id = await house.create_event(anna)
        with house.store.holding(use_case):
            opening = asyncio.create_task(opens(house, anna, role, event_id))
            await house.store.until_asked(use_case)
            draining = asyncio.create_task(house.app.sockets.drain())
            await eventually(lambda: house.app.sockets.is_draining)
        wire = await opening
        if role == "marking":
            await wire.hears("marking_list")
        assert await wire.close_code() == 1012
        await asyncio.wait_for(draining, PATIENCE_SECONDS)
        assert await house.has_sockets(event_id, anna, 1)
        assert await house.has_lost_all(event_id, anna)

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
        await asyncio.wait_for(draining, PATIENCE_SECONDS)
        for person in (asker, marker):
            assert await house.has_lost_all(event_id, person)

    async def test_but_not_for_ever(
        self, house: FaultyHouse, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("attendance_web.live.sockets.DRAIN_SECONDS", 0.2)
        await asker_and_marker(house)
        with house.store.holding("HangUp"):
            await asyncio.wait_for(house.app.sockets.drain(), PATIENCE_SECONDS)
