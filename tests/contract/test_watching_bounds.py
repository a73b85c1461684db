"""How many may watch, how often they are told, and how slowly they may read."""

from __future__ import annotations

from contextlib import AsyncExitStack

import pytest

from attendance_core.vocabulary import UserId
from attendance_web.http import event_streams
from attendance_web.live import streams
from attendance_web.live import watching as watchers
from tests.support.asgi_client import AsgiClient
from tests.support.eventually import eventually
from tests.support.stream_reader import PATH
from tests.support.watched_hall import Hall, hall, house, quick_checks

__all__ = ["hall", "house", "quick_checks"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


class TestBounds:
    async def test_a_person_has_sixteen_in_an_event(self, hall: Hall) -> None:
        other_session = await hall.house.add_session(hall.creator)
        for number in range(watchers.MAX_OF_PERSON):
            await hall.watches(other_session if number % 2 else None)
        for who in (None, other_session):
            refused = await hall.watches(who)
            assert await refused.refusal() == (429, "too_many_requests")
            assert int(refused.answer.headers["retry-after"]) > 0
        elsewhere = Hall(hall.house, hall.creator, await hall.house.create_event(hall.creator))
        assert await (await elsewhere.watches()).counts() == (1, 0, 0, 0)
        secret = await hall.make_board_link()
        assert await (await hall.watches(secret=secret)).counts() == (1, 0, 0, 0)
        await elsewhere._readers.aclose()
        await hall.close()
        assert await (await hall.watches()).counts() == (1, 0, 0, 0)

    async def test_a_link_has_two_hundred(
        self, hall: Hall, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert watchers.MAX_OF_LINK == 200
        monkeypatch.setattr(watchers, "MAX_OF_LINK", 2)
        secret = await hall.make_board_link()
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
        secret = await hall.make_board_link()

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
            each.disconnect()
            await each.ended()

    async def test_a_person_has_so_many_in_all_their_events(
        self, hall: Hall, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """And by the links of the events they made; other people have theirs."""
        assert (watchers.MAX_OF_PERSON_IN_ALL, watchers.MAX_OF_LINKS_IN_ALL) == (64, 400)
        monkeypatch.setattr(watchers, "MAX_OF_PERSON_IN_ALL", 2)
        monkeypatch.setattr(watchers, "MAX_OF_LINKS_IN_ALL", 2)
        (other,) = await hall.house.add_people(1)
        async with AsyncExitStack() as halls:
            second, third = [
                Hall(hall.house, each, await hall.house.create_event(each))
                for each in (hall.creator, other)
            ]
            for each in (second, third):
                halls.push_async_callback(each._readers.aclose)
            links = [await each.make_board_link() for each in (hall, second, third)]
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
        for number, person in enumerate(await hall.house.add_people(5)):
            await join(actor=UserId(person.user_id), event_id=hall.event_id)
            await screen.shows(2 + number, 0, 0, 0)
        lazy.read(2)
        await eventually(lambda: len(lazy.pieces) == 2)
        assert b'"joined":6,' in lazy.pieces[1]
        assert lazy.pieces[1].count(b"event: counts") == 1
        await dead.ended()
        assert not dead.pieces and not dead.is_whole
        lazy.disconnect()
        await lazy.ended()

    async def test_whoever_goes_is_forgotten_at_once(self, hall: Hall) -> None:
        app = hall.house.app
        client = AsgiClient(app, PATH, session=hall.creator.token)
        client.ask(reads=9, event_id=str(hall.event_id))
        await eventually(lambda: client.pieces)
        client.disconnect()
        await client.ended()
        assert not hall.open_count
