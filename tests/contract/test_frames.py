"""What is on the wire: folding, golden frames and bad ones: rules 10 and 11. Contract: 6."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from websockets.frames import Frame, Opcode

from attendance_core.vocabulary import EventId, UserId
from tests.support.live_house import QUICK, House, Visitor, opened_house
from tests.support.wires import Ended, Wire

PACE = 0.06  # seconds from a frame to the next: a socket may send 20 a second
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with opened_house(tmp_path_factory.mktemp("house")) as opened:
        yield opened


async def asker_and_marker(house: House) -> tuple[EventId, Visitor, Visitor, Wire, Wire]:
    asker, marker = await house.people(2)
    event_id = await house.event(marker)
    waiting = await asker.mark_me(event_id)
    marking = await marker.marks(event_id)
    return event_id, asker, marker, waiting, marking


def shown(user_id: int) -> str:
    """A person of the house as a list shows them."""
    return (
        f'{{"user_id":{user_id},"display_name":"person{user_id}",'
        '"pic":"/pictures/default.svg","confirmed":false,"group":""}'
    )


class TestGoldenFrames:
    """The whole story, byte for byte but for ids and times. Contract: 6.16, 7.1."""

    async def test_a_marking(self, house: House) -> None:
        asker, marker = await house.people(2)
        event_id = await house.event(marker)
        waiting = await asker.mark_me(event_id)
        marking = await marker.marking(event_id, Accept_Language="en")
        (since,) = [(await house.state_of(event_id, asker)).since]
        a, m = asker.user_id, marker.user_id
        assert await next_text(marking) == (
            '{"result":"ok","message":"marking_list",'
            f'"params":{{"marking_list":[{a}],"asked_at":[{since}],"users":[{shown(a)}]}}}}'
        )
        await marking.says("prepare_to_mark", user_id=a)
        assert await next_text(marking) == (
            f'{{"result":"ok","message":"prepared","params":{{"user_id":{a},"expires_in":1.0}}}}'
        )
        await marking.says("refuse_to_mark")
        assert await next_text(marking) == '{"result":"ok","message":"refused"}'
        await marking.says("prepare_to_mark", user_id=a)
        await next_text(marking)
        await marking.says("confirm_marking", user_id=a)
        assert await next_text(marking) == (
            '{"result":"ok","message":"marked","params":'
            '{"display_msg":"Marked, thank you! You have earned 50 karma.",'
            f'"user_id":{a},"n":1,"paid":50}}}}'
        )
        assert await next_text(waiting) == (
            f'{{"result":"ok","message":"was_marked","params":{{"user_id":{m}}}}}'
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
        await (await house.person()).marks(event_id)
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
        other = await house.person()
        event_id = await house.event(marker)
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
        second = await house.person()
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
            second = await house.person()
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
        second, other = [await each.marks(event_id) for each in await house.people(2)]
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
        other, third = await house.people(2)
        watching = await other.marks(event_id)
        with monkeypatch.context() as patch:
            patch.setattr(house.attendance.notifier, "publish", lambda news: None)
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


BAD: list[tuple[str | bytes, str]] = [
    ("", "bad_frame"),
    ("nonsense", "bad_frame"),
    ("[]", "bad_frame"),
    ("null", "bad_frame"),
    ("1", "bad_frame"),
    ('"prepare_to_mark"', "bad_frame"),
    ("{}", "bad_frame"),
    ('{"params":{}}', "bad_frame"),
    ('{"message":null}', "bad_frame"),
    ('{"message":1}', "bad_frame"),
    ('{"message":["prepare_to_mark"]}', "bad_frame"),
    ('{"message":"ping"', "bad_frame"),
    ('{"message":"ping"} {}', "bad_frame"),
    ('{"message":"ping","x":NaN}', "bad_frame"),
    ('{"message":"ping","x":' + "[" * 40 + "]" * 40 + "}", "bad_frame"),
    ('{"message":"ping","x":' + "[" * 8000, "bad_frame"),
    (b'{"message":"ping"}', "bad_frame"),
    (b"\x00\xff", "bad_frame"),
    ('{"message":""}', "unknown_message"),
    ('{"message":"Ping"}', "unknown_message"),
    ('{"message":"ping\\u0000"}', "unknown_message"),
    ('{"message":"marking_list"}', "unknown_message"),
    ('{"message":"was_marked","params":{"user_id":1}}', "unknown_message"),
    ('{"message":"prepare_to_mark"}', "bad_params"),
    *(
        (f'{{"message":"prepare_to_mark","params":{params}}}', "bad_params")
        for params in (
            "null",
            "[]",
            "1",
            '"1"',
            "{}",
            '{"user_id":null}',
            '{"user_id":true}',
            '{"user_id":1.5}',
            '{"user_id":12.5}',
            '{"user_id":1e300}',
            '{"user_id":-1}',
            '{"user_id":0}',
            '{"user_id":9223372036854775808}',
            '{"user_id":' + "9" * 5000 + "}",
            '{"user_id":""}',
            '{"user_id":" 1"}',
            '{"user_id":"+1"}',
            '{"user_id":"1_0"}',
            '{"user_id":"1.0"}',
            '{"user_id":"٣"}',
            '{"user_id":"\\u0000"}',
            '{"user_id":[1]}',
            '{"user_id":{}}',
        )
    ),
    ('{"message":"confirm_marking","params":{"user_id":"x"}}', "bad_params"),
    ('{"message":"confirm_marking","params":[]}', "bad_params"),
    ('{"message":"refuse_to_mark","params":{"user_id":-5}}', "bad_params"),
]


class TestRule11BadFrames:
    async def test_a_whole_number_may_be_written_with_a_point(self, house: House) -> None:
        """Contract: 1.13."""
        event_id, asker, marker, _, _ = await asker_and_marker(house)
        wire = await marker.marks(event_id)
        await wire.says("prepare_to_mark", user_id=float(asker.user_id))
        assert type((await wire.hears("prepared"))["params"]["user_id"]) is int

    async def test_each_gets_an_error_frame_and_the_socket_stays_usable(self, house: House) -> None:
        event_id, asker, marker, _, _ = await asker_and_marker(house)
        for sent, code in BAD:
            wire = await marker.marks(event_id)
            await wire.connection.send(sent)
            frame = await wire.heard()
            assert (frame["result"], frame["params"]["code"]) == ("error", code), sent
            assert frame["message"]
            assert (await wire.asks("ping"))["message"] == "pong"
            assert (await wire.asks("prepare_to_mark", user_id=asker.user_id))["result"] == "ok"
            await wire.asks("refuse_to_mark")
            await wire.says_goodbye()

    async def test_commands_of_a_marker_are_unknown_to_one_who_waits(self, house: House) -> None:
        _, asker, _, waiting, _ = await asker_and_marker(house)
        for message in ("prepare_to_mark", "confirm_marking", "refuse_to_mark"):
            await waiting.is_refused("unknown_message", message, user_id=asker.user_id)

    async def test_unknown_fields_are_ignored_and_ids_may_be_digits(self, house: House) -> None:
        _, asker, _, _, marking = await asker_and_marker(house)
        frame = {
            "message": "prepare_to_mark",
            "params": {"user_id": str(asker.user_id), "more": [1, {}]},
            "id": 7,
        }
        await marking.connection.send(json.dumps(frame))
        await marking.hears("prepared", user_id=asker.user_id)

    async def test_sixteen_kibibytes_are_read_and_more_are_not(self, house: House) -> None:
        _, _, _, _, marking = await asker_and_marker(house)
        await marking.connection.send('{"message":"ping"}'.ljust(16 * 1024))
        await marking.hears("pong")
        await marking.connection.send('{"message":"ping"}'.ljust(16 * 1024 + 1))
        assert await marking.close_code() == 1009

    @pytest.mark.parametrize("opcode", [Opcode.PING, Opcode.PONG, Opcode.CONT])
    async def test_control_frames_and_fragments_count_too(
        self, house: House, opcode: Opcode
    ) -> None:
        _, _, _, _, marking = await asker_and_marker(house)
        transport = marking.connection.transport
        if opcode is Opcode.CONT:
            transport.write(Frame(Opcode.TEXT, b"", fin=False).serialize(mask=True))
        frame = Frame(opcode, b"", fin=opcode is not Opcode.CONT)
        transport.write(b"".join(frame.serialize(mask=True) for _ in range(200)))
        assert await marking.turns_away() == ("too_many_frames", 4429)

    async def test_sixty_at_once_are_answered_and_the_next_closes(self, house: House) -> None:
        _, _, _, _, marking = await asker_and_marker(house)
        for _ in range(200):
            await marking.connection.send("nonsense")
        codes = []
        try:
            while True:
                codes.append((await marking.heard())["params"]["code"])
        except Ended as ended:
            assert ended.code == 4429
        *bad, last = codes
        assert last == "too_many_frames"
        assert set(bad) == {"bad_frame"}
        assert 60 <= len(bad) < 100

    async def test_twenty_a_second_go_on_for_ever(self, house: House) -> None:
        _, _, _, waiting, _ = await asker_and_marker(house)
        for _ in range(60):
            await waiting.connection.send("{}")
            await waiting.heard()
        for _ in range(20):
            await asyncio.sleep(PACE)
            assert (await waiting.asks("ping"))["message"] == "pong"


async def next_text(wire: Wire) -> Any:
    """The next frame's text."""
    return await asyncio.wait_for(wire.connection.recv(), 5)
