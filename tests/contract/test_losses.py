"""How sockets go: goodbyes and losses: rule 6. Contract: 6.

A goodbye is told from a loss by the bytes on the wire, so the client here is a plain TCP one.
"""

from __future__ import annotations

import asyncio
import json
import struct
import time
from collections.abc import Callable
from typing import Any

import pytest

from attendance_core.marking.places import Held, Waiting
from attendance_core.vocabulary import EventId
from attendance_web.live.hang_ups import HangUps
from tests.support.eventually import eventually
from tests.support.houses import house_in_folder as house
from tests.support.live_house import QUICK, House, Visitor
from tests.support.raw_house_sockets import CLOSE, TEXT, RawSocket

__all__ = ["house"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def late_goodbyes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Has a goodbye be stored a while after it was read."""
    store = HangUps._store

    async def late(self: HangUps, batch: list[Any]) -> None:
        await asyncio.sleep(0.2)
        await store(self, batch)

    monkeypatch.setattr(HangUps, "_store", late)


GRACE_SECONDS = QUICK.grace_seconds
PAST_GRACE_SECONDS = 2 * GRACE_SECONDS  # in which one whose grace had gone on would have left
WITHIN_GRACE_SECONDS = GRACE_SECONDS / 4  # in which a hold that had no grace would have ended


def closes_and_ends(raw: RawSocket) -> None:
    raw.sends(CLOSE)
    raw.plain.close()


def sends_too_many(raw: RawSocket) -> None:
    for _ in range(100):
        raw.sends(TEXT, b"{}")


GOODBYES: dict[str, Callable[[RawSocket], None]] = {
    "1000": lambda raw: raw.sends(CLOSE, struct.pack("!H", 1000)),
    "no code": lambda raw: raw.sends(CLOSE),
    "1009, a code that servers use": lambda raw: raw.sends(CLOSE, struct.pack("!H", 1009)),
    "4000": lambda raw: raw.sends(CLOSE, struct.pack("!H", 4000)),
    "a Close frame, then a FIN": closes_and_ends,
}
LOSSES: dict[str, Callable[[RawSocket], None]] = {
    "1001, as a browser says when its page goes": lambda raw: raw.sends(
        CLOSE, struct.pack("!H", 1001) + b"away"
    ),
    "a reset": lambda raw: raw.resets(),
    "a FIN without a Close frame": lambda raw: raw.plain.close(),
    "a frame over 16 KiB": lambda raw: raw.sends(TEXT, b"x" * (16 * 1024 + 1)),
    "an unmasked frame": lambda raw: raw.sends(TEXT, b"{}", mask=0),
    "a reserved bit": lambda raw: raw.sends(TEXT, b"{}", first=0xC0),
    "broken UTF-8": lambda raw: raw.sends(TEXT, b"\xff\xfe"),
    "a Close frame that is none": lambda raw: raw.sends(CLOSE, struct.pack("!H", 999)),
    "too many frames": sends_too_many,
}


class TestRule6OnePersonAnyNumberOfSockets:
    async def test_listed_once_and_gone_when_the_last_is_gone(self, house: House) -> None:
        asker, marker = await house.add_people(2)
        event_id = await house.create_event(marker)
        first, second = await asker.mark_me(event_id), await asker.mark_me(event_id)
        marking = await marker.marking(event_id)
        await marking.hears("marking_list", marking_list=[asker.user_id])
        await first.says_goodbye()
        await marking.hears_nothing()
        await second.says_goodbye()
        await marking.hears("user_left", user_id=asker.user_id)

    async def test_asking_anew_after_leaving_goes_to_the_end(self, house: House) -> None:
        """Contract: 6.20."""
        asker, other, marker = await house.add_people(3)
        event_id = await house.create_event(marker)
        marking = await marker.comes_to_mark(event_id)
        first = await asker.mark_me(event_id)
        await other.mark_me(event_id)
        for _ in range(2):
            await marking.hears("user_joined")
        await first.says_goodbye()
        await marking.hears("user_left", user_id=asker.user_id)
        await asker.mark_me(event_id)
        frame = await marking.hears("user_joined", user_id=asker.user_id)
        assert frame["params"]["asked_at"] > 0
        listed = [other.user_id, asker.user_id]
        await (await marker.marking(event_id)).hears("marking_list", marking_list=listed)

    @pytest.mark.parametrize("says", GOODBYES.values(), ids=GOODBYES)
    async def test_a_goodbye_counts_at_once(
        self, house: House, says: Callable[[RawSocket], None]
    ) -> None:
        asker, marker = await house.add_people(2)
        event_id = await house.create_event(marker)
        async with RawSocket.opens(asker, "mark_me", event_id) as raw:
            marking = await marker.comes_to_mark(event_id)
            said_at = time.monotonic()
            says(raw)
            await marking.hears("user_left", user_id=asker.user_id)
            assert time.monotonic() - said_at < GRACE_SECONDS

    async def test_whoever_sees_the_close_answered_has_left(self, house: House) -> None:
        asker, marker = await house.add_people(2)
        event_id = await house.create_event(marker)
        await asker.mark_me(event_id)
        for _ in range(20):
            await (await marker.mark_me(event_id)).says_goodbye()
            marking = await marker.comes_to_mark(event_id)
            await marking.says("prepare_to_mark", user_id=asker.user_id)
            await marking.hears("prepared")
            await marking.says_goodbye()

    async def test_a_goodbye_to_a_hold_counts_before_what_is_opened_right_behind_it(
        self, house: House, late_goodbyes: None
    ) -> None:
        asker, marker = await house.add_people(2)
        event_id = await house.create_event(marker)
        await asker.mark_me(event_id)
        async with RawSocket.opens(marker, "marking", event_id) as raw:
            choice = {"message": "prepare_to_mark", "params": {"user_id": asker.user_id}}
            raw.sends(TEXT, json.dumps(choice).encode())
            await eventually(lambda: is_held(house, event_id, asker))
            raw.sends(CLOSE, struct.pack("!H", 1000))
            again = await marker.marking(event_id)
            await again.hears("marking_list", marking_list=[asker.user_id])

    async def test_a_goodbye_to_a_place_counts_before_what_is_opened_right_behind_it(
        self, house: House, late_goodbyes: None
    ) -> None:
        asker, other, marker = await house.add_people(3)
        event_id = await house.create_event(marker)
        async with RawSocket.opens(asker, "mark_me", event_id) as raw:
            await other.mark_me(event_id)
            raw.sends(CLOSE, struct.pack("!H", 1000))
            await asker.mark_me(event_id)
            marking = await marker.marking(event_id)
            listed = [other.user_id, asker.user_id]  # who went has lost their place before others
            await marking.hears("marking_list", marking_list=listed)

    async def test_a_page_that_goes_is_answered_and_lost(self, house: House) -> None:
        asker, marker = await house.add_people(2)
        event_id = await house.create_event(marker)
        async with RawSocket.opens(asker, "mark_me", event_id) as raw:
            LOSSES["1001, as a browser says when its page goes"](raw)
            assert await raw.close_code() == 1001
        await eventually(lambda: house.has_lost_all(event_id, asker))
        assert await is_waiting(house, event_id, asker)

    @pytest.mark.parametrize("loses", LOSSES.values(), ids=LOSSES)
    async def test_every_other_end_keeps_the_place_for_the_grace(
        self, house: House, loses: Callable[[RawSocket], None]
    ) -> None:
        asker, marker = await house.add_people(2)
        event_id = await house.create_event(marker)
        async with RawSocket.opens(asker, "mark_me", event_id) as raw:
            marking = await marker.comes_to_mark(event_id)
            lost_at = time.monotonic()
            loses(raw)
            await marking.hears("user_left", user_id=asker.user_id)
            assert time.monotonic() - lost_at >= GRACE_SECONDS

    async def test_who_comes_back_within_the_grace_was_never_away(self, house: House) -> None:
        asker, marker = await house.add_people(2)
        event_id = await house.create_event(marker)
        marking = await marker.comes_to_mark(event_id)
        for _ in range(5):
            async with RawSocket.opens(asker, "mark_me", event_id) as raw:
                raw.resets()
        back = await asker.mark_me(event_id)
        await marking.hears("user_joined", user_id=asker.user_id)
        await asyncio.sleep(PAST_GRACE_SECONDS)
        await marking.hears_nothing()
        assert await house.has_sockets(event_id, asker, 1)
        await back.says_goodbye()
        await marking.hears("user_left", user_id=asker.user_id)

    async def test_a_lost_socket_of_a_marker_keeps_their_hold(self, house: House) -> None:
        asker, marker = await house.add_people(2)
        event_id = await house.create_event(marker)
        await asker.mark_me(event_id)
        marking = await marker.comes_to_mark(event_id)
        await marking.says("prepare_to_mark", user_id=asker.user_id)
        await marking.hears("prepared")
        marking.cut()
        await asyncio.sleep(WITHIN_GRACE_SECONDS)
        assert isinstance(await house.state_of(event_id, asker), Held)
        await eventually(lambda: is_waiting(house, event_id, asker))

    @pytest.mark.parametrize(
        ("loss", "code"),
        [("a frame over 16 KiB", 1009), ("too many frames", 4429)],
    )
    async def test_the_close_frame_says_why(self, house: House, loss: str, code: int) -> None:
        asker, marker = await house.add_people(2)
        event_id = await house.create_event(marker)
        async with RawSocket.opens(asker, "mark_me", event_id) as raw:
            LOSSES[loss](raw)
            assert await raw.close_code() == code


async def is_held(house: House, event_id: EventId, visitor: Visitor) -> bool:
    return isinstance(await house.state_of(event_id, visitor), Held)


async def is_waiting(house: House, event_id: EventId, visitor: Visitor) -> bool:
    return isinstance(await house.state_of(event_id, visitor), Waiting)
