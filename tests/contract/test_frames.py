"""What is on the wire: golden frames, and how they are folded: rule 10. Contract: 6."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace
from typing import Any

import pytest

from attendance_core.vocabulary import UserId
from tests.support.houses import asker_and_marker
from tests.support.houses import house_in_folder as house
from tests.support.live_house import QUICK, House, opened_house
from tests.support.wires import Wire

__all__ = ["house"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


def shown(user_id: int) -> str:
    """Spells a person of the house as a list shows them."""
    return (
        f'{{"user_id":{user_id},"display_name":"person{user_id}",'
        '"pic":"/pictures/default.svg","confirmed":false,"group":""}'
    )


class TestGoldenFrames:
    """The whole story, byte for byte but for ids and times. Contract: 6.16, 7.1."""

    async def test_a_marking(self, house: House) -> None:
        asker, marker = await house.add_people(2)
        event_id = await house.create_event(marker)
        waiting = await asker.mark_me(event_id)
        marking = await marker.marking(event_id, Accept_Language="en")
        (since,) = [(await house.state_of(event_id, asker)).since]
        asker_id, marker_id = asker.user_id, marker.user_id
        assert await next_text(marking) == (
            '{"result":"ok","message":"marking_list",'
            f'"params":{{"marking_list":[{asker_id}],"asked_at":[{since}],'
            f'"users":[{shown(asker_id)}]}}}}'
        )
        await marking.says("prepare_to_mark", user_id=asker_id)
        assert await next_text(marking) == (
            '{"result":"ok","message":"prepared",'
            f'"params":{{"user_id":{asker_id},"expires_in":1.0}}}}'
        )
        await marking.says("refuse_to_mark")
        assert await next_text(marking) == '{"result":"ok","message":"refused"}'
        await marking.says("prepare_to_mark", user_id=asker_id)
        await next_text(marking)
        await marking.says("confirm_marking", user_id=asker_id)
        assert await next_text(marking) == (
            '{"result":"ok","message":"marked","params":'
            '{"display_msg":"Marked, thank you! You have earned 50 karma.",'
            f'"user_id":{asker_id},"n":1,"paid":50}}}}'
        )
        assert await next_text(waiting) == (
            f'{{"result":"ok","message":"was_marked","params":{{"user_id":{marker_id}}}}}'
        )
        await marking.says("confirm_marking")
        # Contract: 6.15, the text in both places
        assert json.loads(await next_text(marking)) == {
            "result": "error",
            "message": "You have not chosen anybody, or your choice has expired",
            "error_msg": "You have not chosen anybody, or your choice has expired",
            "params": {"code": "nobody_held"},
        }

    async def test_too_soon(self, house: House) -> None:
        """Contract: 6.15, 6.19."""
        event_id, asker, marker, _, _ = await asker_and_marker(house)
        await (await house.add_person()).comes_to_mark(event_id)
        marking = await marker.marking(event_id, Accept_Language="en")
        await marking.hears("marking_list")
        await marking.asks("prepare_to_mark", user_id=asker.user_id)
        await marking.asks("refuse_to_mark")
        frame = await marking.asks("prepare_to_mark", user_id=asker.user_id)
        seconds = frame["params"].pop("seconds")
        assert seconds in {9, 10}
        text = f"You have just had this person: give others a chance, {seconds} s more"
        assert frame == {
            "result": "error",
            "message": text,
            "error_msg": text,
            "params": {"code": "too_soon"},
        }

    async def test_coming_and_going(self, house: House) -> None:
        _, _, marker, _, marking = await asker_and_marker(house)
        other = await house.add_person()
        event_id = await house.create_event(marker)
        marking = await marker.marking(event_id)
        assert await next_text(marking) == (
            '{"result":"ok","message":"marking_list",'
            '"params":{"marking_list":[],"asked_at":[],"users":[]}}'
        )
        waiting = await other.mark_me(event_id)
        since = (await house.state_of(event_id, other)).since
        assert await next_text(marking) == (
            '{"result":"ok","message":"user_joined",'
            f'"params":{{"user_id":{other.user_id},"asked_at":{since},'
            f'"user":{shown(other.user_id)}}}}}'
        )
        await waiting.says_goodbye()
        assert await next_text(marking) == (
            f'{{"result":"ok","message":"user_left","params":{{"user_id":{other.user_id}}}}}'
        )

    async def test_a_new_name_is_seen_when_its_owner_asks_again(self, house: House) -> None:
        event_id, asker, _, waiting, marking = await asker_and_marker(house)
        await house.attendance.use_cases.update_profile_info(
            actor=UserId(asker.user_id), display_name="Anna"
        )
        await waiting.says_goodbye()
        await marking.hears("user_left")
        await asker.mark_me(event_id)
        joined = await marking.hears("user_joined")
        assert joined["params"]["user"]["display_name"] == "Anna"

    async def test_an_expiry(self, house: House) -> None:
        _, asker, _, _, marking = await asker_and_marker(house)
        await marking.asks("prepare_to_mark", user_id=asker.user_id)
        assert await next_text(marking) == (
            '{"result":"ok","message":"reservation_expired",'
            f'"params":{{"user_id":{asker.user_id}}}}}'
        )

    async def test_a_ping(self, house: House) -> None:
        _, _, _, waiting, marking = await asker_and_marker(house)
        for wire in (waiting, marking):
            await wire.connection.send('{"message":"ping"}')
            assert await next_text(wire) == '{"result":"ok","message":"pong"}'


class TestRule10Order:
    """A socket's frames come in the order of what happened."""

    async def test_one_hold_has_ended_before_the_next_begins(self, house: House) -> None:
        event_id, first, _, _, marking = await asker_and_marker(house)
        second = await house.add_person()
        await second.mark_me(event_id)
        await marking.hears("user_joined")
        await marking.asks("prepare_to_mark", user_id=first.user_id)
        held = await house.state_of(event_id, first)
        while time.time() < held.until:
            await asyncio.sleep(0)
        await marking.says("prepare_to_mark", user_id=second.user_id)
        await marking.hears("reservation_expired", user_id=first.user_id)
        await marking.hears("prepared", user_id=second.user_id)

    async def test_also_where_the_first_ends_by_anothers_word_meanwhile(self) -> None:
        # However slow the machine, no hold is to run out here
        async with opened_house(None, replace(QUICK, hold_seconds=600)) as house:
            event_id, first, _, _, marking = await asker_and_marker(house)
            second = await house.add_person()
            await second.mark_me(event_id)
            await marking.hears("user_joined")
            for _ in range(20):
                await first.mark_me(event_id)
                if first.user_id not in marking.listed:
                    await marking.hears("user_joined", user_id=first.user_id)
                await marking.asks("prepare_to_mark", user_id=first.user_id)
                leaving = asyncio.create_task(house.leaves(first, event_id))
                answered = False
                while not answered:
                    await marking.says("prepare_to_mark", user_id=second.user_id)
                    frame = await marking.heard()
                    while frame["message"] in {"reservation_expired", "user_left"}:
                        frame = await marking.heard()
                    answered = frame["result"] == "ok"
                    assert answered or frame["params"]["code"] == "already_holding"
                await leaving
                assert frame["message"] == "prepared"
                await marking.hears_nothing()
                assert marking.listed == [second.user_id]
                await marking.asks("refuse_to_mark")


class TestRule10Folding:
    async def test_the_holder_keeps_the_person_in_their_own_list(self, house: House) -> None:
        event_id, asker, marker, _, marking = await asker_and_marker(house)
        await marking.asks("prepare_to_mark", user_id=asker.user_id)
        await marking.hears_nothing()
        assert marking.listed == [asker.user_id]
        second = await marker.marking(event_id)
        await second.hears("marking_list", marking_list=[asker.user_id])
        await second.hears("prepared", user_id=asker.user_id)
        assert (await marking.asks("refuse_to_mark"))["message"] == "refused"
        await marking.hears_nothing()
        assert marking.listed == [asker.user_id]

    async def test_one_s_own_marked_is_all_one_hears_of_it(self, house: House) -> None:
        _, asker, _, _, marking = await asker_and_marker(house)
        await marking.asks("prepare_to_mark", user_id=asker.user_id)
        assert (await marking.asks("confirm_marking"))["message"] == "marked"
        await marking.hears_nothing()

    async def test_other_markers_see_them_leave_and_return(self, house: House) -> None:
        event_id, asker, _, _, marking = await asker_and_marker(house)
        second, other = [await each.comes_to_mark(event_id) for each in await house.add_people(2)]
        await marking.asks("prepare_to_mark", user_id=asker.user_id)
        await other.hears("user_left", user_id=asker.user_id)
        await marking.asks("refuse_to_mark")
        await other.hears("user_joined", user_id=asker.user_id)
        await second.hears("user_left", user_id=asker.user_id)
        await second.hears("user_joined", user_id=asker.user_id)
        await second.asks("prepare_to_mark", user_id=asker.user_id)
        await other.hears("user_left", user_id=asker.user_id)
        await second.asks("confirm_marking")
        await other.hears_nothing()
        assert other.listed == []

    async def test_whatever_announcements_were_lost_the_truth_comes(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        event_id, asker, _, waiting, marking = await asker_and_marker(house)
        other, third = await house.add_people(2)
        watching = await other.comes_to_mark(event_id)
        with monkeypatch.context() as patch:
            patch.setattr(house.attendance.notifier, "publish", lambda announcement: None)
            await marking.asks("prepare_to_mark", user_id=asker.user_id)
            answer = await marking.asks("confirm_marking")
            assert answer["message"] == "marked"
            await third.mark_me(event_id)
            said_at = time.monotonic()
            while watching.listed != [third.user_id]:
                await watching.heard()
            await waiting.hears("was_marked")
            assert time.monotonic() - said_at < 5

    async def test_the_list_comes_once_a_socket(self, house: House) -> None:
        event_id, asker, _, waiting, marking = await asker_and_marker(house)
        for _ in range(3):
            await waiting.says_goodbye()
            await marking.hears("user_left")
            waiting = await asker.mark_me(event_id)
            await marking.hears("user_joined")


async def next_text(wire: Wire) -> Any:
    """Waits for the next frame's text."""
    return await asyncio.wait_for(wire.connection.recv(), 5)
