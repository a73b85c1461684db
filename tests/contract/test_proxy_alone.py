"""What nginx of `deploy/` does by itself: what it passes on, what it refuses, whom it gives up.

The services behind it are stubs. With real ones it is in `test_proxy`.
"""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from pathlib import Path

import pytest

from attendance_web.page_files import FILES
from attendance_web.routes import CALLS
from attendance_web.serving.server import DRAIN_NOTICE_SECONDS
from tests.support.eventually import PATIENCE_SECONDS, eventually
from tests.support.nginx import CONF, needs_nginx, proxied
from tests.support.service_process import free_port
from tests.support.stub_service import HttpMessage, Stub, answer, answer_to, fine, get, head, stub

pytestmark = [needs_nginx, pytest.mark.long]

HALL = 1000  # people at one address


async def test_a_503_is_handed_on_and_silences_nobody(tmp_path: Path) -> None:
    """One person may find what a service has no answer to; the others must not notice."""

    async def busy(request: HttpMessage) -> bytes:
        return answer(503, b"busy") if request.path == "/api/busy" else answer(200, b"fine")

    async with stub(busy) as one, stub(busy) as two:
        with proxied(tmp_path, [one, two], tls=False) as proxy:
            for _ in range(20):
                answers = await asyncio.gather(
                    answer_to(proxy.port, get("/api/busy")),
                    *(answer_to(proxy.port, get("/api/others")) for _ in range(10)),
                )
                found = [(each.status, each.body) for each in answers]
                assert found == [(503, b"busy"), *[(200, b"fine")] * 10]
    assert len(requests_to("/api/busy", [one, two])) == 20  # no service was asked the same again


async def test_what_cannot_be_reached_is_asked_of_another_also_a_post(tmp_path: Path) -> None:
    async with stub() as there:
        absent = Stub(free_port())
        with proxied(tmp_path, [absent, there], tls=False) as proxy:
            post = head("POST", "/api/mark", "Content-Length: 4") + "mark"
            answers = [await answer_to(proxy.port, post) for _ in range(10)]
    assert {each.status for each in answers} == {200}
    assert len(there.requests) == 10


async def test_a_post_that_was_begun_is_never_repeated(tmp_path: Path) -> None:
    async def dies(request: HttpMessage) -> bytes:
        return b""

    async with stub(dies) as one, stub(dies) as two:
        with proxied(tmp_path, [one, two], tls=False) as proxy:
            post = head("POST", "/api/mark", "Content-Length: 4") + "mark"
            assert (await answer_to(proxy.port, post)).status == 503
    assert len(requests_to("/api/mark", [one, two])) == 1


async def test_a_kept_connection_is_closed_before_a_service_would(tmp_path: Path) -> None:
    """What is sent into one that is being closed is lost."""
    async with stub() as service:
        # Each of its workers keeps its own
        alone = {"worker_processes auto;": "worker_processes 1;"}
        with proxied(tmp_path, [service], tls=False, changed=alone) as proxy:
            for _ in range(2):
                assert (await answer_to(proxy.port, get("/api/x"))).status == 200
            await eventually(lambda: service.idle_seconds)
    assert len(service.idle_seconds) == 1  # it was kept for the second
    assert 0.5 < service.idle_seconds[0] < DRAIN_NOTICE_SECONDS


async def test_a_file_of_a_version_that_one_service_lacks_is_asked_of_the_other(
    tmp_path: Path,
) -> None:
    """While services are replaced one by one, the page comes of one and its modules of another."""

    async def new(request: HttpMessage) -> bytes:
        return answer(200, b"new") if request.path == "/static/new/app.js" else answer(404, b"none")

    async def old(request: HttpMessage) -> bytes:
        return answer(404, b"none")

    async with stub(old) as one, stub(new) as two:
        with proxied(tmp_path, [one, two], tls=False) as proxy:
            for _ in range(10):
                found = await answer_to(proxy.port, get("/static/new/app.js"))
                assert (found.status, found.body) == (200, b"new")
            assert (await answer_to(proxy.port, get("/static/none/app.js"))).status == 404
            assert (await answer_to(proxy.port, get("/pictures/none.jpg"))).status == 404
    assert len(requests_to("/static/none/app.js", [one, two])) == 2
    assert len(requests_to("/pictures/none.jpg", [one, two])) == 1


class TestWhatIsPassedOn:
    async def test_a_call_comes_without_upgrade(self, tmp_path: Path) -> None:
        """Some parsers end a request at such a head, and take its body for another request."""
        hidden = get("/api/hidden")
        async with stub() as service:
            with proxied(tmp_path, [service], tls=False) as proxy:
                for upgrade in ("websocket", "h2c", "WebSocket, x", "x"):
                    for path in ("/api/x", "/accounts/login/", "/", "/health/live", "/wss"):
                        post = head(
                            *("POST", path, f"Content-Length: {len(hidden)}"),
                            *(f"Upgrade: {upgrade}", "Connection: Upgrade"),
                        )
                        assert (await answer_to(proxy.port, post, hidden)).status == 200
        assert len(service.requests) == 20
        for request in service.requests:
            assert not {"upgrade", "connection"} & set(request.headers), request
            assert request.body == hidden.encode()

    @pytest.mark.parametrize("spelt", ["websocket", "WebSocket"])
    async def test_a_socket_comes_with_it_and_without_a_body(
        self, tmp_path: Path, spelt: str
    ) -> None:
        hidden = get("/api/hidden")
        async with stub() as service:
            with proxied(tmp_path, [service], tls=False) as proxy:
                for method in ("GET", "POST"):
                    lines = (f"Upgrade: {spelt}", "Connection: keep-alive, Upgrade")
                    for framing, body in (
                        (f"Content-Length: {len(hidden)}", hidden),
                        ("Transfer-Encoding: chunked", f"{len(hidden):x}\r\n{hidden}\r\n0\r\n\r\n"),
                    ):
                        opening = head(method, "/ws/mark_me", framing, *lines)
                        assert (await answer_to(proxy.port, opening, body)).status == 200
        assert [each.path for each in service.requests] == ["/ws/mark_me"] * 4
        for request in service.requests:
            assert (request.headers["upgrade"], request.headers["connection"]) == (
                "websocket",
                "upgrade",
            )
            assert not {"content-length", "transfer-encoding"} & set(request.headers)

    async def test_no_other_upgrade_comes_there(self, tmp_path: Path) -> None:
        async with stub() as service:
            with proxied(tmp_path, [service], tls=False) as proxy:
                for upgrade in ("h2c", "websocket, h2c", "websocketx", "xwebsocket"):
                    lines = (f"Upgrade: {upgrade}", "Connection: Upgrade")
                    assert (await answer_to(proxy.port, get("/ws/mark_me", *lines))).status == 200
                assert (await answer_to(proxy.port, get("/ws/mark_me"))).status == 200
        assert len(service.requests) == 5
        for request in service.requests:
            assert not {"upgrade", "connection"} & set(request.headers), request

    @pytest.mark.parametrize("path", ["/api/x", "/accounts/login/", "/", "/ws/mark_me"])
    async def test_who_asks_and_how_is_said_by_the_proxy(self, tmp_path: Path, path: str) -> None:
        claimed = ("X-Forwarded-For: 203.0.113.7", "X-Forwarded-Proto: https")
        async with stub() as service:
            with proxied(tmp_path, [service], tls=False) as proxy:
                await answer_to(proxy.port, get(path, *claimed))
        (asked,) = service.requests
        assert asked.headers["host"] == "attendance.test:8443"
        assert asked.headers["x-forwarded-for"] == "127.0.0.1"
        assert asked.headers["x-forwarded-proto"] == "http"


class TestAHall:
    async def test_all_of_it_at_once_is_let_in(self, tmp_path: Path) -> None:
        """300 connections, each with a call under way; then a page of files for each of them."""
        at_once = 300
        missing = set(range(at_once))
        all_there = asyncio.Event()

        async def together(request: HttpMessage) -> bytes:
            if request.path == "/api/together":
                missing.pop()
                if not missing:
                    all_there.set()
                with suppress(TimeoutError):
                    await asyncio.wait_for(all_there.wait(), PATIENCE_SECONDS)
            return await fine(request)

        async def one(port: int) -> set[int]:
            statuses = {(await answer_to(port, get("/api/together"))).status}
            return statuses | {(await answer_to(port, get("/static/x"))).status for _ in range(15)}

        async with stub(together) as service:
            with proxied(tmp_path, [service], tls=False) as proxy:
                found = await asyncio.gather(*(one(proxy.port) for _ in range(at_once)))
        assert set.union(*found) == {200}

    def test_the_limits_are_enough_for_two_halls(self) -> None:
        """More files or calls than were counted once make the numbers greater."""
        text = CONF.read_text()
        numbers = {
            name: int(re.search(pattern, text).group(1))  # type: ignore[union-attr]
            for name, pattern in {
                "open": r"limit_conn open (\d+);",
                "burst": r"burst=(\d+) nodelay;",
                "rate": r"rate=(\d+)r/s;",
                "connections": r"worker_connections (\d+);",
            }.items()
        }
        calls, sockets, lost = 6, 2, 2
        assert numbers["open"] >= 2 * HALL * (calls + sockets + lost)
        assert numbers["burst"] >= 2 * HALL * (len(FILES) + len(CALLS) / 2)
        assert numbers["rate"] >= HALL
        assert numbers["connections"] > 2 * numbers["open"]


def test_no_reading_of_a_body_is_as_long_as_what_may_have_come() -> None:
    """nginx goes on with a body while readings come back full, and everybody else waits.

    How long, `make hostile NGINX=1 ATTACKS="trailers refused-trailers"` measures.
    """
    text = CONF.read_text()
    (body_buffer,) = re.findall(r"client_body_buffer_size (\d+)k;", text)
    (receive_buffer,) = set(
        re.findall(r"^ *(?:# For HTTPS: )?listen .*?\brcvbuf=(\d+)k;", text, re.MULTILINE)
    )
    assert len(re.findall(r"\blisten ", text)) == 2
    assert int(body_buffer) > 2 * int(receive_buffer)  # Linux takes twice as much as it is told


def requests_to(path: str, services: list[Stub]) -> list[HttpMessage]:
    """What these services were asked there."""
    return [asked for each in services for asked in each.requests if asked.path == path]
