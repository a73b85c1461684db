"""Frames that a client should not send: rule 11. Contract: 6.11."""

from __future__ import annotations

import asyncio
import json

import pytest
from websockets.frames import Frame, Opcode

from tests.support.houses import asker_and_marker
from tests.support.houses import house_in_folder as house
from tests.support.live_house import House
from tests.support.wires import Ended

__all__ = ["house"]
pytestmark = pytest.mark.asyncio(loop_scope="module")
FRAME_EVERY = 0.06  # seconds from a frame to the next: a socket may send 20 a second
BAD_FRAMES: list[tuple[str | bytes, str]] = [
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
        wire = await marker.comes_to_mark(event_id)
        await wire.says("prepare_to_mark", user_id=float(asker.user_id))
        assert type((await wire.hears("prepared"))["params"]["user_id"]) is int

    async def test_each_gets_an_error_frame_and_the_socket_stays_usable(self, house: House) -> None:
        event_id, asker, marker, _, _ = await asker_and_marker(house)
        for sent, code in BAD_FRAMES:
            wire = await marker.comes_to_mark(event_id)
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
            await waiting.asks_and_is_refused("unknown_message", message, user_id=asker.user_id)

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
            await asyncio.sleep(FRAME_EVERY)
            assert (await waiting.asks("ping"))["message"] == "pong"
