"""What a connection carries, in which order and how much of it."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from contextlib import suppress

import pytest

from tests.support.eventually import eventually
from tests.support.houses import house_in_memory as house
from tests.support.live_house import House
from tests.support.raw_http import (
    QUIET_SECONDS,
    UNENDED_HANDSHAKE,
    all_that_comes,
    connection_count,
)
from tests.support.smuggled import GET, INNER, POST, statuses, with_length

__all__ = ["house"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


class TestOrder:
    async def test_an_upgrade_without_a_name_changes_nothing(self, house: House) -> None:
        asks_for_nothing = POST + b"Connection: Upgrade\r\nUpgrade:\r\n"
        come = await all_that_comes(house, with_length(asks_for_nothing, INNER) + INNER)
        assert statuses(come) == [403, 200]

    async def test_what_is_no_request_is_answered_in_its_turn(self, house: House) -> None:
        come = await all_that_comes(house, INNER + INNER + b"nonsense\r\n\r\n" + INNER)
        assert statuses(come) == [200, 200, 400]

    async def test_a_body_that_breaks_off_is_answered_in_its_turn(self, house: House) -> None:
        broken = POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\nno chunk\r\n"
        come = await all_that_comes(house, INNER + broken + INNER)
        first, second = statuses(come)  # it brings no CSRF token: whichever is found first is told
        assert first == 200 and second in (400, 403)

    async def test_a_body_broken_behind_its_answer_gets_no_second_one(self, house: House) -> None:
        refused = POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n"  # no CSRF token
        come = await all_that_comes(house, refused, b"no chunk\r\n" + INNER)
        assert statuses(come) == [403]

    @pytest.mark.parametrize("bad", ["GET http://x HTTP/1.1", "GET http://x: HTTP/1.1"])
    async def test_an_address_that_is_none_takes_nobodys_answer(
        self, house: House, bad: str
    ) -> None:
        come = await all_that_comes(house, INNER + f"{bad}\r\nHost: x\r\n\r\n".encode())
        assert statuses(come) == [200, 400]

    async def test_who_will_say_no_more_is_answered(self, house: House) -> None:
        for sent in (INNER, INNER * 3, INNER * 150):
            reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
            writer.write(sent)
            writer.write_eof()
            come = await asyncio.wait_for(reader.read(), 30)
            assert statuses(come) == [200] * sent.count(b"GET")
            writer.close()

    async def test_a_refusal_overtakes_no_body_that_is_still_coming(self, house: House) -> None:
        head = POST + b"Connection: close\r\nContent-Length: 3000000\r\n\r\n"
        for _ in range(5):
            reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
            writer.write(head)
            for _ in range(30):
                writer.write(b"x" * 100_000)
                await writer.drain()
            assert statuses(await asyncio.wait_for(reader.read(), 30)) == [413]
            writer.close()

    async def test_what_follows_the_last_request_is_not_carried_out(self, house: House) -> None:
        last = GET + b"Connection: close\r\n\r\n"
        unfinished = POST + b"Content-Length: 9\r\n\r\nx"
        come = await all_that_comes(house, last + unfinished)
        assert statuses(come) == [200]

    async def test_requests_that_come_together_wait_for_their_turn(self, house: House) -> None:
        come = await all_that_comes(house, INNER * 1100)
        assert statuses(come) == [200] * 1100

    async def test_a_socket_is_not_opened_before_an_answer_is_given(self, house: House) -> None:
        handshake = UNENDED_HANDSHAKE + b"\r\n"
        come = await all_that_comes(house, INNER + handshake)
        assert statuses(come) == [200, 101]

    async def test_no_handshake_is_begun_with_who_has_left(self, house: House) -> None:
        """Contract: 1.11."""
        before = connection_count(house)
        reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
        await eventually(lambda: connection_count(house) > before)
        writer.write(UNENDED_HANDSHAKE + b"\r\n")
        writer.write_eof()  # before any of it is read
        assert await asyncio.wait_for(reader.read(), 30) == b""
        writer.close()


class TestBounds:
    async def test_a_head_of_one_piece_is_bounded_as_well(self, house: House) -> None:
        come = await all_that_comes(house, GET + b"X: " + b"y" * 70_000 + b"\r\n\r\n")
        assert statuses(come) == [431]

    @pytest.mark.parametrize("line", [b"X: y\r\n" * 1000, b"X: " + b"y" * 5000])
    async def test_a_head_without_end_is_cut(self, house: House, line: bytes) -> None:
        come = await all_that_comes(house, GET, *[line] * 40)
        assert statuses(come) == [431] or not come

    @pytest.mark.parametrize(
        "part",
        [b"X-1: " + b"y" * 5000, b"X-1: y\r\n" * 800],
        ids=["one trailer", "many trailers"],
    )
    async def test_trailers_are_cut(self, house: House, part: bytes) -> None:
        come = await all_that_comes(
            house,
            b"POST /accounts/logout/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
            b"\r\n0\r\n",
            *[part] * 40,
        )
        assert len(statuses(come)) == 1

    @pytest.mark.parametrize(
        "part",
        [b"1\r\nx\r\n" * 2000, b"1;" + b"y" * 5000 + b"\r\nx\r\n", b"1;" + b"y" * 5000],
        ids=["chunks of a byte", "long lines", "a line without end"],
    )
    async def test_what_stands_between_chunks_is_bounded(self, house: House, part: bytes) -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", house.port)
        writer.write(POST + b"Transfer-Encoding: chunked\r\n\r\n")
        with pytest.raises(ConnectionError):
            for _ in range(4000):
                writer.write(part)
                await asyncio.wait_for(writer.drain(), 10)
        writer.close()

    async def test_a_body_nobody_waits_for_is_not_read_for_ever(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("attendance_web.serving.http_protocol.MAX_DISCARDED_BYTES", 1_000_000)
        chunk = b"%x\r\n" % 60_000 + b"x" * 60_000 + b"\r\n"
        head = POST + b"Transfer-Encoding: chunked\r\n\r\n"
        come = await all_that_comes(house, head, *[chunk] * 40)
        assert statuses(come) == [403]
        come = await all_that_comes(house, head, *[chunk] * 10, b"0\r\n\r\n" + INNER)
        assert statuses(come) == [403, 200]

    @pytest.mark.parametrize(
        "said",
        [b"", b"\r\n", GET, INNER + GET, POST + b"Content-Length: 9\r\n\r\nx"],
    )
    async def test_who_does_not_go_on_is_cut(
        self, house: House, monkeypatch: pytest.MonkeyPatch, said: bytes
    ) -> None:
        monkeypatch.setattr("attendance_web.serving.http_closing.HEAD_SECONDS", 0.2)
        reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
        writer.write(said)
        with suppress(ConnectionError):
            await asyncio.wait_for(reader.read(), 10)
        writer.close()

    @pytest.mark.parametrize("begun", [b"", b"GET /heal"], ids=["the body alone", "and a head"])
    async def test_whoever_ends_a_body_behind_its_answer_is_kept(
        self, house: House, monkeypatch: pytest.MonkeyPatch, begun: bytes
    ) -> None:
        """Else the next call of a proxy is lost, which a refused one has gone before."""
        monkeypatch.setattr("attendance_web.serving.http_closing.BODY_REMAINDER_SECONDS", 1.0)
        reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
        writer.write(POST + b"Content-Length: 2\r\n\r\nx")
        answer = await reader.readuntil(b"\r\n\r\n")
        assert b" 403 " in answer
        length = int(answer.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        await reader.readexactly(length)
        writer.write(b"x" + begun)
        await asyncio.sleep(1.5)
        rest = b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        writer.write(rest.removeprefix(begun))
        assert b" 200 " in await reader.read()
        writer.close()

    @pytest.mark.parametrize(
        "target", [f"/pictures/{'a' * 600}", f"/health/live?{'a' * 5000}", "/?" + "%F0" * 2000]
    )
    async def test_an_address_is_bounded(self, house: House, target: str) -> None:
        long = f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        assert statuses(await all_that_comes(house, long)) == [431]

    async def test_a_header_is_bounded_for_calls_and_sockets_alike(self, house: House) -> None:
        for head in (GET, UNENDED_HANDSHAKE):
            for length, are_let_in in ((8000, True), (8300, False)):
                cookies = b"Cookie: " + b"c" * length + b"\r\n\r\n"
                come = await all_that_comes(house, head + cookies)
                assert (statuses(come) == [431]) is not are_let_in

    async def test_headers_are_bounded_in_number(self, house: House) -> None:
        head = GET + b"".join(b"X-%d: y\r\n" % number for number in range(200)) + b"\r\n"
        assert statuses(await all_that_comes(house, head)) == [431]

    async def test_who_waits_for_answers_is_given_time_for_the_next_head(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It is we who do not read it."""
        monkeypatch.setattr("attendance_web.serving.http_closing.HEAD_SECONDS", 0.3)
        reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
        sign_up = json.dumps({"username": "nobody", "password": "wrong password"}).encode()
        slow = with_length(POST.replace(b"logout", b"signup"), sign_up)
        writer.write(slow * 20 + GET)
        writer.write(b"\r\n")
        come = bytearray()
        while len(statuses(bytes(come))) < 21:
            come += await asyncio.wait_for(reader.read(65_536), 10)
        assert statuses(bytes(come))[-1] == 200
        writer.close()

    async def test_nothing_is_left_of_who_was_refused_and_has_gone(self, house: House) -> None:
        before = connection_count(house)
        for sent in (GET + b"X: " + b"y" * 5000 + b"\r\n\r\nnonsense\r\n\r\n", GET + b"y" * 70_000):
            for _ in range(20):
                _, writer = await asyncio.open_connection("127.0.0.1", house.port)
                own_socket: socket.socket = writer.get_extra_info("socket")
                own_socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.write(sent)
                await writer.drain()
                writer.transport.abort()
        await eventually(lambda: connection_count(house) <= before)

    async def test_who_does_not_read_is_not_read_from(self, house: House) -> None:
        """Requests go in until every buffer on the way is full, and then no more."""
        _, writer = await asyncio.open_connection("127.0.0.1", house.port, limit=1024)
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        sent = 0
        with pytest.raises(TimeoutError):
            while sent < 100_000_000:
                writer.write(INNER * 1000)
                sent += 1000 * len(INNER)
                await asyncio.wait_for(writer.drain(), QUIET_SECONDS)
        writer.transport.abort()
