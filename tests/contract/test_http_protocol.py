"""What no parser of requests should be made to read."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import psutil
import pytest
import pytest_asyncio

from attendance_web.serving.http_head import MAX_ITEMS
from attendance_web.serving.server import config_of
from tests.support.eventually import eventually
from tests.support.live_house import House, opened_house
from tests.support.smuggled import (
    CALL,
    GET,
    INNER,
    POST,
    SEGMENT_SECONDS,
    SMUGGLED,
    statuses,
    with_length,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUIET = 1.5  # seconds in which whatever else there was to say or to read would have come
HANDSHAKE = (
    b"GET /ws/marking?event_id=x HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n"
    b"Sec-WebSocket-Version: 13\r\n"
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house() -> AsyncIterator[House]:
    async with opened_house(None) as opened:
        yield opened


async def answer_to(house: House, *sent: bytes) -> tuple[int, bytes]:
    """The status and the body of what comes before the connection is closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    with suppress(ConnectionError):  # it may be refused before all was sent
        for part in sent:
            writer.write(part)
            await writer.drain()
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


def connections(house: House) -> int:
    """How many this process has with the house's port, at our end of them."""
    return sum(
        each.laddr.port == house.port and each.status != "LISTEN"
        for each in psutil.Process().net_connections("tcp4")
    )


def headers_of(answer: bytes) -> set[bytes]:
    """The names of what comes with it."""
    lines = answer.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]
    return {line.partition(b":")[0].lower() for line in lines}


def is_an_envelope(body: bytes) -> bool:
    told = json.loads(body)
    return bool(told["error"] == 8 and told["error_msg"] and told["code"])


@pytest.mark.parametrize(
    "sent",
    [
        b"nonsense\r\n\r\n",
        b"FOO /api/events/GetEvents HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /api/events/GetEvents HTTP/1.1\r\nno colon\r\n\r\n",
        b"POST /api/x HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST /api/x HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
)
async def test_what_is_no_request_is_refused_in_the_envelope(house: House, sent: bytes) -> None:
    status, body = await answer_to(house, sent)
    assert status == 400
    assert is_an_envelope(body)


async def test_an_idle_connection_is_kept_longer_than_a_proxy_keeps_its_own(house: House) -> None:
    """Else a POST that meets a connection just being closed is lost."""
    assert config_of(nothing).timeout_keep_alive == 75
    assert config_of(nothing, 90).timeout_keep_alive == 90
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    for pause in (5.5, 0):  # uvicorn's own patience is 5 s
        writer.write(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"200 OK" in await reader.readuntil(b"\r\n\r\nlive")
        await asyncio.sleep(pause)
    writer.close()


async def nothing(scope: Any, receive: Any, send: Any) -> None:
    """An application that is never asked."""


async def test_a_refusal_at_the_door_comes_with_what_every_answer_has(house: House) -> None:
    """Contract: 1.9."""
    refused = headers_of(await all_that_comes(house, b"nonsense\r\n\r\n"))
    request = b"GET /api/nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answered = headers_of(await all_that_comes(house, request))
    assert {b"x-attendance-time", b"x-attendance-version", b"cache-control"} <= refused
    assert answered <= refused | {b"date", b"x-request-id", b"vary"}


@pytest.mark.parametrize("rest", [b"HTTP/1.1\r\n\r\n", b"HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n"])
async def test_a_refusal_of_head_has_no_body_either(house: House, rest: bytes) -> None:
    told = await all_that_comes(house, b"HEAD /api/events/GetEvents " + rest)
    head, _, body = told.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ") and b"\r\ncontent-length: " in head
    assert body == b""


async def test_a_head_without_end_is_refused(house: House) -> None:
    head = b"GET /api/events/GetEvents HTTP/1.1\r\nHost: x\r\n"
    status, body = await answer_to(house, head, *[b"X: " + b"y" * 8000 + b"\r\n"] * 9)
    assert status == 431
    assert is_an_envelope(body)


async def test_heads_are_counted_one_by_one(house: House) -> None:
    headers = (b"X: " + b"y" * 7000 + b"\r\n") * 3
    request = b"GET /health/live HTTP/1.1\r\nHost: x\r\n" + headers + b"\r\n"
    last = request.replace(b"X: ", b"Connection: close\r\nX: ", 1)
    status, body = await answer_to(house, *[request] * 9, last)
    assert status == 200
    assert body.count(b"live") == 10


@pytest.mark.parametrize(
    ("begins", "name"), [(GET, b"Cookie"), (HANDSHAKE, b"Connection")], ids=["call", "handshake"]
)
async def test_a_head_that_lists_too_much_is_refused(
    house: House, begins: bytes, name: bytes
) -> None:
    """Those of 64 KiB took 10 to 34 ms of everybody each."""
    some = name + b": Upgrade" + b",a;" * (MAX_ITEMS // 4)
    status, body = await answer_to(house, begins, *[some + b"\r\n"] * 3, b"\r\n")
    assert status == 431
    assert is_an_envelope(body)


@pytest.mark.parametrize(
    "more", [b"Cookie: " + b"c" * 9000, b"\r\n".join(b"X-%d: y" % n for n in range(200))]
)
async def test_a_handshake_that_cannot_be_read_is_refused_at_once(
    house: House, more: bytes
) -> None:
    status, _ = await answer_to(house, HANDSHAKE + more + b"\r\n\r\n")
    assert status == 431


async def all_that_comes(house: House, *sent: bytes) -> bytes:
    """Everything that is answered, until the service closes the connection or says no more."""
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    come = bytearray()

    async def listens() -> None:
        while more := await reader.read(65_536):
            come.extend(more)

    listening = asyncio.ensure_future(listens())
    with suppress(ConnectionError):  # it may be refused before all was sent
        for part in sent:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(SEGMENT_SECONDS)
    heard = -1
    while heard < len(come) and not listening.done():
        heard = len(come)
        await asyncio.wait({listening}, timeout=QUIET)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    writer.close()
    return bytes(come)


@pytest.mark.parametrize("sent", SMUGGLED.values(), ids=SMUGGLED.keys())
async def test_a_body_is_never_another_request(house: House, sent: list[bytes]) -> None:
    come = await all_that_comes(house, *sent)
    assert statuses(come) == [400]
    assert is_an_envelope(come.partition(b"\r\n\r\n")[2])
    assert b"connection: close" in come


@pytest.mark.parametrize("head", [GET, POST + b"Content-Length: 0\r\n"], ids=["GET", "POST"])
async def test_a_wish_for_http_2_is_passed_over(house: House, head: bytes) -> None:
    wish = head + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAM\r\n"
    for sent in ([wish + b"\r\n" + INNER], [wish + b"\r\n", INNER]):
        come = await all_that_comes(house, *sent)
        assert len(statuses(come)) == 1 and statuses(come) != [400]
        assert b"connection: close" in come


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/ws/markng?event_id=x", 404, "unknown_path"),
        ("/ws/marking/?event_id=x", 404, "unknown_path"),
        ("/api/nothing", 404, "unknown_path"),
        ("/api/events/GetCreatedEvents", 401, "not_logged_in"),
        ("/accounts/logout/", 405, "wrong_method"),
    ],
)
async def test_a_handshake_where_there_is_no_socket_is_answered_as_a_get_is(
    house: House, path: str, status: int, code: str
) -> None:
    head = HANDSHAKE.replace(b"/ws/marking?event_id=x", path.encode()) + b"\r\n"
    come = await all_that_comes(house, head)
    answer = json.loads(come.partition(b"\r\n\r\n")[2])
    assert (statuses(come), answer["code"]) == ([status], code)
    assert b"connection: close" in come


@pytest.mark.parametrize(
    "head",
    [
        f"GET {CALL} HTTP/1.1\r\n",
        f"GET {CALL} HTTP/1.0\r\n",
        f"GET {CALL} HTTP/1.1\r\nHost: x\r\nHost: x\r\n",
        f"GET {CALL} HTTP/1.1\r\nHost: evil@a:1\r\n",
        f"GET {CALL} HTTP/1.1\r\nHost:\r\n",
        f"GET {CALL} HTTP/1.1\r\nHost: a b\r\n",
        f"GET {CALL} HTTP/1.1\r\nHost: x/y\r\n",
        f"GET {CALL} HTTP/1.1\r\nHost: x:123456\r\n",
        f"GET {CALL} HTTP/2.0\r\nHost: x\r\n",
        f"GET http://evil{CALL} HTTP/1.1\r\nHost: x\r\n",
        f"GET ftp://x{CALL} HTTP/1.1\r\nHost: x\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: x\r\n",
        "GET http://x HTTP/1.1\r\nHost: x\r\n",
    ],
)
async def test_a_request_names_one_host_and_something_there(house: House, head: str) -> None:
    come = await all_that_comes(house, head.encode() + b"\r\n")
    assert statuses(come) == [400]


@pytest.mark.parametrize(
    "head",
    [
        f"GET {CALL} HTTP/1.0\r\nHost: x\r\n",
        f"GET {CALL} HTTP/1.1\r\nHost: x.example:8000\r\n",
        f"GET {CALL} HTTP/1.1\r\nHost: [::1]:8000\r\n",
        f"GET {CALL} HTTP/1.1\r\nHost: web_1\r\n",
        f"GET http://x{CALL} HTTP/1.1\r\nHost: x\r\n",
    ],
)
async def test_every_sound_request_is_served(house: House, head: str) -> None:
    come = await all_that_comes(house, head.encode() + b"Connection: close\r\n\r\n")
    assert statuses(come) == [200]


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
        assert statuses(come) == [200, 400]

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
        for sent in (INNER, INNER * 3, INNER * 500):
            reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
            writer.write(sent)
            writer.write_eof()
            come = await asyncio.wait_for(reader.read(), 10)
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
            assert statuses(await asyncio.wait_for(reader.read(), 10)) == [413]
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
        handshake = HANDSHAKE + b"\r\n"
        come = await all_that_comes(house, INNER + handshake)
        assert statuses(come) == [200, 400]

    async def test_no_handshake_is_begun_with_who_has_left(self, house: House) -> None:
        """Contract: 1.11."""
        before = connections(house)
        reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
        await eventually(lambda: connections(house) > before)
        writer.write(HANDSHAKE + b"\r\n")
        writer.write_eof()  # before any of it is read
        assert await asyncio.wait_for(reader.read(), 10) == b""
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
        monkeypatch.setattr("attendance_web.serving.http_closing.REST_SECONDS", 1.0)
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
        for head in (GET, HANDSHAKE):
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
        login = json.dumps({"username": "nobody", "password": "wrong password"}).encode()
        slow = with_length(POST.replace(b"logout", b"signup"), login)
        writer.write(slow * 20 + GET)
        writer.write(b"\r\n")
        come = bytearray()
        while len(statuses(bytes(come))) < 21:
            come += await asyncio.wait_for(reader.read(65_536), 10)
        assert statuses(bytes(come))[-1] == 200
        writer.close()

    async def test_nothing_is_left_of_who_was_refused_and_has_gone(self, house: House) -> None:
        before = connections(house)
        for sent in (GET + b"X: " + b"y" * 5000 + b"\r\n\r\nnonsense\r\n\r\n", GET + b"y" * 70_000):
            for _ in range(20):
                _, writer = await asyncio.open_connection("127.0.0.1", house.port)
                own: socket.socket = writer.get_extra_info("socket")
                own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.write(sent)
                await writer.drain()
                writer.transport.abort()
        await eventually(lambda: connections(house) <= before)

    async def test_who_does_not_read_is_not_read_from(self, house: House) -> None:
        """Requests go in until every buffer on the way is full, and then no more."""
        _, writer = await asyncio.open_connection("127.0.0.1", house.port, limit=1024)
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        sent = 0
        with pytest.raises(TimeoutError):
            while sent < 100_000_000:
                writer.write(INNER * 1000)
                sent += 1000 * len(INNER)
                await asyncio.wait_for(writer.drain(), QUIET)
        writer.transport.abort()
