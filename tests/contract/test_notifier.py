"""What every notifier promises: the docstrings of `ports.Notifier`, one by one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis

from attendance_adapters import BadAddress
from attendance_adapters.notifiers import LocalNotifier, RemoteNotifier, notifier_at
from attendance_adapters.notifiers import remote as remote_notifiers
from attendance_adapters.notifiers.remote import BATCH_SIZE, MAX_OUTGOING
from attendance_core.marking.announcements import Announcement, ConnectionsEnded, PlaceChanged
from attendance_core.marking.endings import Ending
from attendance_core.marking.places import Place
from attendance_core.marking.readings import Reading
from attendance_core.ports import Listener, Missed, Notifier
from attendance_core.vocabulary import ConnectionId, EventId, UserId
from attendance_web.live.rooms import Rooms
from tests.support.killable_servers import (
    Postgres,
    Restartable,
    Valkey,
    a_postgres,
    a_valkey,
    restarted,
)
from tests.support.lecture import PROCESS
from tests.support.live_house import eventually

HERE, THERE = EventId(UUID(int=1)), EventId(UUID(int=2))
PATIENCE = 10  # seconds, for one that carries announcements between processes


@asynccontextmanager
async def local(_: None) -> AsyncIterator[tuple[Notifier, Notifier]]:
    """One process: who publishes and who listens hold the same notifier."""
    notifier = notifier_at("memory://")
    yield notifier, notifier


@asynccontextmanager
async def remote(server: Restartable) -> AsyncIterator[tuple[RemoteNotifier, RemoteNotifier]]:
    """Two processes, as far as a server can tell."""
    here, there = notifier_at(server.url), notifier_at(server.url)
    assert isinstance(here, RemoteNotifier) and isinstance(there, RemoteNotifier)
    await here.start()
    await there.start()
    yield here, there
    await here.close()
    await there.close()


# Each opens the notifiers of a process that publishes and of one that listens
NOTIFIERS: dict[str, tuple[str | None, Any]] = {
    "local": (None, local),
    "redis": ("valkey", remote),
    "postgres": ("postgres", remote),
}


@pytest.fixture(scope="module")
def valkey() -> Iterator[Valkey]:
    with a_valkey() as server:
        yield server


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with a_postgres() as server:
        yield server


@pytest.fixture(params=NOTIFIERS)
async def notifiers(
    request: pytest.FixtureRequest,
) -> AsyncIterator[tuple[Notifier, Notifier]]:
    server, opened = NOTIFIERS[request.param]
    async with opened(server and request.getfixturevalue(server)) as made:
        yield made


@pytest.fixture(params=["valkey", "postgres"])
def server(request: pytest.FixtureRequest) -> Restartable:
    found: Restartable = request.getfixturevalue(request.param)
    return found


def changed(version: int, event_id: EventId = HERE) -> PlaceChanged:
    return PlaceChanged(Place(event_id, UserId(7), member=True, version=version), at=1.5)


class Heard:
    """What a listener was called with."""

    def __init__(self) -> None:
        self.all: list[object] = []
        self._grew = asyncio.Event()

    def __call__(self, announcement: object) -> None:
        self.all.append(announcement)
        self._grew.set()

    async def until(self, count: int) -> list[object]:
        """So many announcements; that some may have been missed is no announcement."""
        async with asyncio.timeout(PATIENCE):
            while len(found := [e for e in self.all if not isinstance(e, Missed)]) < count:
                self._grew.clear()
                await self._grew.wait()
        return found


class TestNotifier:
    async def test_it_carries_every_sort_of_announcement(
        self, notifiers: tuple[Notifier, Notifier]
    ) -> None:
        here, there = notifiers
        heard = Heard()
        await there.subscribe(HERE, heard)
        announcements: list[Announcement] = [
            changed(1),
            ConnectionsEnded(HERE, Ending.DELETED),
            ConnectionsEnded(HERE, Ending.LEFT, frozenset()),
        ]
        for announcement in announcements:
            here.publish(announcement)
        assert await heard.until(3) == announcements

    async def test_what_was_published_before_the_close_is_carried(
        self, notifiers: tuple[Notifier, Notifier]
    ) -> None:
        """A command does one thing, and ends."""
        here, there = notifiers
        heard = Heard()
        await there.subscribe(HERE, heard)
        announcements = [changed(version) for version in range(1, 2 * BATCH_SIZE)]
        for announcement in announcements:
            here.publish(announcement)
        await here.close()  # type: ignore[attr-defined]
        assert await heard.until(len(announcements)) == announcements

    async def test_only_listeners_of_the_event_are_told(
        self, notifiers: tuple[Notifier, Notifier]
    ) -> None:
        here, there = notifiers
        heard, other = Heard(), Heard()
        await there.subscribe(HERE, heard)
        await there.subscribe(THERE, other)
        here.publish(changed(1, THERE))
        here.publish(changed(2))
        assert await heard.until(1) == [changed(2)]
        assert await other.until(1) == [changed(1, THERE)]

    async def test_every_listener_is_told_until_it_ends_it(
        self, notifiers: tuple[Notifier, Notifier]
    ) -> None:
        here, there = notifiers
        stays, goes = Heard(), Heard()
        await there.subscribe(HERE, stays)
        end = await there.subscribe(HERE, goes)
        here.publish(changed(1))
        await stays.until(1)
        await goes.until(1)
        end()
        end()
        here.publish(changed(2))
        assert await stays.until(2) == [changed(1), changed(2)]
        assert await goes.until(1) == [changed(1)]

    async def test_a_listener_that_raises_hurts_nobody(
        self, notifiers: tuple[Notifier, Notifier], caplog: pytest.LogCaptureFixture
    ) -> None:
        here, there = notifiers

        def raises(announcement: object) -> None:
            raise ValueError

        heard = Heard()
        await there.subscribe(HERE, raises)
        await there.subscribe(HERE, heard)
        here.publish(changed(1))
        here.publish(changed(2))
        assert await heard.until(2) == [changed(1), changed(2)]
        assert "a listener failed" in [each.message for each in caplog.records]

    async def test_listeners_are_called_in_the_event_loop(
        self, notifiers: tuple[Notifier, Notifier]
    ) -> None:
        here, there = notifiers
        loops: list[asyncio.AbstractEventLoop] = []
        heard = Heard()
        await there.subscribe(HERE, lambda _: loops.append(asyncio.get_running_loop()))
        await there.subscribe(HERE, heard)
        here.publish(changed(1))
        await heard.until(1)
        assert loops == [asyncio.get_running_loop()]

    async def test_a_listener_may_subscribe_and_end_while_it_is_told(
        self, notifiers: tuple[Notifier, Notifier]
    ) -> None:
        here, there = notifiers
        ends: list[Callable[[], None]] = []
        once, last = Heard(), Heard()

        def first(announcement: object) -> None:
            once(announcement)
            ends[0]()

        listener: Listener = first
        ends.append(await there.subscribe(HERE, listener))
        await there.subscribe(HERE, last)
        here.publish(changed(1))
        here.publish(changed(2))
        await last.until(2)
        assert once.all == [changed(1)]

    async def test_of_a_thousand_listeners_that_came_and_went_nothing_is_left(
        self, notifiers: tuple[Notifier, Notifier]
    ) -> None:
        here, there = notifiers
        for _ in range(1000):
            end = await there.subscribe(EventId(uuid4()), lambda _: None)
            end()
        heard = Heard()
        await there.subscribe(HERE, heard)
        here.publish(changed(1))
        assert await heard.until(1) == [changed(1)]

    async def test_an_announcement_of_any_size_tells_of_the_change(
        self, notifiers: tuple[Notifier, Notifier]
    ) -> None:
        here, there = notifiers
        heard = Heard()
        await there.subscribe(HERE, heard)
        told_before = len(heard.all)
        many = frozenset(ConnectionId(UUID(int=each)) for each in range(1000))
        announcement = ConnectionsEnded(HERE, Ending.LEFT, many)
        here.publish(announcement)
        here.publish(changed(2))
        await heard.until(1)
        assert heard.all[told_before] in (announcement, Missed())


async def briefly(notifier: Notifier, event_id: EventId, listener: Listener) -> None:
    """Subscribes and ends it."""
    (await notifier.subscribe(event_id, listener))()


async def cancelled_at_each_instant(begin: Callable[[EventId], Any]) -> AsyncIterator[EventId]:
    """What is begun for an event is cancelled, later each time, until it is done before."""
    turns = 0
    while True:
        event_id = EventId(uuid4())  # one that the server has not confirmed before
        task = asyncio.ensure_future(begin(event_id))
        for _ in range(turns):
            await asyncio.sleep(0)
        was_done = task.done()
        task.cancel()
        await asyncio.wait([task])
        if was_done:
            return
        yield event_id
        turns += 1 + turns // 16


class TestWhoGoesWhileItIsAwaited:
    async def test_listens_no_more(self, notifiers: tuple[Notifier, Notifier]) -> None:
        _, there = notifiers
        heard = Heard()
        async for event_id in cancelled_at_each_instant(lambda e: briefly(there, e, heard)):
            there.publish(changed(1, event_id))
        assert not [each for each in heard.all if not isinstance(each, Missed)]

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
            assert not there._listeners.events
        await eventually(lambda: not there._listeners.events)


class TestServerThatGoesAway:
    """Redis, Valkey, PostgreSQL: between two processes there is something that can die."""

    async def test_when_it_is_back_everybody_is_told_and_listens_again(
        self, server: Restartable
    ) -> None:
        async with remote(server) as (here, there):
            assert isinstance(here, RemoteNotifier) and isinstance(there, RemoteNotifier)
            heard = Heard()
            await there.subscribe(HERE, heard)
            for round_ in range(1, 3):
                server.kill()
                await restarted(server)
                await eventually(lambda r=round_: heard.all.count(Missed()) == r, 30)
                await eventually(lambda r=round_: here.reconnect_count == r, 30)
                here.publish(changed(round_))
                assert (await heard.until(round_))[-1] == changed(round_)
            assert there.reconnect_count == 2

    async def test_while_it_is_away_nobody_waits_and_this_process_hears_itself(
        self, server: Restartable
    ) -> None:
        async with remote(server) as (here, there):
            assert isinstance(here, RemoteNotifier)
            server.kill()
            await eventually(lambda: not here.is_linked and not there.is_linked)
            heard, elsewhere = Heard(), Heard()
            async with asyncio.timeout(1):
                await here.subscribe(HERE, heard)
                await there.subscribe(HERE, elsewhere)
            here.publish(changed(1))
            assert heard.all == [changed(1)]
            assert here.dropped_count == 1
            await restarted(server)
            await eventually(lambda: Missed() in heard.all and Missed() in elsewhere.all, 30)
            here.publish(changed(2))
            assert await elsewhere.until(1) == [changed(2)]

    async def test_a_service_starts_without_it_and_finds_it_later(
        self, server: Restartable
    ) -> None:
        server.kill()
        async with remote(server) as (here, there):
            heard = Heard()
            await there.subscribe(HERE, heard)
            await restarted(server)
            await eventually(lambda: Missed() in heard.all, 30)
            await eventually(lambda: here.is_linked)
            here.publish(changed(1))
            assert await heard.until(1) == [changed(1)]

    async def test_one_that_goes_leaves_no_task_and_no_connection(
        self, server: Restartable
    ) -> None:
        before = asyncio.all_tasks()
        for _ in range(3):
            async with remote(server) as (_, there):
                await there.subscribe(HERE, lambda _: None)
                server.kill()
                await eventually(lambda: not there.is_linked)
                await restarted(server)
                await eventually(lambda: there.is_linked, 30)
        assert asyncio.all_tasks() == before

    async def test_what_is_said_faster_than_it_listens_is_dropped_and_counted(
        self, server: Restartable
    ) -> None:
        async with remote(server) as (here, _):
            assert isinstance(here, RemoteNotifier)
            for version in range(MAX_OUTGOING + 5):  # none is said before the loop turns
                here.publish(changed(version))
            assert here.dropped_count == 5


async def test_a_server_that_falls_silent_is_noticed(
    valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_notifiers, "CHECK_EVERY", 0.1)
    monkeypatch.setattr(remote_notifiers, "ANSWER_SECONDS", 0.3)
    async with remote(valkey) as (_, there):
        assert isinstance(there, RemoteNotifier)
        await eventually(lambda: there.is_linked)
        with valkey.frozen():
            await eventually(lambda: not there.is_linked)
        await eventually(lambda: there.is_linked, 30)


async def test_of_the_subscriptions_that_ended_the_server_knows_nothing(valkey: Valkey) -> None:
    async with remote(valkey) as (_, there), Redis(port=valkey.port) as asks:
        stays = await there.subscribe(HERE, lambda _: None)
        for _ in range(1000):
            (await there.subscribe(EventId(uuid4()), lambda _: None))()
        async for _ in cancelled_at_each_instant(lambda e: briefly(there, e, Heard())):
            pass

        async def channels() -> bool:
            return await asks.pubsub_channels() == [f"attendance:{HERE}".encode()]

        await eventually(channels)
        stays()


@pytest.mark.parametrize(
    "url", ["redis://h:port", "redis://", "nats://secret@h", "postgresql://", "memory", ""]
)
def test_an_address_that_is_none_is_refused_without_its_secrets(url: str) -> None:
    with pytest.raises(BadAddress) as refused:
        notifier_at(url)
    assert "secret" not in str(refused.value)
