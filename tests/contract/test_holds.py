"""Holds: whose they are, how they end, and where the held return to: rules 7 and 8. Contract: 6."""

from __future__ import annotations

import time

import pytest

from attendance_core.marking.places import Held, Marked, Waiting
from attendance_core.vocabulary import EventId
from tests.support.eventually import eventually
from tests.support.houses import house_in_folder as house
from tests.support.live_house import House, Visitor
from tests.support.wires import Wire

__all__ = ["house"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


async def a_hold(house: House) -> tuple[EventId, Visitor, Visitor, Wire, Wire]:
    """Makes an event, one who is held there, who holds them, and their sockets."""
    asker, marker = await house.add_people(2)
    event_id = await house.create_event(marker)
    waiting = await asker.mark_me(event_id)
    marking = await marker.comes_to_mark(event_id)
    await marking.says("prepare_to_mark", user_id=asker.user_id)
    await marking.hears("prepared", user_id=asker.user_id)
    return event_id, asker, marker, waiting, marking


class TestRule7TheHeld:
    async def test_one_whose_sockets_are_gone_stays_held(self, house: House) -> None:
        event_id, asker, _, waiting, marking = await a_hold(house)
        await waiting.says_goodbye()
        frame = await marking.asks("confirm_marking")
        assert frame["message"] == "marked"
        assert isinstance(await house.state_of(event_id, asker), Marked)

    async def test_one_who_logs_out_stays_held(self, house: House) -> None:
        event_id, asker, _, waiting, marking = await a_hold(house)
        await house.logs_out(asker)
        assert await waiting.turns_away() == ("not_logged_in", 4401)
        assert isinstance(await house.state_of(event_id, asker), Held)
        assert (await marking.asks("confirm_marking"))["message"] == "marked"

    async def test_given_back_they_return_to_their_old_position(self, house: House) -> None:
        event_id, asker, _, _, marking = await a_hold(house)
        late = await house.add_person()
        await late.mark_me(event_id)
        await marking.hears("user_joined", user_id=late.user_id)
        assert (await marking.asks("refuse_to_mark"))["message"] == "refused"
        listed = [asker.user_id, late.user_id]
        await (await (await house.add_person()).marking(event_id)).hears(
            "marking_list", marking_list=listed
        )

    async def test_given_back_within_their_grace_they_return(self, house: House) -> None:
        event_id, asker, _, waiting, marking = await a_hold(house)
        waiting.cut()
        assert (await marking.asks("refuse_to_mark"))["message"] == "refused"
        assert isinstance(await house.state_of(event_id, asker), Waiting)

    async def test_given_back_when_gone_they_are_off_the_list(self, house: House) -> None:
        event_id, asker, _, waiting, marking = await a_hold(house)
        await waiting.says_goodbye()
        await eventually(lambda: house.has_no_socket(event_id, asker))
        assert (await marking.asks("refuse_to_mark"))["message"] == "refused"
        await marking.hears("user_left", user_id=asker.user_id)
        assert await house.state_of(event_id, asker) is None


class TestRule8Holds:
    async def test_any_socket_of_the_marker_may_confirm(self, house: House) -> None:
        event_id, asker, marker, waiting, marking = await a_hold(house)
        other = await marker.comes_to_mark(event_id)
        await other.hears("prepared", user_id=asker.user_id)
        assert (await other.asks("confirm_marking"))["message"] == "marked"
        await marking.hears("reservation_expired", user_id=asker.user_id)
        await marking.hears("user_left", user_id=asker.user_id)
        await waiting.hears("was_marked", user_id=marker.user_id)

    async def test_any_socket_of_the_marker_may_refuse(self, house: House) -> None:
        event_id, asker, marker, _, marking = await a_hold(house)
        other = await marker.comes_to_mark(event_id)
        await other.hears("prepared")
        assert (await other.asks("refuse_to_mark"))["message"] == "refused"
        await marking.hears("reservation_expired", user_id=asker.user_id)
        await marking.hears_nothing()
        assert marking.listed == [asker.user_id]

    async def test_the_other_sockets_are_told_as_other_markers_are(self, house: House) -> None:
        asker, marker = await house.add_people(2)
        event_id = await house.create_event(marker)
        await asker.mark_me(event_id)
        first, second = await marker.comes_to_mark(event_id), await marker.comes_to_mark(event_id)
        await first.says("prepare_to_mark", user_id=asker.user_id)
        await first.hears("prepared")
        await second.hears("user_left", user_id=asker.user_id)
        await second.hears_nothing()

    async def test_it_ends_by_itself(self, house: House) -> None:
        event_id, asker, _, _, marking = await a_hold(house)
        other = await (await house.add_person()).comes_to_mark(event_id)
        await marking.hears("reservation_expired", user_id=asker.user_id)
        await other.hears("user_joined", user_id=asker.user_id)
        await marking.asks_and_is_refused("nobody_held", "confirm_marking")
        assert marking.listed == [asker.user_id]
        assert isinstance(await house.state_of(event_id, asker), Waiting)

    async def test_after_its_time_a_confirm_is_nobody_held_though_no_sweep_came(
        self, house: House
    ) -> None:
        event_id, asker, _, _, marking = await a_hold(house)
        held = await house.state_of(event_id, asker)
        await eventually(lambda: time.time() >= held.until)
        await marking.says("confirm_marking")
        frame = await marking.heard()
        if frame["message"] == "reservation_expired":
            frame = await marking.heard()
        assert frame["params"]["code"] == "nobody_held"

    async def test_the_marker_s_goodbye_gives_back_at_once(self, house: House) -> None:
        event_id, asker, _, _, marking = await a_hold(house)
        other = await (await house.add_person()).comes_to_mark(event_id)
        await marking.says_goodbye()
        await other.hears("user_joined", user_id=asker.user_id)

    async def test_a_lost_marker_keeps_the_hold_for_the_grace(self, house: House) -> None:
        event_id, asker, marker, waiting, marking = await a_hold(house)
        marking.cut()
        back = await marker.marking(event_id)
        await back.hears("marking_list", marking_list=[asker.user_id])
        prepared = await back.hears("prepared", user_id=asker.user_id)
        assert 0 < prepared["params"]["expires_in"] <= 1
        assert (await back.asks("confirm_marking"))["message"] == "marked"
        await waiting.hears("was_marked", user_id=marker.user_id)

    async def test_one_socket_that_goes_keeps_the_hold_for_the_others(self, house: House) -> None:
        event_id, asker, marker, _, marking = await a_hold(house)
        other = await marker.comes_to_mark(event_id)
        await other.hears("prepared")
        await marking.says_goodbye()
        await eventually(lambda: house.has_sockets(event_id, marker, 1))
        assert isinstance(await house.state_of(event_id, asker), Held)
        assert (await other.asks("confirm_marking"))["message"] == "marked"

    async def test_a_marker_whose_other_session_logs_out_keeps_the_hold(self, house: House) -> None:
        event_id, asker, marker, _, marking = await a_hold(house)
        second = await house.add_session(marker)
        other = await second.comes_to_mark(event_id)
        await other.hears("prepared")
        await house.logs_out(marker)
        assert await marking.turns_away() == ("not_logged_in", 4401)
        assert (await other.asks("confirm_marking"))["message"] == "marked"
        assert isinstance(await house.state_of(event_id, asker), Marked)
