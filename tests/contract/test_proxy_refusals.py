"""What nginx of `deploy/` itself says no to is said as the services say it. Contract: 1."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from attendance_core.errors import Language, Refusal, TooManyRequests, Unavailable
from attendance_web.http.envelope import JSON, RETRY_SECONDS
from attendance_web.http.wire_codes import UNAVAILABLE, wire_code_of
from attendance_web.wire.refusals import (
    BadRequest,
    BodyTooLarge,
    HeadTooLarge,
    UnknownPath,
    WrongMethod,
)
from tests.support.nginx import needs_nginx, proxied
from tests.support.service_process import free_port
from tests.support.stub_service import HttpMessage, Stub, answer, answer_to, fine, get, head, stub

pytestmark = [needs_nginx, pytest.mark.long]

PATHS = ("/api/friends/GetFriendList", "/accounts/login/", "/%61pi/x")
TOO_LARGE = f"Content-Length: {17 * 2**20}"
LONG = "x" * 9000


REFUSED = {
    "two hosts": (head("GET", "{path}", "Host: another.test"), 400, BadRequest()),
    "framing": (head("GET", "{path}", "Transfer-Encoding: gzip"), 400, BadRequest()),
    "version": ("GET {path} HTTP/9.1\r\n\r\n", 400, BadRequest()),
    "line": ("GET {path} x HTTP/1.1\r\n\r\n", 400, BadRequest()),
    "chunk": (head("POST", "{path}", "Transfer-Encoding: chunked") + "zz\r\n", 400, BadRequest()),
    "method": (head("TRACE", "{path}"), 405, WrongMethod()),
    "body": (head("POST", "{path}", TOO_LARGE), 413, BodyTooLarge()),
    "address": (get("{path}?" + LONG), 414, HeadTooLarge()),
    "header": (get("{path}", f"Cookie: {LONG}"), 431, HeadTooLarge()),
}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("case", REFUSED)
async def test_what_nginx_cannot_take_is_refused_in_the_envelope(
    tmp_path: Path, path: str, case: str
) -> None:
    request, status, refusal = REFUSED[case]
    async with stub() as service:
        with proxied(tmp_path, [service], tls=False) as proxy:
            said = await answer_to(proxy.port, request.format(path=path))
    assert_is(said, status, refusal, "ru")
    assert service.requests == []


async def test_a_body_that_grows_too_large_is_refused_in_the_envelope(tmp_path: Path) -> None:
    async with stub() as service:
        with proxied(tmp_path, [service], tls=False) as proxy:
            chunk = f"{2**15:x}\r\n{'x' * 2**15}\r\n"
            post = head("POST", PATHS[0], "Transfer-Encoding: chunked", "Accept-Language: en-GB")
            assert_is(await answer_to(proxy.port, post, chunk * 3), 413, BodyTooLarge(), "en")
    assert service.requests == []


class TestUploads:
    PATH = "/api/profile/UpdateProfilePicture"

    async def test_one_that_says_its_length_may_be_a_picture(self, tmp_path: Path) -> None:
        async with stub() as service:
            with proxied(tmp_path, [service], tls=False) as proxy:
                post = head("POST", self.PATH, f"Content-Length: {2**20}")
                assert (await answer_to(proxy.port, post, "x" * 2**20)).status == 200
        (asked,) = service.requests
        assert (asked.path, len(asked.body)) == (self.PATH, 2**20)

    async def test_one_that_does_not_may_be_as_large_as_any_call(self, tmp_path: Path) -> None:
        async with stub() as service:
            with proxied(tmp_path, [service], tls=False) as proxy:
                post = head("POST", f"{self.PATH}?a=b", "Transfer-Encoding: chunked")
                small = "3\r\nabc\r\n0\r\n\r\n"
                assert (await answer_to(proxy.port, post, small)).status == 200
                large = f"{2**15:x}\r\n{'x' * 2**15}\r\n"
                assert_is(await answer_to(proxy.port, post, large), 413, BodyTooLarge(), "ru")
        (asked,) = service.requests
        assert (asked.path, asked.body) == (f"{self.PATH}?a=b", b"abc")

    async def test_one_is_answered_before_it_has_come(self, tmp_path: Path) -> None:
        async def refuse(request: HttpMessage) -> bytes:
            return answer(401, b"not you")

        async with stub(refuse, waits_for_bodies=False) as service:
            with proxied(tmp_path, [service], tls=False) as proxy:
                post = head("POST", self.PATH, f"Content-Length: {2**20}")
                assert (await answer_to(proxy.port, post, "x" * 2**15)).status == 401

    async def test_one_whose_service_cannot_be_reached_is_unavailable(self, tmp_path: Path) -> None:
        async with stub() as service:
            absent = Stub(port=service.port)
        with proxied(tmp_path, [absent], tls=False) as proxy:
            post = head("POST", self.PATH, f"Content-Length: {2**20}")
            assert_is(await answer_to(proxy.port, post), 503, Unavailable(), "ru")


@pytest.mark.parametrize(
    ("liked", "language"),
    [
        ("en", "en"),
        ("en-US,en;q=0.9,ru;q=0.8", "en"),
        ("de, en;q=0.5", "en"),
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("de", "ru"),
        ("fr-EN", "ru"),
    ],
)
async def test_it_is_said_in_the_language_of_who_asks(
    tmp_path: Path, liked: str, language: Language
) -> None:
    async with stub() as service:
        with proxied(tmp_path, [service], tls=False) as proxy:
            lines = (TOO_LARGE, f"Accept-Language: {liked}")
            said = await answer_to(proxy.port, head("POST", PATHS[0], *lines))
            assert_is(said, 413, BodyTooLarge(), language)
            said = await answer_to(proxy.port, get("/refused/call", *lines[1:]))
            assert_is_page(said, 404, UnknownPath(), language)


class TestTooMany:
    async def test_requests_are_refused_in_the_envelope(self, tmp_path: Path) -> None:
        async with stub() as service:
            slow = {"rate=1000r/s": "rate=1r/m", "burst=400000": "burst=1"}
            with proxied(tmp_path, [service], tls=False, changed=slow) as proxy:
                said = [await answer_to(proxy.port, get(PATHS[0])) for _ in range(3)]
                assert [each.status for each in said] == [200, 200, 429]
                assert_is(said[-1], 429, TooManyRequests(seconds=1), "ru")
                page = await answer_to(proxy.port, get("/"))
                assert_is_page(page, 429, TooManyRequests(seconds=1), "ru")

    async def test_connections_are_refused_in_the_envelope(self, tmp_path: Path) -> None:
        full = asyncio.Event()

        async def waits(request: HttpMessage) -> bytes:
            await full.wait()
            return await fine(request)

        async with stub(waits) as service:
            few = {"limit_conn open 20000;": "limit_conn open 2;"}
            with proxied(tmp_path, [service], tls=False, changed=few) as proxy:
                asking = [asyncio.create_task(answer_to(proxy.port, get(PATHS[0]))) for _ in "123"]
                done, _ = await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)
                full.set()
                (refused,) = done
                assert_is(refused.result(), 429, TooManyRequests(seconds=1), "ru")
                assert sorted(each.status for each in await asyncio.gather(*asking)) == [
                    *(200, 200, 429)
                ]


class TestWithoutAService:
    async def test_who_cannot_be_reached_is_unavailable(self, tmp_path: Path) -> None:
        absent = [Stub(free_port()), Stub(free_port())]
        with proxied(tmp_path, absent, tls=False) as proxy:
            for _ in range(10):  # refused at first, then not even tried
                assert_is(await answer_to(proxy.port, get(PATHS[0])), 503, Unavailable(), "ru")
            assert_is_page(await answer_to(proxy.port, get("/")), 503, Unavailable(), "ru")

    async def test_who_does_not_answer_is_unavailable(self, tmp_path: Path) -> None:
        async with hanging() as service:
            soon = {"proxy_connect_timeout 3s;": "proxy_read_timeout 200ms;"}
            with proxied(tmp_path, [service], tls=False, changed=soon) as proxy:
                post = head("POST", PATHS[1], "Content-Length: 0", "Accept-Language: en")
                assert_is(await answer_to(proxy.port, post), 503, Unavailable(), "en")

    async def test_who_says_no_http_is_unavailable(self, tmp_path: Path) -> None:
        async def mumbles(request: HttpMessage) -> bytes:
            return b"HTTP/1.1 200 Fine\r\nfine\x00: x\r\n\r\n"

        async with stub(mumbles) as service:
            with proxied(tmp_path, [service], tls=False) as proxy:
                post = head("POST", PATHS[1], "Content-Length: 0")
                assert_is(await answer_to(proxy.port, post), 503, Unavailable(), "ru")


@pytest.mark.parametrize("path", ["/schema", "/schema/openapi.json", "/asyncapi.json"])
async def test_the_description_of_the_calls_is_not_for_everybody(tmp_path: Path, path: str) -> None:
    async with stub(fine) as service:
        with proxied(tmp_path, [service], tls=False) as proxy:
            said = await answer_to(proxy.port, get(path))
    assert_is_page(said, 404, UnknownPath(), "ru")
    assert service.requests == []


async def test_what_a_service_says_is_its_own(tmp_path: Path) -> None:
    async def says_no(request: HttpMessage) -> bytes:
        return answer(int(request.path.rpartition("/")[2]), b"its own")

    async with stub(says_no) as service:
        with proxied(tmp_path, [service], tls=False) as proxy:
            for status in (400, 404, 405, 413, 414, 429, 431, 500, 502, 503, 504):
                said = await answer_to(proxy.port, get(f"/api/{status}"))
                assert (said.status, said.body) == (status, b"its own")


@asynccontextmanager
async def hanging() -> AsyncIterator[Stub]:
    """A service that never answers."""
    ended = asyncio.Event()

    async def hangs(request: HttpMessage) -> bytes:
        await ended.wait()
        return b""

    async with stub(hangs) as service:
        try:
            yield service
        finally:
            ended.set()


def assert_is(
    said: HttpMessage, status: int, error: Refusal | Unavailable, language: Language
) -> None:
    """The envelope of this, as a service would have sent it."""
    wire_code = UNAVAILABLE if isinstance(error, Unavailable) else wire_code_of(error)
    assert (said.status, said.headers["content-type"]) == (status, JSON)
    assert json.loads(said.body) == {
        "error": wire_code.error,
        "error_msg": error.text(language),
        "code": error.code,
    }
    assert_has_headers(said, status)


def assert_is_page(
    said: HttpMessage, status: int, error: Refusal | Unavailable, language: Language
) -> None:
    """The same for a person."""
    assert (said.status, said.headers["content-type"]) == (status, "text/plain; charset=utf-8")
    assert said.body.decode() == f"{error.text(language)}\n"
    assert_has_headers(said, status)


def assert_has_headers(said: HttpMessage, status: int) -> None:
    """What comes with a refusal."""
    again = str(RETRY_SECONDS) if status in (429, 503) else None
    assert said.headers.get("retry-after") == again
    assert said.headers["cache-control"] == "no-store"
    assert abs(float(said.headers["x-attendance-time"]) - time.time()) < 60  # Contract: 1.9
