"""Whoever watches is told the counts of an event as long as they may. Contract: WatchAttendance.

Over real connections; what waits for the clock is quicker here than it is.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any, cast

import pytest
import pytest_asyncio
from uvicorn._types import ASGI3Application

from attendance_core.attendance import MakeBoardLink
from attendance_core.errors import Unavailable
from attendance_core.marking.ledger import AnnulReason
from attendance_core.marking.terms import Terms
from attendance_core.vocabulary import EventId, UserId
from attendance_web.http import event_streams
from attendance_web.live import readings, streams
from attendance_web.live import watching as watchers
from attendance_web.serving.access_log import AccessLog, Answered
from tests.support.asgi_client import AsgiClient
from tests.support.eventually import eventually
from tests.support.live_house import House, Visitor, opened_house
from tests.support.stream_reader import PATH, StreamReader, watching

pytestmark = pytest.mark.asyncio(loop_scope="module")
SHOWN_SECONDS = 1.0  # that a change takes at most; contract: 8.7


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with opened_house(tmp_path_factory.mktemp("house"), Terms(grace_seconds=1.0)) as opened:
        yield opened


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked every few seconds is asked at once."""
    monkeypatch.setattr(watchers, "CHECK_EVERY", 0.05)


class Hall:
    """An event, who made it, and those who watch it."""

    def __init__(self, house: House, creator: Visitor, event_id: EventId) -> None:
        self.house, self.creator, self.event_id = house, creator, event_id
        self.url = f"http://127.0.0.1:{house.port}"
        self._readers = AsyncExitStack()

    async def watches(self, who: Visitor | None = None, *, secret: str = "") -> StreamReader:
        """As its creator, or as somebody else."""
        session = "" if secret else (who or self.creator).token
        event_id = None if secret else self.event_id
        opening = watching(self.url, event_id, session=session, secret=secret)
        return await self._readers.enter_async_context(opening)

    async def link(self) -> str:
        make: MakeBoardLink = self.house.attendance.use_cases.make_board_link
        return await make(actor=UserId(self.creator.user_id), event_id=self.event_id)

    async def ends(self, after: float) -> None:
        """In so many seconds."""
        update = self.house.attendance.use_cases.update_event
        ends_at = time.time() + after
        await update(actor=UserId(self.creator.user_id), event_id=self.event_id, ends_at=ends_at)

    @property
    def open_count(self) -> int:
        """How many watch in this process."""
        return self.house.app.sockets.watching.stream_count

    async def close(self) -> None:
        await self._readers.aclose()
        await eventually(lambda: not self.open_count)


@pytest_asyncio.fixture(loop_scope="module")
async def hall(house: House) -> AsyncIterator[Hall]:
    creator = await house.person()
    made = Hall(house, creator, await house.event(creator))
    yield made
    await made.close()


class TestCounts:
    async def test_it_begins_with_what_is_and_tells_every_change(self, hall: Hall) -> None:
        house = hall.house
        asker, marker = await house.people(2)
        screen = await hall.watches()
        assert screen.answer.headers["content-type"].startswith("text/event-stream")
        assert screen.answer.headers["cache-control"] == "no-store"
        assert screen.answer.headers["x-accel-buffering"] == "no"
        name, told = await screen.event() or ("", {})
        assert (name, told | {"at": 0}) == (
            "counts",
            {"joined": 1, "waiting": 0, "held": 0, "marked": 0, "participants": 0, "at": 0},
        )
        assert abs(told["at"] - time.time()) < 5
        await asker.mark_me(hall.event_id)
        await screen.shows(2, 1, 0, 0)
        marking = await marker.marks(hall.event_id)
        await screen.shows(3, 1, 0, 0)
        await marking.asks("prepare_to_mark", user_id=asker.user_id)
        await screen.shows(3, 0, 1, 0)
        asked = time.monotonic()
        await marking.asks("confirm_marking")
        await screen.shows(3, 0, 0, 1)
        assert time.monotonic() - asked < SHOWN_SECONDS
        late = await hall.watches()
        assert await late.counts() == (3, 0, 0, 1)

    async def test_nobody_who_watches_waits_or_marks(self, hall: Hall) -> None:
        census = hall.house.app.sockets.rooms.census
        before = census().sockets
        await (await hall.watches()).counts()
        assert census().sockets == before
        assert await hall.house.has_no_socket(hall.event_id, hall.creator)

    async def test_a_comment_comes_where_nothing_does(
        self, hall: Hall, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(streams, "COMMENT_EVERY", 0.05)
        screen = await hall.watches()
        await screen.counts()
        asyncio.get_running_loop().call_later(0.2, asyncio.ensure_future, hall.ends(0.2))
        assert await screen.counts()
        assert screen.comments >= 2

    async def test_what_was_lost_on_the_way_is_found_by_reading(
        self, hall: Hall, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """No announcement comes through; the last state is the one that the store has."""
        monkeypatch.setattr(readings, "READ_EVERY", 0.1)
        monkeypatch.setattr(readings, "READ_JITTER", 0.0)
        screen = await hall.watches()
        assert await screen.counts() == (1, 0, 0, 0)
        monkeypatch.setattr(hall.house.attendance.notifier, "publish", lambda _: None)
        do, me = hall.house.attendance.use_cases, UserId(hall.creator.user_id)
        for number, person in enumerate(await hall.house.people(3)):
            about: Any = {"actor": me, "event_id": hall.event_id, "user_id": person.user_id}
            n = await do.mark_participant(**about)
            if number:
                await do.annul_mark(**about, n=n, reason=AnnulReason.OTHER)
        ledger = await do.get_ledger(actor=me, event_id=hall.event_id)
        last: dict[UserId, int] = {}
        for line in reversed(ledger):
            last[line.entry.user_id] = line.entry.n
        await screen.shows(1 + len(last), 0, 0, sum(n % 2 for n in last.values()))


class TestTheEnd:
    async def test_with_the_event_it_tells_the_last_counts_and_ends(self, hall: Hall) -> None:
        (asker,) = await hall.house.people(1)
        await asker.mark_me(hall.event_id)
        screen = await hall.watches()
        assert await screen.counts() == (2, 1, 0, 0)
        secret = await hall.link()
        await hall.ends(0.2)
        assert await screen.counts() == (2, 0, 0, 0)
        assert await screen.event() == ("end", {})
        assert await screen.event() is None
        for late in (await hall.watches(), await hall.watches(secret=secret)):
            assert await late.counts() == (2, 0, 0, 0)
            assert await late.event() == ("end", {})
            assert await late.event() is None

    async def test_of_an_event_that_is_deleted_it_ends_without_a_word(self, hall: Hall) -> None:
        screen = await hall.watches()
        await screen.counts()
        delete = hall.house.attendance.use_cases.delete_event
        await delete(actor=UserId(hall.creator.user_id), event_id=hall.event_id)
        assert await screen.event() is None
        assert await (await hall.watches()).refusal() == (200, "event_not_found")

    async def test_it_ends_with_the_session_and_others_go_on(self, hall: Hall) -> None:
        house = hall.house
        other = await house.another_session(hall.creator)
        screens = [await hall.watches(), await hall.watches(other)]
        for screen in screens:
            await screen.counts()
        await house.logs_out(other)
        assert await screens[1].event() is None
        assert await (await hall.watches(other)).refusal() == (401, "not_logged_in")
        (asker,) = await house.people(1)
        await asker.mark_me(hall.event_id)
        await screens[0].shows(2, 1, 0, 0)

    async def test_it_ends_with_the_right_of_a_helper(self, hall: Hall) -> None:
        (helper,) = await hall.house.people(1)
        do = hall.house.attendance.use_cases
        about: Any = {"actor": UserId(hall.creator.user_id), "event_id": hall.event_id}
        await do.add_helper(**about, user_id=UserId(helper.user_id))
        screen = await hall.watches(helper)
        await screen.counts()
        await do.remove_helper(**about, user_id=UserId(helper.user_id))
        assert await screen.event() is None
        assert await (await hall.watches(helper)).refusal() == (200, "not_an_organiser")

    async def test_it_ends_with_the_link(self, hall: Hall) -> None:
        """Contract: MakeBoardLink, RemoveBoardLink"""
        secret = await hall.link()
        screen = await hall.watches(secret=secret)
        await screen.counts()
        another = await hall.link()
        assert await screen.event() is None
        assert await (await hall.watches(secret=secret)).refusal() == (200, "board_not_found")
        screen = await hall.watches(secret=another)
        await screen.counts()
        remove = hall.house.attendance.use_cases.remove_board_link
        await remove(actor=UserId(hall.creator.user_id), event_id=hall.event_id)
        assert await screen.event() is None

    async def test_a_store_that_is_away_ends_nothing(
        self, hall: Hall, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        screen = await hall.watches()
        await screen.counts()
        asked = asyncio.Event()

        async def away(_: Any) -> Any:
            asked.set()
            raise Unavailable

        monkeypatch.setattr(hall.house.attendance._store, "observe", away)
        await asked.wait()
        await asyncio.sleep(0)
        monkeypatch.undo()
        (asker,) = await hall.house.people(1)
        await asker.mark_me(hall.event_id)
        await screen.shows(2, 1, 0, 0)


class TestBounds:
    async def test_a_person_has_sixteen_in_an_event(self, hall: Hall) -> None:
        other_session = await hall.house.another_session(hall.creator)
        for number in range(watchers.MAX_OF_PERSON):
            await hall.watches(other_session if number % 2 else None)
        for who in (None, other_session):
            refused = await hall.watches(who)
            assert await refused.refusal() == (429, "too_many_requests")
            assert int(refused.answer.headers["retry-after"]) > 0
        elsewhere = Hall(hall.house, hall.creator, await hall.house.event(hall.creator))
        assert await (await elsewhere.watches()).counts() == (1, 0, 0, 0)
        secret = await hall.link()
        assert await (await hall.watches(secret=secret)).counts() == (1, 0, 0, 0)
        await elsewhere._readers.aclose()
        await hall.close()
        assert await (await hall.watches()).counts() == (1, 0, 0, 0)

    async def test_a_link_has_two_hundred(
        self, hall: Hall, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert watchers.MAX_OF_LINK == 200
        monkeypatch.setattr(watchers, "MAX_OF_LINK", 2)
        secret = await hall.link()
        for _ in range(2):
            await hall.watches(secret=secret)
        refused = await hall.watches(secret=secret)
        assert await refused.refusal() == (429, "too_many_requests")

    @pytest.mark.parametrize("bound", ["MAX_OF_LINK", "MAX_OF_LINKS_IN_ALL"])
    async def test_by_a_link_nobody_keeps_out_who_comes_from_another_address(
        self, hall: Hall, bound: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Nor is anybody's ended for one who has as many."""
        monkeypatch.setattr(watchers, bound, 4)
        secret = await hall.link()

        async def asks(address: str) -> AsgiClient:
            client = AsgiClient(hall.house.app, PATH, address=address, secret=secret).ask(reads=9)
            await eventually(lambda: client.pieces)
            return client

        flood = [await asks("192.0.2.66") for _ in range(4)]
        board = await asks("198.51.100.7")
        assert (await flood[3].ended()).is_whole
        ipv6 = await asks("2001:db8::1")
        assert (await flood[2].ended()).is_whole
        for address in ("192.0.2.66", "198.51.100.7", "2001:db8::2"):
            refused = await (await asks(address)).ended()
            assert refused.status == 429
        still_there = [*flood[:2], board, ipv6]
        assert [each.status for each in still_there] == [200] * 4
        assert not any(each.is_whole for each in still_there)
        for each in still_there:
            each.go()
            await each.ended()

    async def test_a_person_has_so_many_in_all_their_events(
        self, hall: Hall, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """And by the links of the events they made; other people have theirs."""
        assert (watchers.MAX_OF_PERSON_IN_ALL, watchers.MAX_OF_LINKS_IN_ALL) == (64, 400)
        monkeypatch.setattr(watchers, "MAX_OF_PERSON_IN_ALL", 2)
        monkeypatch.setattr(watchers, "MAX_OF_LINKS_IN_ALL", 2)
        (other,) = await hall.house.people(1)
        async with AsyncExitStack() as halls:
            second, third = [
                Hall(hall.house, each, await hall.house.event(each))
                for each in (hall.creator, other)
            ]
            for each in (second, third):
                halls.push_async_callback(each._readers.aclose)
            links = [await each.link() for each in (hall, second, third)]
            open_ones = []  # which end once nobody knows them
            for where, secret in ((hall, links[0]), (second, links[1])):
                open_ones += [await where.watches(), await where.watches(secret=secret)]
            for refused in (await second.watches(), await second.watches(secret=links[1])):
                assert await refused.refusal() == (429, "too_many_requests")
            open_ones += [await third.watches(), await third.watches(secret=links[2])]
            for stream in open_ones:
                assert await stream.counts() == (1, 0, 0, 0)
            await hall._readers.aclose()
            await eventually(lambda: hall.open_count == 4)
            assert await (await second.watches()).counts() == (1, 0, 0, 0)

    async def test_a_client_that_reads_nothing_keeps_one_state_and_is_let_go(
        self, hall: Hall, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(streams, "COUNTS_EVERY", 0.01)
        monkeypatch.setattr(event_streams, "SEND_SECONDS", 1.0)
        app, token = hall.house.app, hall.creator.token
        lazy, dead = (
            AsgiClient(app, PATH, session=token).ask(reads=0, event_id=str(hall.event_id))
            for _ in range(2)
        )
        screen = await hall.watches()
        join = hall.house.attendance.use_cases.join_event
        for number, person in enumerate(await hall.house.people(5)):
            await join(actor=UserId(person.user_id), event_id=hall.event_id)
            await screen.shows(2 + number, 0, 0, 0)
        lazy.read(2)
        await eventually(lambda: len(lazy.pieces) == 2)
        assert b'"joined":6,' in lazy.pieces[1]
        assert lazy.pieces[1].count(b"event: counts") == 1
        await dead.ended()
        assert not dead.pieces and not dead.is_whole
        lazy.go()
        await lazy.ended()

    async def test_whoever_goes_is_forgotten_at_once(self, hall: Hall) -> None:
        app = hall.house.app
        client = AsgiClient(app, PATH, session=hall.creator.token)
        client.ask(reads=9, event_id=str(hall.event_id))
        await eventually(lambda: client.pieces)
        client.go()
        await client.ended()
        assert not hall.open_count


async def test_how_long_it_lasts_is_not_how_long_its_answer_took(hall: Hall) -> None:
    """As metrics have it."""
    answers: list[Answered] = []
    logged = AccessLog(cast(ASGI3Application, hall.house.app), answers.append)
    client = AsgiClient(logged, PATH, session=hall.creator.token)
    began = time.perf_counter()
    client.ask(reads=9, event_id=str(hall.event_id))
    await eventually(lambda: client.pieces)
    has_begun_in = time.perf_counter() - began
    await asyncio.sleep(0.2)
    client.go()
    await client.ended()
    (answered,) = answers
    assert answered.seconds < has_begun_in


async def test_a_service_that_stops_ends_them_to_come_back() -> None:
    async with opened_house(None) as house:
        creator = await house.person()
        hall = Hall(house, creator, await house.event(creator))
        screen = await hall.watches()
        await screen.counts()
        await house.app.sockets.drain()
        assert await screen.event() is None
        assert await (await hall.watches()).refusal() == (503, "unavailable")
        await hall.close()
