"""What sockets hear of marks by hand and of annulments. Contract: 8.5, 8.7."""

from __future__ import annotations

import pytest

from attendance_core.marking.ledger import AnnulReason
from attendance_core.vocabulary import EventId, UserId
from tests.support.houses import house_in_memory as house
from tests.support.live_house import House, Visitor

__all__ = ["house"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


async def annul(house: House, event_id: EventId, organiser: Visitor, person: Visitor) -> None:
    await house.attendance.use_cases.annul_mark(
        actor=UserId(organiser.user_id),
        event_id=event_id,
        user_id=UserId(person.user_id),
        n=1,
        reason=AnnulReason.WRONG_PERSON,
    )


async def mark_by_hand(
    house: House, event_id: EventId, organiser: Visitor, person: Visitor
) -> None:
    await house.attendance.use_cases.mark_participant(
        actor=UserId(organiser.user_id), event_id=event_id, user_id=UserId(person.user_id)
    )


async def test_of_one_who_is_marked_by_hand_the_hold_ends(house: House) -> None:
    anna, boris, vera = await house.add_people(3)
    event_id = await house.create_event(anna)
    waiting, marking = await vera.mark_me(event_id), await boris.comes_to_mark(event_id)
    await marking.asks("prepare_to_mark", user_id=vera.user_id)
    await mark_by_hand(house, event_id, anna, vera)
    await marking.hears("reservation_expired", user_id=vera.user_id)
    await marking.hears("user_left", user_id=vera.user_id)
    await waiting.hears("was_marked", user_id=anna.user_id)
    assert await waiting.close_code() == 1000
    await marking.asks_and_is_refused("nobody_held", "confirm_marking")
    await marking.asks_and_is_refused("nobody_held", "confirm_marking", user_id=vera.user_id)
    assert await house.karma(anna) == await house.karma(boris) == 0


async def test_whose_mark_is_annulled_waits_again_and_is_marked_again(house: House) -> None:
    anna, boris, vera = await house.add_people(3)
    event_id = await house.create_event(anna)
    waiting, marking = await vera.mark_me(event_id), await boris.comes_to_mark(event_id)
    await marking.asks("prepare_to_mark", user_id=vera.user_id)
    await marking.asks("confirm_marking")
    await waiting.hears("was_marked")
    assert await house.karma(boris) == 50
    await annul(house, event_id, anna, vera)
    assert await house.karma(boris) == 0
    # A repeated confirm is never a new mark
    await marking.asks_and_is_refused("nobody_held", "confirm_marking", user_id=vera.user_id)
    again = await vera.mark_me(event_id)
    await marking.hears("user_joined", user_id=vera.user_id)
    await marking.asks("prepare_to_mark", user_id=vera.user_id)
    await marking.says("confirm_marking", user_id=vera.user_id)
    await marking.hears("marked", user_id=vera.user_id, n=3, paid=50)
    await again.hears("was_marked")
    assert await house.karma(boris) == 50


async def test_a_phone_that_comes_back_between_is_told_to_come_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was marked when it was let in, and is not any more when the room takes it in."""
    anna, vera = await house.add_people(2)
    event_id = await house.create_event(anna)
    await mark_by_hand(house, event_id, anna, vera)
    mark_me = type(house.attendance.use_cases.mark_me)
    opens = mark_me.__call__

    async def open_and_annul(self: object, **given: object) -> object:
        opened = await opens(self, **given)  # type: ignore[arg-type]
        await annul(house, event_id, anna, vera)
        return opened

    other = await anna.comes_to_mark(event_id)  # so that the room hears of it
    with monkeypatch.context() as patch:
        patch.setattr(mark_me, "__call__", open_and_annul)
        wire = await vera.mark_me(event_id)
        assert await wire.close_code() == 1012
    await (await vera.mark_me(event_id)).hears_nothing()
    await other.hears("user_joined", user_id=vera.user_id)
