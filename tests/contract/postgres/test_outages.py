"""What a real service tells people while its PostgreSQL is away, and what it writes in its log."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
import pytest

from tests.support import wires
from tests.support.eventually import eventually
from tests.support.killable_servers import Postgres, a_postgres, start_again
from tests.support.people import Person, create_event, sign_up_people
from tests.support.service_process import LEASE_SECONDS, Service, running
from tests.support.wires import Wire

pytestmark = pytest.mark.long

BACK_SECONDS = 2.0  # after the server takes connections again
ANSWER_SECONDS = 5.0  # Contract: 1.16, nobody waits for more than 5 s
PAUSE_SECONDS = 0.02  # from a call to the next: within what one person may ask


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with a_postgres() as made:
        yield made


@pytest.fixture
def service(server: Postgres, tmp_path: Path) -> Iterator[Service]:
    with running(tmp_path, {"ATTENDANCE_DATABASE_URL": server.url}) as started:
        yield started


class Callers:
    """People who keep on calling; what they were told."""

    def __init__(self, service: Service, callers: list[Person]) -> None:
        self._url, self._callers = service.url, callers
        self.told: Counter[int] = Counter()
        self.odd: list[str] = []
        self.slowest = 0.0  # seconds
        self.done_at = 0.0  # monotonic, of the last answer that was one

    async def _call(self, client: httpx.AsyncClient, headers: dict[str, str]) -> None:
        while True:
            asked_at = time.monotonic()
            answer = await client.get("/api/events/GetCreatedEvents", headers=headers)
            self.slowest = max(self.slowest, time.monotonic() - asked_at)
            self.told[answer.status_code] += 1
            if answer.status_code == 200:
                self.done_at = time.monotonic()
            error = 0 if answer.status_code == 200 else -1
            retry = answer.headers.get("retry-after")
            if answer.json()["error"] != error or (retry == "1") != (error == -1):
                self.odd.append(answer.text)
            await asyncio.sleep(PAUSE_SECONDS)

    @asynccontextmanager
    async def calling(self) -> AsyncIterator[None]:
        async with httpx.AsyncClient(base_url=self._url, verify=False, timeout=30) as client:
            tasks = [
                asyncio.create_task(self._call(client, each.browser.headers()))
                for each in self._callers
            ]
            try:
                await eventually(lambda: self.told[200] > len(tasks))
                yield
            finally:
                for each in tasks:
                    each.cancel()
                ended = await asyncio.gather(*tasks, return_exceptions=True)
        assert [each for each in ended if not isinstance(each, asyncio.CancelledError)] == []


def lines_of(service: Service) -> list[dict[str, object]]:
    return [json.loads(line) for line in service.said().splitlines()]


async def is_ready(service: Service) -> bool:
    status, _ = await asyncio.to_thread(service.get, "/health/ready")
    assert status in (200, 503)
    return status == 200


async def test_calls_get_503_commands_unavailable_and_the_first_after_it_is_done(
    server: Postgres, service: Service
) -> None:
    asker, marker, *others = sign_up_people(service, 12)
    event_id = create_event(marker)
    callers = Callers(service, others)
    async with (
        AsyncExitStack() as sockets,
        callers.calling(),
    ):

        async def opened() -> Wire:
            await sockets.enter_async_context(asker.opens("mark_me", event_id))
            wire = await sockets.enter_async_context(marker.opens("marking", event_id))
            await wire.hears("marking_list")
            return wire

        wire = await opened()
        away_since = time.monotonic()
        await asyncio.to_thread(server.kill)
        for message in ("prepare_to_mark", "confirm_marking"):
            asked_at = time.monotonic()
            await wire.asks_and_is_refused("unavailable", message, user_id=asker.user_id)
            assert time.monotonic() - asked_at < ANSWER_SECONDS
        await eventually(lambda: callers.told[503] > 30)
        await eventually(lambda: is_not_ready(service))
        done_before = callers.done_at
        await start_again(server)
        back_at = time.monotonic()
        await eventually(lambda: callers.done_at > done_before)
        assert callers.done_at - back_at < BACK_SECONDS
        if time.monotonic() - away_since > LEASE_SECONDS / 2:  # sockets may be closed, as below
            await eventually(lambda: is_ready(service))
            await sockets.aclose()
            wire = await opened()
        await wire.asks("prepare_to_mark", user_id=asker.user_id)
        assert (await wire.asks("confirm_marking"))["message"] == "marked"
        await eventually(lambda: is_ready(service))
    assert set(callers.told) == {200, 503}
    assert callers.odd == []
    assert callers.slowest < ANSWER_SECONDS
    assert "Traceback" not in service.said()
    unanswered = [line for line in lines_of(service) if "not be answered" in str(line["event"])]
    assert unanswered and all(": " in str(line["event"]) for line in unanswered)


async def is_not_ready(service: Service) -> bool:
    return not await is_ready(service)


async def test_away_for_longer_than_the_lease_sockets_are_to_come_back_and_nobody_is_lost(
    server: Postgres, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    # the lease may have been renewed just now
    monkeypatch.setattr(wires, "PATIENCE_SECONDS", LEASE_SECONDS + 5)
    asker, marker = sign_up_people(service, 2)
    event_id = create_event(marker)
    async with (
        asker.opens("mark_me", event_id) as waiting,
        marker.opens("marking", event_id) as wire,
    ):
        await wire.hears("marking_list", marking_list=[asker.user_id])
        away_since = time.monotonic()
        await asyncio.to_thread(server.kill)
        assert await wire.close_code() == 1012
        assert await waiting.close_code() == 1012
        assert LEASE_SECONDS - 3 < time.monotonic() - away_since < LEASE_SECONDS + 5
        async with marker.opens("marking", event_id) as turned_away:
            assert await turned_away.turns_away() == ("unavailable", 1013)
        await start_again(server)
        await eventually(lambda: is_ready(service))  # it takes up a new lease
    async with asker.opens("mark_me", event_id), marker.opens("marking", event_id) as wire:
        await wire.hears("marking_list", marking_list=[asker.user_id])
        await wire.asks("prepare_to_mark", user_id=asker.user_id)
        assert (await wire.asks("confirm_marking"))["message"] == "marked"
    assert "Traceback" not in service.said()
