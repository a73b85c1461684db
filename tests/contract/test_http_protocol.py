"""What no parser of requests should be made to read."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Any

import pytest

from attendance_web.serving.http_head import MAX_SEPARATORS
from attendance_web.serving.server import config_of
from tests.support.houses import house_in_memory as house
from tests.support.live_house import House
from tests.support.raw_http import UNENDED_HANDSHAKE, all_that_comes
from tests.support.smuggled import CALL, GET, INNER, POST, SMUGGLED, statuses

__all__ = ["house"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


async def answer_to(house: House, *sent: bytes) -> tuple[int, bytes]:
    """Sends this; answers the status and the body of what comes before the connection is closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    with suppress(ConnectionError):  # it may be refused before all was sent
        for part in sent:
            writer.write(part)
            await writer.drain()
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


def header_names_of(answer: bytes) -> set[bytes]:
    """Reads the names of the headers of an answer."""
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
    """Does nothing, as an application that is never asked."""


async def test_a_refusal_at_the_door_comes_with_what_every_answer_has(house: House) -> None:
    """Contract: 1.9."""
    refused = header_names_of(await all_that_comes(house, b"nonsense\r\n\r\n"))
    request = b"GET /api/nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answered = header_names_of(await all_that_comes(house, request))
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
    headers = (b"X: " + b"y" * 3500 + b"\r\n") * 3
    request = b"GET /health/live HTTP/1.1\r\nHost: x\r\n" + headers + b"\r\n"
    last = request.replace(b"X: ", b"Connection: close\r\nX: ", 1)
    status, body = await answer_to(house, *[request] * 9, last)
    assert status == 200
    assert body.count(b"live") == 10


@pytest.mark.parametrize(
    ("begins", "name"),
    [(GET, b"Cookie"), (UNENDED_HANDSHAKE, b"Connection")],
    ids=["call", "handshake"],
)
async def test_a_head_that_lists_too_much_is_refused(
    house: House, begins: bytes, name: bytes
) -> None:
    """Those of 64 KiB took 10 to 34 ms of everybody each."""
    some = name + b": Upgrade" + b",a;" * (MAX_SEPARATORS // 4)
    status, body = await answer_to(house, begins, *[some + b"\r\n"] * 3, b"\r\n")
    assert status == 431
    assert is_an_envelope(body)


@pytest.mark.parametrize(
    "more", [b"Cookie: " + b"c" * 9000, b"\r\n".join(b"X-%d: y" % n for n in range(200))]
)
async def test_a_handshake_that_cannot_be_read_is_refused_at_once(
    house: House, more: bytes
) -> None:
    status, _ = await answer_to(house, UNENDED_HANDSHAKE + more + b"\r\n\r\n")
    assert status == 431


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
    head = UNENDED_HANDSHAKE.replace(b"/ws/marking?event_id=x", path.encode()) + b"\r\n"
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
