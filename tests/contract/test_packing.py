"""Large answers are packed for whoever can unpack them, others go as they are. Contract: 1.21."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import Any

import pytest

from attendance_web.http.packing import GZIP_WINDOW, MIN_PACKED_BYTES, accepts_gzip, answer_packed
from tests.support.site import Browser, Site, response
from tests.support.site import site_in_memory as site

__all__ = ["site"]
pytestmark = pytest.mark.asyncio(loop_scope="module")
GET_EVENTS = "/api/events/GetEvents"
EVENT_COUNT = 12


async def person_with_many_events(site: Site) -> Browser:
    person = await site.add_person("packer")
    for _ in range(EVENT_COUNT):
        await person.create_event("Лекция с длинным названием")
    return person


async def raw_answer(person: Browser, path: str, coding: str) -> tuple[dict[str, str], bytes]:
    """An answer as it came: its headers, and its bytes before anybody unpacks them."""
    request = person.client.build_request("GET", path, headers={"Accept-Encoding": coding})
    answer = await person.client.send(request, stream=True)
    body = b"".join([each async for each in answer.aiter_raw()])
    return dict(answer.headers), body


class TestCalls:
    async def test_a_list_is_packed_and_is_the_same_list(self, site: Site) -> None:
        person = await person_with_many_events(site)
        headers, packed = await raw_answer(person, GET_EVENTS, "gzip, deflate, br")
        plain_headers, plain = await raw_answer(person, GET_EVENTS, "identity")
        assert headers["content-encoding"] == "gzip" and headers["vary"] == "Accept-Encoding"
        assert int(headers["content-length"]) == len(packed) < len(plain) / 3
        assert gzip.decompress(packed) == plain
        assert "content-encoding" not in plain_headers
        assert headers["cache-control"] == "no-store" and "x-attendance-time" in headers

    async def test_a_short_one_goes_as_it_is(self, site: Site) -> None:
        person = await site.add_person("short")
        headers, body = await raw_answer(person, "/api/auth/GetCurrentUserId", "gzip")
        assert "content-encoding" not in headers
        assert json.loads(body)["response"] == {"user_id": person.user_id}

    async def test_head_says_what_get_does(self, site: Site) -> None:
        person = await person_with_many_events(site)
        headers, packed = await raw_answer(person, GET_EVENTS, "gzip")
        answer = await person.client.head(GET_EVENTS, headers={"Accept-Encoding": "gzip"})
        assert answer.headers["content-encoding"] == "gzip" and answer.content == b""
        assert answer.headers["content-length"] == headers["content-length"] == str(len(packed))

    async def test_what_is_no_json_is_left_alone(self, site: Site) -> None:
        person = await site.add_person("pictured")
        event_id = await person.create_event()
        headers, _ = await raw_answer(person, f"/events/{event_id}/qr.svg", "gzip")
        assert "content-encoding" not in headers

    async def test_the_description_is_packed_once(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Anybody may ask for it, as often as they like."""

        def refuse(*_: Any, **__: Any) -> Any:
            raise AssertionError("it is packed anew")

        anybody = site.browser()
        await raw_answer(anybody, "/schema", "gzip")
        for name in ("compress", "compressobj"):
            monkeypatch.setattr(zlib, name, refuse)
        headers, packed = await raw_answer(anybody, "/schema", "gzip")
        plain_headers, plain = await raw_answer(anybody, "/schema", "identity")
        assert headers["content-encoding"] == "gzip"
        assert int(headers["content-length"]) == len(packed) < len(plain) / 3
        assert gzip.decompress(packed) == plain
        assert "content-encoding" not in plain_headers
        assert headers["vary"] == plain_headers["vary"] == "Accept-Encoding"

    async def test_it_is_unpacked_by_every_client(self, site: Site) -> None:
        person = await person_with_many_events(site)
        assert len(response(await person.get(GET_EVENTS))) >= EVENT_COUNT


@pytest.mark.parametrize(
    ("said", "accepts"),
    [
        ("gzip", True),
        ("br;q=1.0, GZIP;q=0.8, *;q=0.1", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
        ("identity", False),
        ("xgzip", False),
        ("", False),
    ],
)
async def test_whoever_says_so_can_unpack(said: str, accepts: bool) -> None:
    assert accepts_gzip([(b"accept-encoding", said.encode())]) is accepts


async def test_an_answer_in_pieces_is_packed_piece_by_piece_and_a_cut_one_has_no_end() -> None:
    """Contract: 1.20, an answer that cannot be ended is no JSON."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def application(scope: Any, receive: Any, send: Any) -> None:
        head = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        for body in (b'{"response":[1', b",2"):
            await send({"type": "http.response.body", "body": body, "more_body": True})

    scope = {"headers": [(b"accept-encoding", b"gzip")]}
    await answer_packed(application, scope, None, send)
    start, first, second = sent
    assert dict(start["headers"])[b"content-encoding"] == b"gzip"
    assert b"content-length" not in dict(start["headers"])
    unpacker = zlib.decompressobj(GZIP_WINDOW)
    assert unpacker.decompress(first["body"]) == b'{"response":[1', "each piece can be read at once"
    assert unpacker.decompress(second["body"]) == b",2"
    assert not unpacker.eof
    assert len(first["body"]) < MIN_PACKED_BYTES
