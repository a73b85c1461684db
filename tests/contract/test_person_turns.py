"""What one person has done at once, by calls and by sockets, is bounded; nobody else waits for it.

Contract: 1.11.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import NamedTuple

import pytest
from websockets.frames import Frame, Opcode

from attendance_web.http import pipeline
from attendance_web.live import frame_turns, visit
from attendance_web.live.frame_limits import MAX_FRAMES
from attendance_web.live.frame_turns import MAX_FRAMES_OF_PERSON, FrameTurns
from attendance_web.wire.person_turns import MAX_OF_ONE
from attendance_web.wire.turns import FairTurns
from tests.support.eventually import eventually
from tests.support.houses import house_in_memory as house
from tests.support.live_house import House
from tests.support.site import Site, envelope, response
from tests.support.site import site_in_memory as site
from tests.support.wires import Wire

__all__ = ["house", "site"]

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has patience."""
    monkeypatch.setattr(pipeline, "TURN_WAIT_SECONDS", 0.2)
    monkeypatch.setattr(visit, "TURN_WAIT_SECONDS", 0.2)


@asynccontextmanager
async def busy(turns: FairTurns, user_id: int) -> AsyncIterator[None]:
    """This person has all done that they may have done at once."""
    async with AsyncExitStack() as stack:
        for _ in range(MAX_OF_ONE):
            await stack.enter_async_context(turns.turn(user_id, 1))
        yield


class TwoMarkers(NamedTuple):
    """Two people who mark, and somebody who waits: who they are, and the markers' sockets."""

    asker_id: int
    marker_id: int
    marker_wire: Wire
    other_marker_wire: Wire


async def two_markers(house: House) -> TwoMarkers:
    """At an event of their own, with the lists read."""
    asker, marker, other = await house.add_people(3)
    event_id = await house.create_event(marker)
    await asker.mark_me(event_id)
    marker_wire, other_marker_wire = (
        await marker.comes_to_mark(event_id),
        await other.comes_to_mark(event_id),
    )
    return TwoMarkers(asker.user_id, marker.user_id, marker_wire, other_marker_wire)


class TestCalls:
    async def test_one_more_waits_for_its_turn(self, site: Site) -> None:
        anna = await site.add_person()
        async with busy(site.app.services.person_turns, anna.user_id):
            waits = asyncio.create_task(anna.get("/api/profile/GetProfile", user_id=anna.user_id))
            await asyncio.wait([waits], timeout=0.1)
            assert not waits.done()
        response(await waits)

    async def test_whoever_has_no_turn_in_time_is_told_to_try_again(
        self, site: Site, hurried: None
    ) -> None:
        anna = await site.add_person()
        async with busy(site.app.services.person_turns, anna.user_id):
            refused = await anna.get("/api/profile/GetProfile", user_id=anna.user_id)
            assert envelope(refused)["code"] == "too_many_requests"
            assert refused.status_code == 429
            assert refused.headers["retry-after"] == "1"

    async def test_nobody_else_waits_for_them(self, site: Site, hurried: None) -> None:
        anna, boris = await site.add_person(), await site.add_person()
        async with busy(site.app.services.person_turns, anna.user_id):
            response(await boris.get("/api/profile/GetProfile", user_id=boris.user_id))
            # Who somebody is can be asked by all who are somebody
            response(await anna.get("/api/auth/GetCurrentUserId"))


class TestCommands:
    async def test_one_more_waits_for_its_turn(self, house: House) -> None:
        asker, marker = await house.add_people(2)
        event_id = await house.create_event(marker)
        await asker.mark_me(event_id)
        wire = await marker.comes_to_mark(event_id)
        async with busy(house.app.sockets.person_turns, marker.user_id):
            await wire.says("prepare_to_mark", user_id=asker.user_id)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(wire.heard(), 0.2)
        await wire.hears("prepared")

    async def test_whoever_has_no_turn_in_time_is_told_so(
        self, house: House, hurried: None
    ) -> None:
        markers = await two_markers(house)
        async with busy(house.app.sockets.person_turns, markers.marker_id):
            await markers.marker_wire.asks_and_is_refused(
                "unavailable", "prepare_to_mark", user_id=markers.asker_id
            )
            assert (await markers.marker_wire.asks("ping"))["message"] == "pong"
            # And somebody else is not in their way
            await markers.other_marker_wire.asks("prepare_to_mark", user_id=markers.asker_id)


def pings(number: int) -> bytes:
    """As a client sends them."""
    return Frame(Opcode.PING, b"").serialize(mask=True) * number


class HeldUp(FrameTurns):
    """Turns that this one gets when they may go on."""

    def __init__(self, held_up: Hashable) -> None:
        super().__init__()
        self.may_go_on = asyncio.Event()
        self._held_up = held_up

    async def turn(self, whose: Hashable) -> None:
        if whose == self._held_up:
            await self.may_go_on.wait()
        await super().turn(whose)


class TestFrames:
    async def test_each_waits_for_a_turn_of_its_person_whatever_it_says(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        anna, boris = await house.add_people(2)
        event_id = await house.create_event(anna)
        wires = [await anna.marking(event_id), await anna.marking(event_id)]
        other = await boris.marking(event_id)
        for wire in (*wires, other):
            await wire.hears("marking_list")
        turns = HeldUp(anna.user_id)
        monkeypatch.setattr(house.app.sockets, "frame_turns", turns)
        for wire, message in zip(wires, ("ping", "no such thing"), strict=True):
            await wire.says(message)
        assert (await other.asks("ping"))["message"] == "pong"
        assert (await other.asks("no such thing"))["params"]["code"] == "unknown_message"
        heard = [asyncio.create_task(wire.heard()) for wire in wires]
        await asyncio.wait(heard, timeout=0.1)
        assert not any(each.done() for each in heard)
        turns.may_go_on.set()
        pong, refused = await asyncio.gather(*heard)
        assert (pong["message"], refused["params"]["code"]) == ("pong", "unknown_message")

    async def test_pings_of_all_their_sockets_are_counted_together(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A socket that is cut and opened again may send sixty more, but not this person."""
        anna, boris = await house.add_people(2)
        event_id = await house.create_event(anna)
        monkeypatch.setattr(house.app.sockets, "frame_turns", FrameTurns())
        wires = [await anna.marking(event_id) for _ in range(6)]
        other = await boris.marking(event_id)
        for wire in (*wires, other):
            await wire.hears("marking_list")
        *some, last = wires
        for wire in some:
            wire.connection.transport.write(pings(MAX_FRAMES_OF_PERSON // len(some) - 1))
            await (await wire.connection.ping())
        last.connection.transport.write(pings(MAX_FRAMES))  # of which it has an allowance
        assert await last.turns_away() == ("too_many_frames", 4429)
        other.connection.transport.write(pings(MAX_FRAMES // 2))
        assert (await other.asks("ping"))["message"] == "pong"

    async def test_nothing_is_begun_that_waited_until_its_client_had_left(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        markers = await two_markers(house)
        monkeypatch.setattr(frame_turns, "MAX_FRAMES_OF_PERSON", 1)
        monkeypatch.setattr(frame_turns, "FRAMES_OF_PERSON_A_SECOND", 2)
        monkeypatch.setattr(house.app.sockets, "frame_turns", FrameTurns())
        open_count = house.app.sockets.tracked_count
        assert (await markers.marker_wire.asks("ping"))["message"] == "pong"
        await markers.marker_wire.says("prepare_to_mark", user_id=markers.asker_id)
        markers.marker_wire.cut()
        await eventually(lambda: house.app.sockets.tracked_count < open_count)
        await markers.other_marker_wire.hears_nothing()

    async def test_what_an_opening_is_turned_away_with_waits_for_a_turn_too(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (anna,) = await house.add_people(1)
        turns = HeldUp("127.0.0.1")  # whoever is not logged in
        monkeypatch.setattr(house.app.sockets, "frame_turns", turns)
        opened = asyncio.create_task(house.opens("/ws/marking?event_id=x"))
        await (await anna.marking(await house.create_event(anna))).hears("marking_list")
        await asyncio.wait({opened}, timeout=0.1)
        assert not opened.done()
        turns.may_go_on.set()
        assert await (await opened).turns_away() == ("not_logged_in", 4401)
