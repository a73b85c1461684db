"""What an opening does, for whom nothing refuses it. Contract: 6.17, 6.18."""

from __future__ import annotations

import asyncio

import pytest

from attendance_core.vocabulary import UserId
from tests.support.eventually import eventually
from tests.support.houses import ROLES, has_joined, is_over
from tests.support.houses import house_in_folder as house
from tests.support.live_house import House

__all__ = ["house"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


class TestAlreadyMarked:
    async def test_one_is_told_whenever_one_comes_back(self, house: House) -> None:
        anna, boris, vera = await house.add_people(3)
        event_id = await house.create_event(anna, lasts=62)
        await (waiting := await vera.mark_me(event_id)).hears_nothing()
        marker = await boris.comes_to_mark(event_id)
        await marker.asks("prepare_to_mark", user_id=vera.user_id)
        await marker.asks("confirm_marking")
        await waiting.hears("was_marked", user_id=boris.user_id)
        assert await waiting.close_code() == 1000

        async def check_told() -> None:
            again = await vera.mark_me(event_id)
            await again.hears("was_marked", user_id=boris.user_id)
            assert await again.close_code() == 1000

        await check_told()
        holding = await vera.comes_to_mark(event_id)
        await anna.mark_me(event_id)
        await holding.hears("user_joined", user_id=anna.user_id)
        await holding.asks("prepare_to_mark", user_id=anna.user_id)
        await check_told()  # while holding
        await house.attendance.use_cases.leave_event(actor=UserId(vera.user_id), event_id=event_id)
        await check_told()  # having left
        await eventually(lambda: is_over(house, event_id))
        await check_told()  # after the end


class TestASuccessfulOpening:
    @ROLES
    async def test_it_joins_the_event(self, house: House, role: str) -> None:
        anna, boris = await house.add_people(2)
        event_id = await house.create_event(anna)
        await house.opens(f"/ws/{role}?event_id={event_id}", Cookie=f"sessionid={boris.token}")
        assert await has_joined(house, boris, event_id)

    async def test_a_bearer_token_opens_as_a_cookie_does(self, house: House) -> None:
        """Contract: 6.14."""
        anna, boris = await house.add_people(2)
        event_id = await house.create_event(anna)

        program = await house.add_program(boris)
        wire = await program.opens("marking", event_id)
        await wire.hears("marking_list", marking_list=[])
        assert await has_joined(house, boris, event_id)

    async def test_an_upper_case_event_id_is_the_same_event(self, house: House) -> None:
        anna, boris = await house.add_people(2)
        event_id = await house.create_event(anna)
        await anna.mark_me(str(event_id).upper())
        wire = await boris.marking(event_id)
        await wire.hears("marking_list", marking_list=[anna.user_id])

    async def test_who_sees_a_socket_open_is_in_every_list_from_then_on(self, house: House) -> None:
        anna, boris, *others = await house.add_people(12)
        event_id = await house.create_event(anna)
        seen = []
        for other in others:
            await other.mark_me(event_id)
            seen.append(other.user_id)
            wire = await boris.marking(event_id)
            await wire.hears("marking_list", marking_list=seen)

    async def test_the_list_says_when_each_asked(self, house: House) -> None:
        """Contract: 6.20."""
        anna, boris, vera = await house.add_people(3)
        event_id = await house.create_event(anna)
        for person in (vera, anna):
            await person.mark_me(event_id)
        frame = await (await boris.marking(event_id)).hears("marking_list")
        assert frame["params"]["marking_list"] == [vera.user_id, anna.user_id]
        asked_at = frame["params"]["asked_at"]
        assert asked_at == sorted(asked_at)
        assert any(each % 1 for each in asked_at)


async def test_one_that_is_open_keeps_no_task_but_its_own(house: House) -> None:
    """A writer is begun for what cannot be written at once, and ends with that."""
    creator, visitor = await house.add_people(2)
    event_id = await house.create_event(creator)
    for wire in (await visitor.mark_me(event_id), await creator.comes_to_mark(event_id)):
        await wire.hears_nothing()
    running = [str(task.get_coro()) for task in asyncio.all_tasks()]
    assert not [each for each in running if "Visit." in each]
