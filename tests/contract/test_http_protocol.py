"""What no parser of requests should be made to read."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.contract.live import House, opened_house

pytestmark = pytest.mark.asyncio(loop_scope="module")

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
    try:
        for each in sent:
            writer.write(each)
            await writer.drain()
    except ConnectionError:
        pass  # it was refused before all was sent
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


def is_an_envelope(body: bytes) -> bool:
    told = json.loads(body)
    return bool(told["error"] == 8 and told["error_msg"])


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


async def test_a_head_without_end_is_refused(house: House) -> None:
    head = b"GET /api/events/GetEvents HTTP/1.1\r\nHost: x\r\nX: "
    status, body = await answer_to(house, head, *[b"y" * 16_384] * 4)
    assert status == 431
    assert is_an_envelope(body)


async def test_heads_are_counted_one_by_one(house: House) -> None:
    request = b"GET /health/live HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 20_000 + b"\r\n\r\n"
    last = request.replace(b"X: ", b"Connection: close\r\nX: ")
    status, body = await answer_to(house, *[request] * 9, last)
    assert status == 200
    assert body.count(b"live") == 10


@pytest.mark.parametrize(
    "more", [b"Cookie: " + b"c" * 9000, b"\r\n".join(b"X-%d: y" % n for n in range(200))]
)
async def test_a_handshake_that_cannot_be_read_is_refused_at_once(
    house: House, more: bytes
) -> None:
    status, _ = await answer_to(house, HANDSHAKE + more + b"\r\n\r\n")
    assert status == 431
