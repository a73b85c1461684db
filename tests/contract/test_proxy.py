"""What is in `deploy/`, behind its own proxy: nginx over HTTPS, and two services."""

from __future__ import annotations

import asyncio
import http.client
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, closing
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Origin

from attendance_web.wire.credentials import HTTPS_SESSION_COOKIE, SESSION_COOKIE
from tests.support.eventually import eventually
from tests.support.nginx import connection_to, needs_nginx, proxied, trusting
from tests.support.people import Person, create_event, sign_up_people
from tests.support.service_process import PATIENCE_SECONDS, Service
from tests.support.stream_reader import watching
from tests.support.two_services import TOLD_SECONDS, a_pair_over_valkey
from tests.support.wires import Wire

pytestmark = [needs_nginx, pytest.mark.long]


@pytest.fixture(scope="module")
def services(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: str
) -> Iterator[tuple[Service, Service]]:
    with a_pair_over_valkey(tmp_path_factory.mktemp("services"), postgres_server) as pair:
        yield pair.services


@pytest.fixture(scope="module")
def proxy(
    tmp_path_factory: pytest.TempPathFactory, services: Sequence[Service]
) -> Iterator[Service]:
    """The services by way of the proxy, at HTTPS."""
    with proxied(tmp_path_factory.mktemp("proxy"), services) as through:
        yield through


async def test_people_meet_through_it(services: Sequence[Service], proxy: Service) -> None:
    asker, marker = sign_up_people(services[0], 2)
    event_id = create_event(marker)
    async with (
        opened(proxy, asker, "mark_me", event_id) as waits,
        opened(proxy, marker, "marking", event_id) as marks,
    ):
        waiting, marking = Wire(waits), Wire(marks)
        await marking.hears("marking_list", marking_list=[asker.user_id])
        await marking.asks("prepare_to_mark", user_id=asker.user_id)
        assert (await marking.asks("confirm_marking"))["message"] == "marked"
        await waiting.hears("was_marked")
        assert await waiting.close_code() == 1000
    for service in services:
        await asyncio.to_thread(line_with, [service], '"path":"/ws/')  # the sockets were spread


async def test_a_board_is_told_at_once_and_its_secret_is_in_no_log(
    services: Sequence[Service], proxy: Service
) -> None:
    """Contract: WatchAttendance, MakeBoardLink"""
    creator, asker = sign_up_people(services[0], 2)
    event_id = create_event(creator)
    made = creator.browser.post("/api/events/MakeBoardLink", event_id=event_id)
    secret = made["url"].rpartition("#")[2]
    async with watching(proxy.url, secret=secret, verify=trusting(proxy.folder)) as screen:
        assert await screen.counts() == (1, 0, 0, 0)
        asked_at = time.monotonic()
        asker.browser.post("/api/events/JoinEvent", event_id=event_id)
        assert await screen.counts() == (2, 0, 0, 0)
        assert time.monotonic() - asked_at < TOLD_SECONDS
    line = await asyncio.to_thread(line_with, services, '"path":"/api/events/WatchAttendance"')
    assert '"code":200' in line
    assert not any(secret in each.said() for each in (*services, proxy))


async def test_pages_of_another_origin_open_no_socket(
    services: Sequence[Service], proxy: Service
) -> None:
    (marker,) = sign_up_people(services[0], 1)
    event_id = create_event(marker)
    async with opened(proxy, marker, "marking", event_id, origin="https://evil.test") as made:
        assert await Wire(made).turns_away() == ("foreign_origin", 4403)
    async with opened(proxy, marker, "marking", event_id, origin=proxy.url) as made:
        await Wire(made).hears("marking_list")


def test_a_session_given_over_https_is_for_https_only(proxy: Service) -> None:
    status, headers = get_through(proxy, {"X-Forwarded-Proto": "http"})
    assert status == 200
    assert "Secure" in str(headers["set-cookie"])


def test_a_client_cannot_say_that_it_is_another(
    services: Sequence[Service], proxy: Service
) -> None:
    get_through(proxy, {"X-Forwarded-For": "203.0.113.7"}, "/api/said/by/another")
    assert '"client":"127.0.0.1"' in line_with(services, "/api/said/by/another")
    assert not any("203.0.113.7" in each.said() for each in services)


def test_nobody_notices_that_one_is_stopped(tmp_path: Path, postgres_server: str) -> None:
    with (
        a_pair_over_valkey(tmp_path, postgres_server) as pair,
        proxied(tmp_path, pair.services) as proxy,
    ):
        stopping = pair.one.process
        stopping.terminate()
        statuses = set()
        while stopping.poll() is None:
            statuses.add(get_through(proxy, {})[0])
        statuses |= {get_through(proxy, {})[0] for _ in range(10)}
        assert statuses == {200}


async def test_nobody_who_calls_while_its_sockets_go_notices_either(
    tmp_path: Path, postgres_server: str
) -> None:
    """It lets its sockets go one by one, and nginx has connections to it from before."""
    with (
        a_pair_over_valkey(tmp_path, postgres_server) as pair,
        proxied(tmp_path, pair.services) as proxy,
    ):
        (person,) = sign_up_people(pair.one, 1)
        event_id = create_event(person)
        stopping = pair.one.process
        answered: list[int] = []

        def calls() -> None:
            with closing(connection_to(proxy)) as connection:
                while stopping.poll() is None:
                    connection.request("GET", "/api/auth/GetCurrentUserId")
                    answer = connection.getresponse()
                    answer.read()
                    answered.append(answer.status)

        async with AsyncExitStack() as stack:
            for _ in range(16):
                await stack.enter_async_context(opened(proxy, person, "marking", event_id))
            calling = [asyncio.create_task(asyncio.to_thread(calls)) for _ in range(8)]
            await eventually(lambda: len(answered) > len(calling))
            stopping.terminate()
            await asyncio.gather(*calling)
            assert set(answered) == {200}


def line_with(services: Sequence[Service], text: str) -> str:
    """The line of a log that has this in it; it may come after the answer it is about."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        for service in services:
            for line in service.said().splitlines():
                if text in line:
                    return line
        time.sleep(0.05)
    raise AssertionError(f"nobody says {text}")


def get_through(
    proxy: Service, headers: dict[str, str], path: str = "/api/auth/GetCurrentUserId"
) -> tuple[int, http.client.HTTPMessage]:
    """The status and the headers of one GET through the proxy, on a connection of its own."""
    with closing(connection_to(proxy)) as connection:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.headers


def over_https(headers: dict[str, str]) -> dict[str, str]:
    """What was given by a service itself, as its browser would have it from the proxy."""
    cookie = headers["Cookie"].replace(f"{SESSION_COOKIE}=", f"{HTTPS_SESSION_COOKIE}=")
    return {**headers, "Cookie": cookie}


def opened(
    proxy: Service, person: Person, role: str, event_id: str, origin: str | None = None
) -> connect:
    """One through the proxy."""
    return connect(
        f"{proxy.ws_url}/ws/{role}?event_id={event_id}",
        additional_headers=over_https(person.browser.headers()),
        origin=None if origin is None else Origin(origin),
        ssl=trusting(proxy.folder),
        proxy=None,
        compression=None,
    )
