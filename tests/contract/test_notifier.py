"""What every notifier promises: the docstrings of `ports.Notifier`, one by one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from attendance_adapters import BadAddress
from attendance_adapters.notifiers import LocalNotifier, RemoteNotifier, notifier_at
from attendance_adapters.notifiers import remote as remote_notifiers
from attendance_adapters.notifiers.remote import MAX_OUTGOING
from attendance_core.marking.readings import Reading
from attendance_core.ports import Missed, Notifier
from attendance_core.testing import NotifierContract
from attendance_core.testing.lectures import PROCESS
from attendance_core.testing.notifier import (
    EVENT,
    Heard,
    cancelled_at_each_instant,
    place_changed,
    subscribe_briefly,
)
from attendance_core.vocabulary import EventId
from attendance_web.live.rooms import Rooms
from tests.support.eventually import eventually
from tests.support.killable_servers import (
    Postgres,
    Restartable,
    Valkey,
    a_postgres,
    a_valkey,
    start_again,
)


@asynccontextmanager
async def one_local(_: None) -> AsyncIterator[tuple[Notifier, Notifier]]:
    """Opens one, as in one process: who publishes and who listens hold the same notifier."""
    notifier = notifier_at("memory://")
    yield notifier, notifier


@asynccontextmanager
async def two_remote(server: Restartable) -> AsyncIterator[tuple[RemoteNotifier, RemoteNotifier]]:
    """Opens two, as of two processes as far as a server can tell."""
    here, there = notifier_at(server.url), notifier_at(server.url)
    assert isinstance(here, RemoteNotifier) and isinstance(there, RemoteNotifier)
    await here.start()
    await there.start()
    yield here, there
    await here.close()
    await there.close()


class Way(NamedTuple):
    """The fixture of a server in between, and what opens notifiers: who publishes, who listens."""

    server: str | None
    open_two: Any


WAYS = {
    "local": Way(None, one_local),
    "redis": Way("valkey", two_remote),
    "postgres": Way("postgres", two_remote),
}


@pytest.fixture(scope="module")
def valkey() -> Iterator[Valkey]:
    with a_valkey() as server:
        yield server


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with a_postgres() as server:
        yield server


@pytest.fixture(params=WAYS)
async def notifiers(
    request: pytest.FixtureRequest,
) -> AsyncIterator[tuple[Notifier, Notifier]]:
    way = WAYS[request.param]
    server = None if way.server is None else request.getfixturevalue(way.server)
    async with way.open_two(server) as made:
        yield made


@pytest.fixture(params=["valkey", "postgres"])
def server(request: pytest.FixtureRequest) -> Restartable:
    found: Restartable = request.getfixturevalue(request.param)
    return found


class TestNotifier(NotifierContract):
    """With the fixture ``notifiers`` of this file: each in turn."""


class TestWhoGoesWhileItIsAwaited:
    async def test_leaves_no_room_that_listens(self, notifiers: tuple[Notifier, Notifier]) -> None:
        _, there = notifiers

        async def read(**_: object) -> Reading:
            await asyncio.sleep(0)
            return Reading(None, 1.5, (), (), frozenset())

        async def visit(event_id: EventId) -> None:
            async with rooms.enter(event_id):
                pass

        use_cases: Any = SimpleNamespace(
            read_room=read, glance_at_rooms=None, get_profile_summaries=None
        )
        rooms = Rooms(there, use_cases, lambda: PROCESS)
        assert isinstance(there, LocalNotifier | RemoteNotifier)
        async for _ in cancelled_at_each_instant(visit):
            await asyncio.sleep(0)  # a room that is closed ends in the next turn
            await asyncio.sleep(0)
            assert not there._listeners.event_ids
        await eventually(lambda: not there._listeners.event_ids)


class TestServerThatGoesAway:
    """Redis, Valkey, PostgreSQL: between two processes there is something that can die."""

    async def test_when_it_is_back_everybody_is_told_and_listens_again(
        self, server: Restartable
    ) -> None:
        async with two_remote(server) as (here, there):
            assert isinstance(here, RemoteNotifier) and isinstance(there, RemoteNotifier)
            heard = Heard()
            await there.subscribe(EVENT, heard)
            for round_ in range(1, 3):
                server.kill()
                await start_again(server)
                await eventually(lambda r=round_: heard.all.count(Missed()) == r, 30)
                await eventually(lambda r=round_: here.reconnect_count == r, 30)
                here.publish(place_changed(round_))
                assert (await heard.until(round_))[-1] == place_changed(round_)
            assert there.reconnect_count == 2

    async def test_while_it_is_away_nobody_waits_and_this_process_hears_itself(
        self, server: Restartable
    ) -> None:
        async with two_remote(server) as (here, there):
            assert isinstance(here, RemoteNotifier)
            server.kill()
            await eventually(lambda: not here.is_linked and not there.is_linked)
            heard, elsewhere = Heard(), Heard()
            async with asyncio.timeout(1):
                await here.subscribe(EVENT, heard)
                await there.subscribe(EVENT, elsewhere)
            here.publish(place_changed(1))
            assert heard.all == [place_changed(1)]
            assert here.dropped_count == 1
            await start_again(server)
            await eventually(lambda: Missed() in heard.all and Missed() in elsewhere.all, 30)
            here.publish(place_changed(2))
            assert await elsewhere.until(1) == [place_changed(2)]

    async def test_a_service_starts_without_it_and_finds_it_later(
        self, server: Restartable
    ) -> None:
        server.kill()
        async with two_remote(server) as (here, there):
            heard = Heard()
            await there.subscribe(EVENT, heard)
            await start_again(server)
            await eventually(lambda: Missed() in heard.all, 30)
            await eventually(lambda: here.is_linked)
            here.publish(place_changed(1))
            assert await heard.until(1) == [place_changed(1)]

    async def test_one_that_goes_leaves_no_task_and_no_connection(
        self, server: Restartable
    ) -> None:
        before = asyncio.all_tasks()
        for _ in range(3):
            async with two_remote(server) as (_, there):
                await there.subscribe(EVENT, lambda _: None)
                server.kill()
                await eventually(lambda: not there.is_linked)
                await start_again(server)
                await eventually(lambda: there.is_linked, 30)
        assert asyncio.all_tasks() == before

    async def test_what_is_said_faster_than_it_listens_is_dropped_and_counted(
        self, server: Restartable
    ) -> None:
        async with two_remote(server) as (here, _):
            assert isinstance(here, RemoteNotifier)
            for version in range(MAX_OUTGOING + 5):  # none is said before the loop turns
                here.publish(place_changed(version))
            assert here.dropped_count == 5


async def test_a_server_that_falls_silent_is_noticed(
    valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_notifiers, "CHECK_EVERY", 0.1)
    monkeypatch.setattr(remote_notifiers, "ANSWER_SECONDS", 0.3)
    async with two_remote(valkey) as (_, there):
        assert isinstance(there, RemoteNotifier)
        await eventually(lambda: there.is_linked)
        with valkey.frozen():
            await eventually(lambda: not there.is_linked)
        await eventually(lambda: there.is_linked, 30)


async def test_of_the_subscriptions_that_ended_the_server_knows_nothing(valkey: Valkey) -> None:
    async with two_remote(valkey) as (_, there), Redis(port=valkey.port) as client:
        unsubscribe = await there.subscribe(EVENT, lambda _: None)
        for _ in range(1000):
            (await there.subscribe(EventId(uuid4()), lambda _: None))()
        async for _ in cancelled_at_each_instant(lambda e: subscribe_briefly(there, e, Heard())):
            pass

        async def channels() -> bool:
            return await client.pubsub_channels() == [f"attendance:{EVENT}".encode()]

        await eventually(channels)
        unsubscribe()


@pytest.mark.parametrize(
    "url", ["redis://h:port", "redis://", "nats://secret@h", "postgresql://", "memory", ""]
)
def test_an_address_that_is_none_is_refused_without_its_secrets(url: str) -> None:
    with pytest.raises(BadAddress) as refused:
        notifier_at(url)
    assert "secret" not in str(refused.value)
