"""Whoever watches is told the counts of an event as long as they may. Contract: WatchAttendance.

Over real connections; what waits for the clock is quicker here than it is.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any, cast

import pytest
from uvicorn._types import ASGI3Application

from attendance_core.errors import Unavailable
from attendance_core.marking.ledger import AnnulReason
from attendance_core.vocabulary import UserId
from attendance_web.live import readings, streams
from attendance_web.serving.access_log import AccessLog, Answered
from tests.support.asgi_client import AsgiClient
from tests.support.eventually import eventually
from tests.support.live_house import opened_house
from tests.support.stream_reader import PATH
from tests.support.watched_hall import SHOWN_SECONDS, Hall, hall, house, quick_checks

__all__ = ["hall", "house", "quick_checks"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


class TestCounts:
    async def test_it_begins_with_what_is_and_tells_every_change(self, hall: Hall) -> None:
        house = hall.house
        asker, marker = await house.add_people(2)
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
        marking = await marker.comes_to_mark(hall.event_id)
        await screen.shows(3, 1, 0, 0)
        await marking.asks("prepare_to_mark", user_id=asker.user_id)
        await screen.shows(3, 0, 1, 0)
        asked_at = time.monotonic()
        await marking.asks("confirm_marking")
        await screen.shows(3, 0, 0, 1)
        assert time.monotonic() - asked_at < SHOWN_SECONDS
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
        asyncio.get_running_loop().call_later(0.2, asyncio.ensure_future, hall.ends_after(0.2))
        assert await screen.counts()
        assert screen.comment_count >= 2

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
        for number, person in enumerate(await hall.house.add_people(3)):
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
        (asker,) = await hall.house.add_people(1)
        await asker.mark_me(hall.event_id)
        screen = await hall.watches()
        assert await screen.counts() == (2, 1, 0, 0)
        secret = await hall.make_board_link()
        await hall.ends_after(0.2)
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
        other = await house.add_session(hall.creator)
        screens = [await hall.watches(), await hall.watches(other)]
        for screen in screens:
            await screen.counts()
        await house.logs_out(other)
        assert await screens[1].event() is None
        assert await (await hall.watches(other)).refusal() == (401, "not_logged_in")
        (asker,) = await house.add_people(1)
        await asker.mark_me(hall.event_id)
        await screens[0].shows(2, 1, 0, 0)

    async def test_it_ends_with_the_right_of_a_helper(self, hall: Hall) -> None:
        (helper,) = await hall.house.add_people(1)
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
        secret = await hall.make_board_link()
        screen = await hall.watches(secret=secret)
        await screen.counts()
        another = await hall.make_board_link()
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
        (asker,) = await hall.house.add_people(1)
        await asker.mark_me(hall.event_id)
        await screen.shows(2, 1, 0, 0)


async def test_how_long_it_lasts_is_not_how_long_its_answer_took(hall: Hall) -> None:
    """As metrics have it."""
    answers: list[Answered] = []
    logged = AccessLog(cast(ASGI3Application, hall.house.app), answers.append)
    client = AsgiClient(logged, PATH, session=hall.creator.token)
    began = time.perf_counter()
    client.ask(reads=9, event_id=str(hall.event_id))
    await eventually(lambda: client.pieces)
    seconds_to_begin = time.perf_counter() - began
    await asyncio.sleep(0.2)
    client.disconnect()
    await client.ended()
    (answered,) = answers
    assert answered.seconds < seconds_to_begin


async def test_a_service_that_stops_ends_them_to_come_back() -> None:
    async with opened_house(None) as house:
        creator = await house.add_person()
        hall = Hall(house, creator, await house.create_event(creator))
        screen = await hall.watches()
        await screen.counts()
        await house.app.sockets.drain()
        assert await screen.event() is None
        assert await (await hall.watches()).refusal() == (503, "unavailable")
        await hall.close()
